"""LaTeX: a longtable with the rules of booktabs, its header on every page, everything escaped.

The preamble needs ``longtable``, ``booktabs``, ``array``, ``calc``, ``hyperref`` and UTF-8 input (the default since
2018). Columns that stand under another are lines of its cells, so that the table fits the width of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.tables.table import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.cite import Run
    from kb.tables.table import Cell, Table

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
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "−": r"$-$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "\u2009": r"\,",
    "\u00a0": "~",
}
_SPECIAL = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")
_LONG = re.compile(r"[^\s]{24,}")
_PREAMBLE = (
    r"% In the preamble: \usepackage[T1]{fontenc} \usepackage{array,booktabs,calc,longtable,textcomp} "
    r"\usepackage{hyperref}"
)


def to_latex(table: Table) -> str:
    r"""The table as LaTeX, to be put into a document with ``\input``."""
    heads = table.side_by_side
    total = sum(table.columns[place].weight for place, _ in heads)
    widths = [table.columns[place].weight / total for place, _ in heads]
    spec = "".join(
        rf">{{\raggedright\arraybackslash}}p{{(\linewidth - {2 * len(heads)}\tabcolsep) * \real{{{width:.4f}}}}}"
        for width in widths
    )
    names = [
        r"\textbf{"
        + tex(table.columns[place].label)
        + "}"
        + (r"\newline " + tex(", ".join(table.columns[p].label for p in under)) if under else "")
        for place, under in heads
    ]
    header = f"\\toprule\n{' & '.join(names)} \\\\\n\\midrule"
    lines = [
        _PREAMBLE,
        r"\begingroup\small",
        rf"\begin{{longtable}}{{@{{}}{spec}@{{}}}}",
        rf"\caption*{{\textbf{{{tex(table.title)}}} {tex(table.description)}}}\\",
        f"{header}\n\\endfirsthead",
        f"{header}\n\\endhead",
        "\\bottomrule\n\\endlastfoot",
        *(_rows(table)),
        r"\end{longtable}",
        *_notes(table),
        r"\endgroup",
    ]
    return "\n".join(lines) + "\n"


def _rows(table: Table) -> Iterator[str]:
    heads = table.side_by_side
    if not table.body:
        yield rf"\multicolumn{{{len(heads)}}}{{@{{}}l@{{}}}}{{{tex(EMPTY)}}} \\"
    labels = [tex(column.label) for column in table.columns]
    for number, row in enumerate(table.body):
        cells = [
            _content(row[place])
            + "".join(rf"\newline {{\footnotesize {labels[p]}: {_content(row[p])}}}" for p in under)
            for place, under in heads
        ]
        rule = "\\addlinespace\n" if number else ""
        yield f"{rule}{' & '.join(cells)} \\\\"


def _content(cell: Cell) -> str:
    text = tex(cell.text)
    if cell.link:
        text = rf"\href{{{_url(cell.link)}}}{{{text}}}"
    return text + (rf"\textsuperscript{{{tex(','.join(cell.marks))}}}" if cell.marks else "")


def _notes(table: Table) -> Iterator[str]:
    for note in table.footnotes:
        yield rf"\noindent\textsuperscript{{{tex(note.mark)}}} {tex(note.text)}\par"
    for text in table.told:
        yield rf"\noindent {tex(text)}\par"
    if table.sources:
        yield r"\medskip\noindent\textbf{References}"
        yield r"\begin{enumerate}"
        for source in table.sources:
            item = r"\item" if source.number else r"\item[]"
            yield f"{item} {''.join(map(_run, source.runs))}"
        yield r"\end{enumerate}"


def _run(run: Run) -> str:
    text = tex(run.text)
    for on, command in ((run.italic, "emph"), (run.bold, "textbf"), (run.superscript, "textsuperscript")):
        text = rf"\{command}{{{text}}}" if on else text
    return rf"\href{{{_url(run.link)}}}{{{text}}}" if run.link else text


def _url(link: str) -> str:
    r"""A link of ``\href`` inside an argument, where only ``%`` and ``#`` need a backslash (manual of hyperref)."""
    return re.sub(r"([%#])", r"\\\1", link)


def tex(text: str) -> str:
    r"""A text that LaTeX prints as it is; long words may break.

    Examples
    --------
    >>> print(tex("50% & more: \\input{x}"))
    50\% \& more: \textbackslash{}input\{x\}
    """
    if not _LONG.search(text):
        return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)
    return " ".join(
        r"\allowbreak ".join(
            _SPECIAL.sub(lambda found: _ESCAPES[found[0]], word[start : start + 12])
            for start in range(0, len(word), 12)
        )
        if len(word) >= 24
        else _SPECIAL.sub(lambda found: _ESCAPES[found[0]], word)
        for word in text.split(" ")
    )
