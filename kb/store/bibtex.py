"""The bibliography: BibTeX read with pybtex, written plainly and the same way every time."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pybtex.database.input.bibtex import Parser
from pybtex.errors import capture

from kb.model import Reference
from kb.problems import Problem
from kb.store.schema import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pybtex.database import Entry, Person
    from pybtex.exceptions import PybtexError

FILE = "bibliography.bib"
HEADER = (
    "% Every study of the base: its bibliographic identity, and nothing that nobody has seen.\n"
    "% Plain Unicode, no LaTeX; one field a line; sorted by key. A field that is absent is unknown.\n"
)
_FIELDS = (
    "title", "author", "editor", "booktitle", "journal", "shortjournal", "year", "date", "volume", "number", "pages",
    "edition", "publisher", "address", "institution", "pubstate", "eprinttype", "eprint", "language", "issn", "isbn",
    "doi", "pmid", "pmcid", "url", "urldate",
)  # fmt: skip
_PERSONS = ("author", "editor")
_ENTRY = re.compile(r"\s*@(\w+)\s*\{\s*([^,\s]*)")
_TWICE = re.compile(r"entry with key (\S+) has a duplicate (\S+) field")
_IGNORED = {"comment", "preamble", "string"}


def read(path: Path) -> tuple[dict[str, Reference], dict[str, int], list[Problem]]:
    """References by key, the line of each entry, and everything that is wrong with the file.

    Errors in one entry do not hide those in another; a file that is no BibTeX at all gives one problem.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        missing = Problem(FILE, 0, "missing-file", "does not exist", "Every evidence folder has a bibliography.bib.")
        return {}, {}, [missing]
    except UnicodeDecodeError:
        return {}, {}, [Problem(FILE, 0, "encoding", "is not UTF-8 text", "Save the file as UTF-8.")]
    except OSError as error:
        return {}, {}, [Problem(FILE, 0, "unreadable", f"cannot be read: {error.strerror}", "Check its permissions.")]
    places = _places(text)
    problems = [*_duplicates(places), *_unclosed(text.splitlines(), places)]
    if problems:
        return {}, dict(reversed(places)), problems
    lines, text_lines = dict(places), text.splitlines()
    with capture() as errors:
        entries: Mapping[str, Entry] = Parser().parse_string(text).entries
    if errors:
        return {}, lines, [_syntax(error, text_lines, lines) for error in errors]
    references: dict[str, Reference] = {}
    for key, entry in entries.items():
        reference, found_here = problems_of(Reference, _data(key, entry))
        if reference is not None:
            references[key] = reference
        problems += [
            Problem(FILE, _field_line(text_lines, lines[key], loc), rule, f"{key}: {what}", advice)
            for loc, rule, what, advice in found_here
        ]
    return references, lines, problems


def _syntax(error: PybtexError, text: list[str], lines: Mapping[str, int]) -> Problem:
    found = str(error).split(": ", 1)[-1]
    if twice := _TWICE.fullmatch(found):  # told without a line
        key, field = twice.groups()
        start = lines.get(key, 0)
        again = _field_line(text, _field_line(text, start, (field,)), (field,)) if start else 0
        return Problem(FILE, again, "duplicate-field", f"{key}: the field '{field}' stands here twice", "Keep one.")
    line = getattr(error, "lineno", None) or 0
    return Problem(FILE, line, "bibtex-syntax", found, "Mend the entry: braces, commas, '='.")


def _data(key: str, entry: Entry) -> dict[str, object]:
    data: dict[str, object] = {"key": key, "entry_type": entry.original_type}
    for name, value in entry.fields.items():
        data[name.lower()] = value
    if isinstance(year := data.get("year"), str) and year.isdecimal():
        data["year"] = int(year)
    for role, persons in entry.persons.items():
        data[role.lower()] = tuple(_name(person) for person in persons)
    return data


def _name(person: Person) -> str:
    """The name as BibTeX writes it; a group author keeps its braces."""
    return str(person)


def _places(text: str) -> list[tuple[str, int]]:
    return [
        (match[2], number)
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := _ENTRY.match(line)) and match[1].lower() not in _IGNORED
    ]


def _duplicates(places: list[tuple[str, int]]) -> Iterable[Problem]:
    twice = {key for key, n in Counter(key.lower() for key, _ in places).items() if n > 1}
    first: dict[str, int] = {}
    for key, line in places:
        if key.lower() in twice and first.setdefault(key.lower(), line) != line:
            found = f"the key '{key}' stands here and on line {first[key.lower()]}"
            yield Problem(FILE, line, "duplicate-key", found, "Merge the two entries or rename one.")


def _unclosed(lines: list[str], places: list[tuple[str, int]]) -> Iterable[Problem]:
    """Entries whose braces do not match: a parser would run on into the next entry and blame that."""
    starts = [line for _, line in places] + [len(lines) + 1]
    for (key, start), end in zip(places, starts[1:], strict=True):
        entry = lines[start - 1 : end - 1]
        if not _balanced("\n".join(entry)):
            odd = next((n for n, line in enumerate(entry) if n and line.strip() != "}" and not _balanced(line)), 0)
            advice = "Every '{' needs its '}'; a field stands on one line."
            yield Problem(FILE, start + odd, "bibtex-syntax", f"{key}: braces do not match", advice)


def _field_line(lines: list[str], start: int, loc: tuple[str | int, ...]) -> int:
    if loc:
        pattern = re.compile(rf"\s*{re.escape(str(loc[0]))}\s*=", re.IGNORECASE)
        for offset, line in enumerate(lines[start:], start=1):
            if line.lstrip().startswith("@"):
                break
            if pattern.match(line):
                return start + offset
    return start


def render(references: Iterable[Reference]) -> str:
    r"""BibTeX text of the references, sorted by key.

    Raises
    ------
    ValueError
        When a value has unbalanced braces, which BibTeX cannot hold.

    Examples
    --------
    >>> print(render([Reference(key="lee2020", entry_type="article", title="Rest", year=2020)]).split("\n\n")[1])
    @article{lee2020,
      title = {Rest},
      year = {2020},
    }
    <BLANKLINE>
    """
    entries = []
    for reference in sorted(references, key=lambda r: r.key):
        rows = []
        for name in _FIELDS:
            value = getattr(reference, name)
            if value in (None, ()):
                continue
            text = " and ".join(value) if name in _PERSONS else str(value)
            if not _balanced(text):
                message = f"{reference.key}: {name} has unbalanced braces: {text}"
                raise ValueError(message)
            rows.append(f"  {name} = {{{text}}},\n")
        entries.append(f"@{reference.entry_type}{{{reference.key},\n{''.join(rows)}}}\n")
    return "\n".join([HEADER, *entries])


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0
