"""BibTeX files of other programs, read leniently: LaTeX decoded, one broken entry does not hide the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pybtex.database.input.bibtex import Parser
from pybtex.errors import capture
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from kb.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pybtex.database import Entry, Person

_START = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(]", re.MULTILINE)
_SKIPPED = {"comment", "preamble"}
_NO_LATEX = {"doi", "url", "pmid", "pmcid", "pmc", "eprint", "file", "issn", "isbn"}
# What pybtex's decoder leaves as it is.
_WORDS = {
    r"\textless": "<",
    r"\textgreater": ">",
    r"\textquoteright": "’",
    r"\textquoteleft": "‘",
    r"\textquotesingle": "'",
    r"\textquotedblleft": "“",
    r"\textquotedblright": "”",
    r"\textdegree": "°",
    r"\textemdash": "—",
    r"\textendash": "–",
    r"\textasciitilde": "~",
    r"\textbackslash": "",
    r"\textregistered": "®",
    r"\texttrademark": "™",
    r"\slash": "/",
}
_COMMAND = re.compile(r"\\(?:text\w+|slash)(?![A-Za-z])(?:\{\}|\s)?")
_LEFT = re.compile(r"\\[A-Za-z]+\s?")
_DOLLAR = "\ue000"


class Name(NamedTuple):
    """A person, or a group in ``family`` alone."""

    family: str
    given: str = ""
    suffix: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """One entry as another program wrote it; field names in lower case, values in plain Unicode.

    Parameters
    ----------
    key, entry_type
        As the other program has them.
    line
        1-based line where it starts.
    fields
        Values by field, in plain Unicode.
    authors
        Its authors; ``others`` stands for those left out.
    """

    key: str
    entry_type: str
    line: int
    fields: dict[str, str]
    authors: tuple[Name, ...]


def read_foreign(text: str, shown: str) -> tuple[list[ForeignEntry], list[Problem]]:
    r"""The entries of a BibTeX file of JabRef, Zotero and the like, and what could not be read of it.

    Parameters
    ----------
    text
        Content of the file.
    shown
        Its name in problems.

    Examples
    --------
    >>> entries, problems = read_foreign(r"@article{x, title = {{CT} of N{\'u}{\~n}ez \& co}, year = 2020}", "x.bib")
    >>> entries[0].fields["title"], problems
    ('CT of Núñez & co', [])
    """
    entries: list[ForeignEntry] = []
    problems: list[Problem] = []
    chunks = list(_chunks(text))
    macros = "\n".join(chunk for kind, _, chunk in chunks if kind == "string")
    for kind, line, chunk in chunks:
        if kind in _SKIPPED or kind == "string":
            continue
        found, errors = _parsed(f"{macros}\n{chunk}")
        fatal = [error for error in errors if not _is_harmless(error)]
        if fatal or not found:
            what = str(fatal[0]).split(": ", 1)[-1] if fatal else "holds no field"
            advice = "Mend the entry (braces, commas, '=') or export it again."
            problems.append(Problem(shown, line, "bibtex-syntax", f"this entry cannot be read: {what}", advice))
        else:
            key, entry = found[-1]
            entries.append(_entry(key, entry, line))
    return entries, problems


def _chunks(text: str) -> Iterator[tuple[str, int, str]]:
    """Each entry by itself: its kind, line and text."""
    starts = list(_START.finditer(text))
    ends = [found.start() for found in starts[1:]] + [len(text)]
    for found, end in zip(starts, ends, strict=True):
        yield found[1].lower(), text.count("\n", 0, found.start()) + 1, text[found.start() : end]


def _parsed(text: str) -> tuple[list[tuple[str, Entry]], list[PybtexError]]:
    with capture() as errors:
        try:
            return list(Parser().parse_string(text).entries.items()), errors
        except PybtexError as error:
            return [], [error]


def _is_harmless(error: PybtexError) -> bool:
    """A macro that nobody defined or a name that cannot be split loses one field, not the entry."""
    return type(error).__name__ in {"UndefinedMacro", "InvalidNameString", "BibliographyDataError"}


def _entry(key: str, entry: Entry, line: int) -> ForeignEntry:
    fields = {}
    for name, value in entry.fields.items():
        low = name.lower()
        fields[low] = _plain(value) if low not in _NO_LATEX else re.sub(r"\\([_%&#$])|[{}]", r"\1", value).strip()
    persons = entry.persons.get("author", [])
    return ForeignEntry(key, entry.type.lower(), line, fields, tuple(_name(person) for person in persons))


def _name(person: Person) -> Name:
    family = " ".join((*person.prelast_names, *person.last_names))
    given = " ".join((*person.first_names, *person.middle_names))
    is_group = not given and family.startswith("{")
    return Name(_plain(family), _plain(given), _plain(" ".join(person.lineage_names)), is_group)


def decode_latex(text: str) -> str:
    r"""LaTeX as reference managers write it, in plain Unicode; commands that mean nothing here are dropped.

    Examples
    --------
    >>> decode_latex(r"S{\o}rensen \emph{in vivo}: 5\% of \$9 {\textless} $\alpha$"), decode_latex("half {a brace")
    ('Sørensen in vivo: 5% of $9 < α', 'half a brace')
    """
    if text.count("{") != text.count("}"):
        text = text.replace("{", "").replace("}", "")
    text = _COMMAND.sub(lambda found: _WORDS.get(re.sub(r"[\s{}]+$", "", found[0]), found[0]), text)
    text = re.sub(r"(?<!\\)%", r"\\%", text).replace(r"\$", _DOLLAR)
    try:
        decoded = str(Text.from_latex(text))
    except (PybtexError, ValueError):
        decoded = re.sub(r"[{}]", "", text)
    return _LEFT.sub("", decoded).replace("$", "").replace(_DOLLAR, "$")


def _plain(text: str) -> str:
    return " ".join(decode_latex(text).replace("\xa0", " ").split())
