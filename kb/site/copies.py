"""Executed notebooks -> reading copies: the HTML of their text and outputs, in sections, without code."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kb.notebook.html import STYLE

_LOCAL = re.compile(
    r'(?P<before><a\b[^>]*?\bhref=")(?P<target>[^"#:?]+\.html)(?P<after>[^"]*"[^>]*>)(?P<text>.*?)</a>', re.DOTALL
)
_HEADING = re.compile(r"<h(?P<level>[1-4])>(?P<text>.*?)</h(?P=level)>\n?", re.DOTALL)
_NOT_PRINTED = re.compile(r'<div class="kb-output[^"]*">\n<div class="kb[^"]*\bkb-noprint\b')
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')
_NAMED = re.compile(r'(?P<before>\bid="|href="#|url\(#)(?P<name>[^")]+)(?=[")])')
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Copy:
    """The content of a page.

    Parameters
    ----------
    title
        Its first heading, as plain text; empty where there is none.
    body
        HTML of everything after the title, each heading of level 2 with what follows it as a ``section``.
    headings
        Id and plain text of each heading of level 2, in order.
    """

    title: str
    body: str
    headings: tuple[tuple[str, str], ...]


def reading_copy(notebook: Mapping[str, Any], name: str, names: Collection[str]) -> Copy:
    r"""The reading copy of an executed notebook: text and outputs, no code.

    Links to pages that the site does not have become plain text.

    Parameters
    ----------
    notebook
        The notebook as JSON.
    name
        Its page, e.g. ``condition/hamstring-strain``.
    names
        All pages of the site.

    Examples
    --------
    >>> cell = {
    ...     "cell_type": "code",
    ...     "source": "1",
    ...     "metadata": {},
    ...     "outputs": [
    ...         {"output_type": "display_data", "data": {"text/markdown": "# Gout\n\n[hip](../condition/hip.html)"}}
    ...     ],
    ... }
    >>> reading_copy({"cells": [cell]}, "condition/gout", ["condition/gout"])
    Copy(title='Gout', body='<p>hip</p>\n', headings=())
    """
    blocks: list[str] = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", ())
        if cell["cell_type"] == "markdown" and "remove-cell" not in tags:
            blocks.append(markdown("".join(cell["source"])))
        for output in cell.get("outputs", ()) if "remove-output" not in tags and "remove-cell" not in tags else ():
            blocks += _shown(output)
    return arranged(blocks, name, names)


def arranged(blocks: Iterable[str], name: str, names: Collection[str]) -> Copy:
    """Blocks of HTML in sections; headings are ``h1`` to ``h4`` without attributes, between the blocks.

    Parameters
    ----------
    blocks
        HTML.
    name
        The page they are for.
    names
        All pages of the site.
    """
    title = ""
    headings: list[tuple[str, str]] = []
    taken: set[str] = set()
    sections: list[list[str]] = [[]]
    for block in blocks:
        found = _HEADING.match(block)
        level = int(found["level"]) if found else 0
        words = html.unescape(_TAG.sub("", found["text"])) if found else ""
        if found and level == 1 and not title:
            title, rest = words, block[found.end() :]
            sections[-1] += [rest] if rest.strip() else []
        elif found and level <= 2:
            anchor = anchor_of(words, taken)
            headings.append((anchor, words))
            rest = block[found.end() :]
            sections.append([f'<h2 id="{anchor}">{found["text"]}</h2>', *([rest] if rest.strip() else [])])
        else:
            sections[-1].append(block)
    body = "\n".join(_section(parts) for parts in sections if parts)
    body = _without_dead_links(_apart(body), name, {*names, "index", "search"})
    return Copy(title, body, tuple(headings))


def _section(parts: list[str]) -> str:
    """A section; one whose every block is not for printing is not printed, heading and all."""
    if not parts[0].startswith("<h2 id="):
        return "\n".join(parts)
    content = parts[1:]
    hidden = bool(content) and all(_NOT_PRINTED.match(part) for part in content)
    kind = ' class="kb-noprint"' if hidden else ""
    return f"<section{kind}>\n" + "\n".join(parts) + "\n</section>"


def anchor_of(words: str, taken: set[str]) -> str:
    """The id of a heading, which no other on the page has.

    Examples
    --------
    >>> anchor_of("How much there is?", set()), anchor_of("Notes", {"notes"})
    ('how-much-there-is', 'notes-2')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-") or "section"
    anchor, number = plain, 1
    while anchor in taken:
        number += 1
        anchor = f"{plain}-{number}"
    taken.add(anchor)
    return anchor


@lru_cache(maxsize=1)
def _parser() -> Any:  # noqa: ANN401 - a library without types for what is used
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def markdown(text: str) -> str:
    r"""Markdown as HTML; HTML inside of it is text.

    Examples
    --------
    >>> markdown("## A <b>")
    '<h2>A &lt;b&gt;</h2>\n'
    """
    made: str = _parser().render(text)
    return made


def _shown(output: Mapping[str, Any]) -> Iterator[str]:
    """An output as HTML, in the richest form it has; what was written to standard error is not for readers."""
    if output["output_type"] == "stream":
        if output["name"] == "stdout":
            yield framed(f"<pre>{html.escape(''.join(output['text']))}</pre>")
        return
    data = {kind: "".join(value) for kind, value in output.get("data", {}).items() if not isinstance(value, dict)}
    if "text/html" in data:
        yield framed(data["text/html"])
    elif "image/svg+xml" in data:
        svg = data["image/svg+xml"]
        yield framed(svg[svg.find("<svg") :], "kb-figure")
    elif "image/png" in data:
        alt = html.escape(data.get("text/plain", "figure"))
        yield framed(f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">', "kb-figure")
    elif "text/markdown" in data:
        yield markdown(data["text/markdown"])
    elif "text/plain" in data:
        yield framed(f"<pre>{html.escape(data['text/plain'])}</pre>")


def framed(content: str, style: str = "") -> str:
    """A block that scrolls by itself when it is wider than the page; the shared style stands in the site's sheet."""
    css = f"kb-output {style}".strip()
    return f'<div class="{css}">\n{content.replace(STYLE, "").strip()}\n</div>'


def _apart(body: str) -> str:
    """Drawings whose inner ids are their own: two of a page can come from a program that names them alike."""
    seen: set[str] = set()

    def own(found: re.Match[str]) -> str:
        names = {}
        for name in _ID.findall(found[0]):
            names[name], number = name, 1
            while names[name] in seen:
                number += 1
                names[name] = f"{name}-{number}"
            seen.add(names[name])
        if all(name == fresh for name, fresh in names.items()):
            return found[0]
        return _NAMED.sub(lambda use: f"{use['before']}{names.get(use['name'], use['name'])}", found[0])

    return _DRAWING.sub(own, body)


def _without_dead_links(text: str, name: str, known: Collection[str]) -> str:
    folder = posixpath.dirname(name)

    def keep(found: re.Match[str]) -> str:
        place = posixpath.normpath(posixpath.join(folder, found["target"])).removesuffix(".html")
        return found[0] if place in known else found["text"]

    return _LOCAL.sub(keep, text)
