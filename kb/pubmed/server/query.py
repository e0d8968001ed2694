"""The part of PubMed's query language that matters: fields, phrases, AND OR NOT from the left, ranges, parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from kb.pubmed.server.records import Day, Record, fold

_TOKEN = re.compile(r'\s*(?:([()])|"([^"]*)"|\[([^\]]*)\]|(:)|([^\s()"\[\]:]+))')
_DAY = re.compile(r"([0-9]{4})(?:/([0-9]{1,2}))?(?:/([0-9]{1,2}))?")
_FIELDS = {
    "pmid": "pmid uid",
    "doi": "doi",
    "aid": "aid|lid|article identifier|location id",
    "ti": "ti|title",
    "tiab": "tiab|title/abstract|tw|text word|text words|ot|other term",
    "au": "au|author|fau|full author name|author - full|cn|corporate author",
    "1au": "1au|first author|author - first",
    "ta": "ta|journal|jour|so",
    "mh": "mh|mesh|mesh terms|mesh terms:noexp|mh:noexp",
    "majr": "majr|mesh major topic",
    "pt": "pt|publication type|ptyp",
    "la": "la|language|lang",
    "vi": "vi|volume|vol",
    "ip": "ip|issue|iss",
    "pg": "pg|page|pagination|page number",
    "all": "all|all fields",
    "pdat": "dp|pdat|date - publication|publication date",
    "edat": "edat|date - entrez|entrez date",
    "crdt": "crdt|date - create|create date",
    "mdat": "mdat|lr|date - modification|modification date|date - last revision",
}
_TAGS = {tag: name for name, tags in _FIELDS.items() for tag in (tags.split("|") if "|" in tags else tags.split())}
_SHOWN = {
    "pmid": "UID", "doi": "DOI", "aid": "Article Identifier", "ti": "Title", "tiab": "Title/Abstract", "au": "Author",
    "1au": "Author - First", "ta": "Journal", "mh": "MeSH Terms", "majr": "MeSH Major Topic",
    "pt": "Publication Type", "la": "Language", "vi": "Volume", "ip": "Issue", "pg": "Pagination",
    "all": "All Fields", "pdat": "Date - Publication", "edat": "Date - Entrez", "crdt": "Date - Create",
    "mdat": "Date - Modification",
}  # fmt: skip
_DATES = {"pdat", "edat", "crdt", "mdat"}

Test = Callable[[Record], bool]


class QueryError(ValueError):
    """A query that cannot be read; NCBI calls it a failed search backend."""


@dataclass(slots=True)
class Query:
    """A query that was read."""

    test: Test
    translation: str
    phrases_not_found: list[str] = field(default_factory=list)
    fields_not_found: list[str] = field(default_factory=list)


def read_query(term: str, records: list[Record]) -> Query:
    """Read a query; words that no record has are noted, as NCBI does.

    Notes
    -----
    Not here: automatic term mapping, MeSH explosion, subheadings, proximity. A word that nothing has matches nothing.

    Raises
    ------
    QueryError
        For unbalanced parentheses and the like.
    """
    reader = _Reader(term, records)
    test, shown = reader.expression()
    if reader.peek() is not None:
        raise QueryError(term)
    return Query(test, shown, reader.phrases, reader.fields)


class _Reader:
    def __init__(self, term: str, records: list[Record]) -> None:
        self.records = records
        self.phrases: list[str] = []
        self.fields: list[str] = []
        self._tokens: list[tuple[str, str]] = []
        position, end = 0, len(term.rstrip())
        while position < end:
            found = _TOKEN.match(term, position)
            if not found:
                raise QueryError(term)
            kind = ("()", '"', "[", ":", "w")[(found.lastindex or 1) - 1]
            self._tokens.append((kind, found[found.lastindex or 0]))
            position = found.end()
        self._at = 0

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> tuple[str, str]:
        token = self.peek()
        if token is None:
            raise QueryError
        self._at += 1
        return token

    def expression(self) -> tuple[Test, str]:
        """Terms joined by AND, OR and NOT, from left to right; two terms side by side are joined by AND."""
        left, shown = self._term()
        while (token := self.peek()) is not None and token != ("()", ")"):
            operator = token[1] if token[0] == "w" and token[1] in {"AND", "OR", "NOT"} else ""
            if operator:
                self._take()
            right, more = self._term()
            left = _join(operator or "AND", left, right)
            shown = f"{shown} {operator or 'AND'} {more}"
        return left, shown

    def _term(self) -> tuple[Test, str]:
        kind, text = self._take()
        if (kind, text) == ("()", "("):
            test, shown = self.expression()
            if self._take() != ("()", ")"):
                raise QueryError
            return test, f"({shown})"
        if kind not in {"w", '"'} or (kind == "w" and text in {"AND", "OR", "NOT"}):
            raise QueryError(text)
        words = [text]
        while kind == "w" and (token := self.peek()) and token[0] == "w" and token[1] not in {"AND", "OR", "NOT"}:
            words.append(self._take()[1])
        tag, until, until_tag = self._tag(), "", None
        if self.peek() == (":", ":"):
            self._take()
            until = self._take()[1]
            until_tag = self._tag()
        name = self._field(tag or until_tag)
        if until or name in _DATES:
            return _between(name if name in _DATES else "pdat", " ".join(words), until)
        if kind == "w" and tag is None and len(words) > 1:  # no field: each word for itself
            tests = [self._words(word, "all", quoted=False) for word in words]
            return lambda r: all(t(r) for t, _ in tests), "(" + " AND ".join(s for _, s in tests) + ")"
        return self._words(" ".join(words), name, quoted=kind == '"')

    def _tag(self) -> str | None:
        token = self.peek()
        return self._take()[1] if token and token[0] == "[" else None

    def _field(self, tag: str | None) -> str:
        if tag is None:
            return "all"
        name = _TAGS.get(tag.strip().lower())
        if name is None:
            self.fields.append(tag)
        return name or "all"

    def _words(self, text: str, name: str, *, quoted: bool) -> tuple[Test, str]:
        prefix, wanted = text.endswith("*"), fold(text)
        pattern = re.compile(rf"\b{re.escape(wanted)}" + ("" if prefix else r"\b"))
        whole = name in {"pmid", "doi", "aid", "vi", "ip", "pg", "mh", "majr", "la", "pt"} and not prefix
        apart = [] if quoted or prefix or whole or name in {"au", "1au", "ta"} else wanted.split()

        def test(record: Record) -> bool:
            values = record.fields[name]
            if not wanted:
                return False
            if whole:
                return wanted in values
            if any(pattern.search(value) for value in values):
                return True
            together = " ".join(values).split()
            return len(apart) > 1 and all(word in together for word in apart)

        if not any(test(record) for record in self.records):
            self.phrases.append(text)
        return test, f'"{text}"[{_SHOWN[name]}]'


def _join(operator: str, left: Test, right: Test) -> Test:
    if operator == "AND":
        return lambda r: left(r) and right(r)
    if operator == "OR":
        return lambda r: left(r) or right(r)
    return lambda r: left(r) and not right(r)


def _between(name: str, since: str, until: str) -> tuple[Test, str]:
    shown = f'"{since}"[{_SHOWN[name]}]' + (f' : "{until}"[{_SHOWN[name]}]' if until else "")
    return date_test(name, since, until or since), shown


def date_test(name: str, since: str, until: str) -> Test:
    """Whether a date of a record lies between two, each given as year, month or day.

    Raises
    ------
    QueryError
        For something that is not a date.
    """
    first, last = _day(since, 0), _day(until, 99)

    def test(record: Record) -> bool:
        date = record.dates[name]
        known = tuple(part for part in date if part)
        return bool(known) and first[: len(known)] <= known <= last[: len(known)]

    return test


def _day(text: str, missing: int) -> Day:
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise QueryError(text)
    return (int(found[1]), int(found[2] or missing), int(found[3] or missing))
