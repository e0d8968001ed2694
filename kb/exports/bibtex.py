r"""References as BibTeX for JabRef, Zotero and LaTeX.

Every field of a reference stands under its own name, as JabRef has it (``pmid``, ``pmcid``, ``shortjournal``); Zotero
puts ``pmid`` and ``pmcid`` into "Extra" by itself. Words of a title that hold a capital are in braces, so that no style
lowers them. Characters that mean something to TeX are escaped, save in ``doi``, ``url`` and ids, which JabRef, Zotero
and biblatex take as they are. ``keywords`` are the labels of the study's conditions and interventions, ``note`` tells
of a retraction. A brace without its partner, which BibTeX cannot hold, is written as a parenthesis; line breaks become
blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.exports.shared import keywords, notes, one_line
from kb.model import Reference

if TYPE_CHECKING:
    from kb.exports.data import Data

_NAMES = ("author", "editor")
_VERBATIM = {"doi", "url", "pmid", "pmcid", "eprint", "issn", "isbn", "date", "urldate", "year"}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "%#&$_"},
}
_LIGATURES = (("--", "-{}-"), ("``", "`{}`"), ("''", "'{}'"))
_TYPE = re.compile(r"[A-Za-z]+")


def escape(text: str) -> str:
    r"""Text so that TeX prints it as it is.

    Examples
    --------
    >>> escape("5 % of $9 {half"), escape(r"a\b_c")
    ('5 \\% of \\$9 (half', 'a\\textbackslash{}b\\_c')
    """
    plain = "".join(_ESCAPES.get(character, character) for character in _balanced(one_line(text)))
    for pair, apart in _LIGATURES:
        while pair in plain:
            plain = plain.replace(pair, apart)
    return plain


def bibtex(data: Data) -> str:
    """All references, sorted by key."""
    head = "".join(f"% {line}\n" for line in data.about.lines)
    entries = (_entry(data, key) for key in sorted(data.base.corpus.references))
    return "\n".join([f"% Encoding: UTF-8\n%\n{head}", *entries, "@Comment{jabref-meta: databaseType:bibtex;}\n"])


def _entry(data: Data, key: str) -> str:
    reference = data.base.corpus.references[key]
    kind = reference.entry_type if _TYPE.fullmatch(reference.entry_type) else "misc"
    rows = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(data, reference))
    return f"@{kind}{{{key},\n{rows}}}\n"


def _fields(data: Data, reference: Reference) -> Iterator[tuple[str, str]]:
    for name in type(reference).model_fields:
        value = getattr(reference, name)
        if name in {"key", "entry_type"} or value in (None, ()):
            continue
        if name in _NAMES:
            yield name, " and ".join(_name(author) for author in value)
        elif name in _VERBATIM and not set("\\{}") & set(str(value)):
            yield name, one_line(str(value))
        elif name in {"title", "booktitle"}:
            yield name, _title(str(value))
        else:
            yield name, escape(str(value))
    words = [word.replace(",", " -") for word in keywords(data, reference.key)]
    if words:
        yield "keywords", escape(", ".join(words))
    if told := notes(data, reference.key):
        yield "note", escape(" ".join(told))


def _title(title: str) -> str:
    """Escaped, with braces round each word that a style could lower wrongly; the first word's capital is its own."""
    words = [escape(word) for word in _balanced(one_line(title)).split(" ")]
    return " ".join(
        f"{{{word}}}" if any(ch.isupper() for ch in (word if number else word[1:])) else word
        for number, word in enumerate(words)
    )


def _name(author: str) -> str:
    """One name; a group, and what is no name of BibTeX, in braces."""
    if author == "others":
        return author
    if author.startswith("{") and author.endswith("}"):
        return f"{{{escape(author[1:-1])}}}"
    parts = [part.strip() for part in author.split(",")]
    plain = len(parts) in {2, 3} or (len(parts) == 1 and not re.search(r"\s", author))
    if not plain or not all(parts) or any(re.search(r"\band\b", part, re.IGNORECASE) for part in parts):
        return f"{{{escape(author)}}}"
    return ", ".join(map(escape, parts))


def _balanced(text: str) -> str:
    """The text with a parenthesis in place of each brace that has no partner."""
    letters, waiting = list(text), []
    for place, character in enumerate(letters):
        if character == "{":
            waiting.append(place)
        elif character == "}":
            if waiting:
                waiting.pop()
            else:
                letters[place] = ")"
    for place in waiting:
        letters[place] = "("
    return "".join(letters)
