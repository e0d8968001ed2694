r"""Text for LaTeX: every sign as the sign that it is, none as a command, and no minus left at the end of a line.

Latin letters of Europe, Greek and the usual signs come out of every TeX. Letters of other scripts (Chinese, Arabic)
stand in ``\kbother``: XeLaTeX and LuaLaTeX print them where the font of the document has them; pdfLaTeX, which would
stop at them, prints how many there are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kb.tables.table import MINUS

_SYMBOLS = (
    "≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv × times ÷ div ± pm ∞ infty √ surd · cdot ∙ cdot ⋅ cdot ′ prime "
    "← leftarrow ↑ uparrow → rightarrow ↓ downarrow ↔ leftrightarrow ∆ Delta "
    "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu µ mu ν nu ξ xi π pi "
    "ρ rho ς varsigma σ sigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega "
    "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega"
)
"""Signs and Greek letters with their names in mathematics, which every engine knows."""
_NAMED = _SYMBOLS.split()
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "−": r"\ensuremath{-}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "\u2010": "-",
    "\u2011": r"\mbox{-}",
    "\u200b": r"\allowbreak{}",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "\u00a0": "~",
    **{sign: rf"\ensuremath{{\{name}}}" for sign, name in zip(_NAMED[::2], _NAMED[1::2], strict=True)},
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True)),  # Greek letters that look like Latin ones
    **{sign: rf"\textsuperscript{{{figure}}}" for figure, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: rf"\ensuremath{{_{{{figure}}}}}" for figure, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}
_SPECIAL = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")
# What pdfLaTeX prints as it is with the encodings T1 and TS1: each letter of these blocks was compiled.
_OTHER = re.compile(
    "[^\x20-\x7e\u00a1-\u0125\u0128-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u0165\u0168-\u017e\u0218-\u021b"
    "‘’‚“”„†‡•‰€™" + re.escape("".join(_ESCAPES)) + "]+"
)
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_DOUBLE = re.compile(r"([-,])(?=\1)")
"""What TeX would join to a dash or to a quotation mark."""
_LONG, _PIECE = 16, 12
"""A word of so many characters may break: behind a sign where an address may, else after so many."""
_PIECES = re.compile(rf"[^/._:-]{{0,{_PIECE - 1}}}[/._:-]+|[^/._:-]{{1,{_PIECE}}}")

DEFINES_OTHER = (
    "% Letters of another script need XeLaTeX or LuaLaTeX and a font that has them; pdfLaTeX says how many there are.\n"
    r"\providecommand{\kbother}[2]{\ifdefined\Umathchar#1\else{[}#2 of another script{]}\fi}"
)
r"""Defines ``\kbother``, for a text that holds it; ``\Umathchar`` is a primitive of XeTeX and LuaTeX, not of pdfTeX."""


def tex(text: str) -> str:
    r"""A text that LaTeX prints as it is; long words may break, the sign of a number stays with it.

    Examples
    --------
    >>> print(tex("50% & more: \\input{x}"))
    50\% \& more: \textbackslash{}input\{x\}
    >>> print(tex("MD -0.5 (-1 to 0), 4-6 weeks \u2264 \u03b2"))
    MD \ensuremath{-}0.5 (\ensuremath{-}1 to 0), 4-6 weeks \ensuremath{\leq} \ensuremath{\beta}
    >>> print(tex("10.1000/s12345-678-9"), tex("\u4e2d\u6587"))
    10.\allowbreak{}1000/\allowbreak{}s12345-\allowbreak{}678-\allowbreak{}9 \kbother{中文}{2 letters}
    """
    signed = MINUS.sub("−", unicodedata.normalize("NFC", text))
    return " ".join(map(_word, signed.split(" ")))


def tex_url(link: str) -> str:
    r"""A link of ``\href`` inside an argument, where only ``%`` and ``#`` need a backslash (manual of hyperref).

    Examples
    --------
    >>> print(tex_url("https://doi.org/10.1000/a%20b#c_d"))
    https://doi.org/10.1000/a\%20b\#c_d
    """
    return re.sub(r"([%#])", r"\\\1", link)


@lru_cache(maxsize=4096)
def _word(word: str) -> str:
    """A word, with the places at which it may break where it is long and no word of a language."""
    if len(word) < _LONG or (word.isalpha() and len(word) < 2 * _LONG):
        return _escaped(word)
    return r"\allowbreak{}".join(map(_escaped, _PIECES.findall(word)))


def _escaped(text: str) -> str:
    parts, end = [], 0
    for found in _OTHER.finditer(text):
        letters = "1 letter" if len(found[0]) == 1 else f"{len(found[0])} letters"
        parts += [_known(text[end : found.start()]), rf"\kbother{{{found[0]}}}{{{letters}}}"]
        end = found.end()
    return "".join([*parts, _known(text[end:])])


def _known(text: str) -> str:
    text = _SPECIAL.sub(lambda found: _ESCAPES[found[0]], _APOSTROPHE.sub("’", text))
    return _DOUBLE.sub(r"\1{}", text)
