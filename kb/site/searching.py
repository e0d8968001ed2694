"""The search of the site: two files that work from the disk, pages with their names, and words with their pages."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.site.page import Page, shortened

if TYPE_CHECKING:
    from kb.base import Base

_APART = re.compile(r"<(svg|style|script)\b.*?</\1>|<[^>]*>|&[a-z0-9#]+;", re.DOTALL)
_WORD = re.compile(r"[a-z0-9]+")
_SAID = 180
_SHORTEST, _LONGEST = 3, 30
_COMMON = (
    "and the for with was were are from that this not per than its who how has have had but all any can one two "
    "out into each other more most less their them they there when where which what only also been may"
)
_EVERYWHERE = frozenset(_COMMON.split())
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_KINDS = {"condition": "Condition", "intervention": "Intervention", "comparison": "Comparison", "study": "Study"}


def folded(text: str) -> str:
    """Text without accents, apostrophes and capitals, as the script of the search folds what is typed.

    Examples
    --------
    >>> folded("Golfer's Élbow")
    'golfers elbow'
    """
    if text.isascii():
        return text.lower().replace("'", "")
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not "\u0300" <= c <= "\u036f" and c not in "'’").lower()


def words_of(body: str) -> list[str]:
    """The words of some HTML that the search may look for, each once, in order.

    Examples
    --------
    >>> words_of("<p>Pain of the <b>elbow</b>, PMID 12345678</p><svg><text>axis</text></svg>")
    ['12345678', 'elbow', 'pain', 'pmid']
    """
    found = set(_WORD.findall(folded(_APART.sub(" ", body))))
    kept = (word for word in found if _SHORTEST <= len(word) <= _LONGEST and word not in _EVERYWHERE)
    return sorted(word for word in kept if not word.isdigit() or len(word) >= 4)


def pages_file(pages: Sequence[Page], weights: Mapping[str, int]) -> str:
    """The script with the names of all pages.

    Parameters
    ----------
    pages
        In the order of the site.
    weights
        How much evidence each holds, by name: decides between pages that fit equally well.
    """
    rows = [
        [
            p.name,
            p.title,
            _kind(p),
            list(p.also),
            shortened(p.description.removeprefix(f"{p.title}: "), _SAID),
            weights.get(p.name, 0),
        ]
        for p in pages
    ]
    return f"window.kbPages={_script(rows)};\n"


def _kind(page: Page) -> str:
    return _KINDS.get(page.group, page.group.capitalize() or "Page")


def words_file(pages: Sequence[Page], words: Mapping[str, Iterable[str]]) -> str:
    """The script with the pages of each word: ``word step step;...``, steps from page to page in base 36."""
    where: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        for word in words[page.name]:
            where.setdefault(word, []).append(number)
    entries = []
    for word in sorted(where):
        before, steps = -1, []
        for number in where[word]:
            steps.append(_base36(number - before))
            before = number
        entries.append(f"{word} {' '.join(steps)}")
    return f"window.kbWords={_script(';'.join(entries))};\n"


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def _script(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def other_names(base: Base, name: str) -> tuple[str, ...]:
    """Names under which the search finds a page besides its title: of a comparison those of its terms."""
    noun, _, identifier = name.partition("/")
    corpus = base.corpus
    if noun in {"condition", "intervention"}:
        term = corpus.vocabulary(f"{noun}s").get(identifier)
        return _names(term.patient_label, *term.synonyms, but=term.label) if term else ()
    if noun == "comparison":
        condition, intervention, outcome = (
            corpus.vocabulary(f"{kind}s").get(part)
            for kind, part in zip(("condition", "intervention", "outcome"), identifier.split("--"), strict=True)
        )
        terms = [term for term in (condition, intervention, outcome) if term]
        return _names(*(name for term in terms for name in (term.label, term.patient_label, *term.synonyms)))
    if noun == "study":
        reference = corpus.references.get(identifier)
        if reference is None:
            return (identifier,)
        ids = (identifier, reference.title, reference.pmid, reference.pmcid, reference.doi, *reference.author)
        return _names(*ids)
    return ()


def _names(*given: str | None, but: str = "") -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(given) if name and name != but)
