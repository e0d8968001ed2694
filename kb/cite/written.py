"""A list of references as text, HTML, Markdown and JSON: pieces to paste, the same words in each."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from kb.cite.text import html, markdown, plain

if TYPE_CHECKING:
    from kb.cite.listing import ReferenceList

_HANGING = "margin:0 0 .5em;padding-left:2em;text-indent:-2em"


def to_text(listed: ReferenceList) -> str:
    """One reference a line, with its number where the style has numbers."""
    return "".join(
        f"{f'{entry.number}. ' if entry.number is not None else ''}{_line(entry.text)}\n" for entry in listed.entries
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def to_html(listed: ReferenceList) -> str:
    """An ordered list for numbers, paragraphs that hang for authors and years; links, no script, no class, no id."""
    if not listed.entries:
        return ""
    if listed.numbered:
        items = "".join(f"<li>{html(entry.runs)}</li>\n" for entry in listed.entries)
        return f"<ol>\n{items}</ol>\n"
    items = "".join(f'<p style="{_HANGING}">{html(entry.runs)}</p>\n' for entry in listed.entries)
    return f"<div>\n{items}</div>\n"


def to_markdown(listed: ReferenceList) -> str:
    """A numbered list, or a paragraph each."""
    if listed.numbered:
        return "".join(f"{entry.number}. {markdown(entry.runs)}\n" for entry in listed.entries)
    return "\n".join(f"{markdown(entry.runs)}\n" for entry in listed.entries)


def to_json(listed: ReferenceList) -> str:
    """The style and each reference with its runs, its mark in the text and its CSL item."""
    data = {"style": listed.style, "numbered": listed.numbered, "references": listed.to_data()}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def marks_text(listed: ReferenceList) -> str:
    """How the text cites each: key, in parentheses, and within a sentence where the style has that; tab-separated."""
    rows = []
    for entry in listed.entries:
        shown = plain(entry.cited)
        raised = " (raised)" if any(run.superscript for run in entry.cited) else ""
        rows.append("\t".join(part for part in (entry.key, f"{shown}{raised}", entry.narrative) if part))
    return "".join(f"{row}\n" for row in rows)


def marks_html(listed: ReferenceList) -> str:
    """The same as a table."""
    rows = "".join(
        f"<tr><td>{escape(entry.key)}</td><td>{html(entry.cited)}</td><td>{escape(entry.narrative or '')}</td></tr>\n"
        for entry in listed.entries
    )
    return f"<table>\n{rows}</table>\n" if rows else ""


def marks_markdown(listed: ReferenceList) -> str:
    """The same as a list."""
    return "".join(
        f"- {entry.key}: {markdown(entry.cited)}{f' or {entry.narrative}' if entry.narrative else ''}\n"
        for entry in listed.entries
    )
