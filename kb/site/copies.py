"""Executed notebooks -> reading copies: MyST Markdown of their text and outputs, without code."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_LOCAL = re.compile(
    r'(?P<before><a\b[^>]*?\bhref=")(?P<target>[^"#:?]+\.html)(?P<after>[^"]*"[^>]*>)(?P<text>.*?)</a>', re.DOTALL
)
_LOCAL_MARKDOWN = re.compile(r"\[(?P<text>(?:[^\[\]\\]|\\.)*)\]\((?P<target>[^)\s:#?]+\.html)(?:#[^)\s]*)?\)")


def reading_copy(notebook: Mapping[str, Any], name: str, names: Iterable[str]) -> str:
    """The MyST Markdown of an executed notebook: text and outputs, no code.

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
    ...         {"output_type": "display_data", "data": {"text/markdown": "# Gout, [hip](../condition/hip.html)"}}
    ...     ],
    ... }
    >>> print(reading_copy({"cells": [cell]}, "condition/gout", ["condition/gout"]))
    # Gout, hip
    <BLANKLINE>
    """
    known = {*names, "index", "search"}
    blocks: list[str] = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", ())
        if cell["cell_type"] == "markdown" and "remove-cell" not in tags:
            blocks.append(_without_dead_links("".join(cell["source"]), name, known))
        for output in cell.get("outputs", ()) if "remove-output" not in tags and "remove-cell" not in tags else ():
            blocks += [_without_dead_links(block, name, known) for block in _shown(output)]
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _shown(output: Mapping[str, Any]) -> Iterator[str]:
    """An output as Markdown, in the richest form it has; what was written to standard error is not for readers."""
    if output["output_type"] == "stream":
        if output["name"] == "stdout":
            yield _raw(f"<pre>{html.escape(''.join(output['text']))}</pre>")
        return
    data = {kind: "".join(value) for kind, value in output.get("data", {}).items() if not isinstance(value, dict)}
    if "text/html" in data:
        yield _raw(data["text/html"])
    elif "image/svg+xml" in data:
        svg = data["image/svg+xml"]
        yield _raw(svg[svg.find("<svg") :], "kb-figure")
    elif "image/png" in data:
        alt = html.escape(data.get("text/plain", "figure"))
        yield _raw(f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">', "kb-figure")
    elif "text/markdown" in data:
        yield data["text/markdown"]
    elif "text/plain" in data:
        yield _raw(f"<pre>{html.escape(data['text/plain'])}</pre>")


def _raw(content: str, style: str = "") -> str:
    """A block of HTML that Markdown leaves alone; it can be scrolled with the keyboard."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", content)), default=0))
    css = f"kb-output {style}".strip()
    return f'{fence}{{raw}} html\n<div class="{css}" tabindex="0">\n{content}\n</div>\n{fence}'


def _without_dead_links(text: str, name: str, known: set[str]) -> str:
    def exists(target: str) -> bool:
        place = os.path.normpath(f"{name}/../{target}").replace(os.sep, "/")  # noqa: PTH118, TID251, RUF100 - not a file
        return place.removesuffix(".html") in known

    def keep(found: re.Match[str]) -> str:
        return found[0] if exists(found["target"]) else found["text"]

    return _LOCAL_MARKDOWN.sub(keep, _LOCAL.sub(keep, text))
