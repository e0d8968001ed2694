"""Files that writers have -> posts: exports, pages, drafts; nothing in a file is run, fetched, opened or expanded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kb.citations.read.blocks import Block, BlockKind, Document, Link, PostText, render
from kb.citations.read.content import MOST_TEXT, Content, ReadError, load, understand

__all__ = [
    "Block",
    "BlockKind",
    "Document",
    "Link",
    "PostText",
    "ReadError",
    "read",
    "read_bytes",
    "read_many",
    "render",
]


def read(source: str | Path, *, kind: str | None = None) -> Document:
    """Read one file, or standard input for ``-``.

    Parameters
    ----------
    source
        Path of the file, or ``-``.
    kind
        ``feed``, ``html``, ``markdown``, ``docx`` or ``text`` when the content is not to decide.

    Raises
    ------
    ReadError
        When no text can be read from it: which file, what was found, what to do.
    """
    return _read(load(source, kind))


def read_bytes(data: bytes, *, name: str = "-", kind: str | None = None) -> Document:
    r"""Read what was a file's content; ``name`` is shown in messages, and its ending tells Markdown from plain text.

    Examples
    --------
    >>> document = read_bytes(b"# Rest\n\nIt [helps](https://example.org).", name="rest.md")
    >>> document.format, [(block.line, block.text) for block in document.posts[0].blocks]
    ('markdown', [(1, 'Rest'), (3, 'It helps .')])
    """
    return _read(understand(name, data, kind))


def read_many(sources: Iterable[str | Path]) -> tuple[list[Document], list[ReadError]]:
    """Read files one after the other; those that cannot be read are collected."""
    documents, errors = [], []
    for source in sources:
        try:
            documents.append(read(source))
        except ReadError as error:
            errors.append(error)
    return documents, errors


def _read(content: Content) -> Document:
    """Read by kind; each reader is imported when it is needed."""
    kind = content.kind
    if not content.data:
        return Document(content.path, kind, (), content.problems)
    if kind == "feed":
        from kb.citations.read.feed import read_feed

        name, posts, problems = read_feed(content)
        return Document(content.path, name, posts, problems)
    if kind == "html":
        from kb.citations.read.html import read_page

        post = read_page(content.data)
    elif kind == "docx":
        from kb.citations.read.docx import read_docx

        post = read_docx(content)
    elif kind == "markdown":
        from kb.citations.read.markdown import read_markdown

        post = read_markdown(content.text)
    else:
        from kb.citations.read.plain import read_text

        post = read_text(content.text)
    if sum(len(block.text) for block in post.blocks) > MOST_TEXT:
        found = f"holds more than {MOST_TEXT >> 20} million characters of text"
        raise ReadError(content.path, found, "Give the posts one by one, or the export of the blog.")
    return Document(content.path, kind, (post,), content.problems)
