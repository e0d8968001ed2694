"""model -> evidence/: the same bytes for the same content, and never half a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.files import write_whole
from kb.model import VOCABULARIES, Noun, Post, Reference, Study, Term
from kb.store import bibtex, yamlfile

if TYPE_CHECKING:
    from collections.abc import Iterable


def save_study(root: Path, study: Study) -> Path:
    """Write ``studies/<key>.yaml`` and return its path."""
    return write_text(root / "studies" / f"{study.key}.yaml", yamlfile.dump(plain(study)))


def save_post(root: Path, post: Post) -> Path:
    """Write ``posts/<slug>.yaml`` and return its path."""
    return write_text(root / "posts" / f"{post.slug}.yaml", yamlfile.dump(plain(post)))


def save_terms(root: Path, vocabulary: str, terms: Iterable[Term]) -> Path:
    """Write one vocabulary, sorted by id, one blank line between terms, and return its path."""
    noun = VOCABULARIES[vocabulary].__name__.lower()
    head = f"# Controlled {vocabulary} (SKOS: label, synonyms, broader). Null is unknown. One {noun} an entry.\n\n"
    body = "\n".join(yamlfile.dump([plain(term)]) for term in sorted(terms, key=lambda t: t.id))
    return write_text(root / "vocabulary" / f"{vocabulary}.yaml", head + (body or "[]\n"))


def save_bibliography(root: Path, references: Iterable[Reference]) -> Path:
    """Write ``bibliography.bib``, sorted by key, and return its path."""
    return write_text(root / bibtex.FILE, bibtex.render(references))


def plain(noun: Noun) -> dict[str, object]:
    """Fields of a noun as plain data in their order.

    A field that must always be stated is there even when null; an optional field is left out at its default.

    Examples
    --------
    >>> from kb.model import Arm
    >>> plain(Arm(name="sham", n=20))
    {'name': 'sham', 'n': 20}
    """
    data: dict[str, object] = {}
    for name, field in type(noun).model_fields.items():
        value = getattr(noun, name)
        if field.is_required() or value != field.default:
            data[name] = _value(value)
    return data


def _value(value: object) -> object:
    if isinstance(value, Noun):
        return plain(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return value


def write_text(path: Path, text: str) -> Path:
    """Write a text file so that a reader sees the old or the new content, also after a crash.

    Raises
    ------
    WriteError
        When the folder or the file cannot be written.
    """
    return write_whole(path, text.encode())
