"""HTML for notebook outputs: escaped text, accessible tables that fold on a phone, figures with words beneath."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape as _escape
from itertools import chain, repeat
from typing import Any

from kb.figures import dark_style

STYLE = """<style>
.kb{font-size:1rem;line-height:1.5;max-width:62rem;overflow-wrap:break-word}
.kb p{margin:.4em 0}
.kb ul,.kb ol{margin:.4em 0;padding-left:1.4em}
.kb .kb-lead{font-size:1.1em}
.kb ol{padding-left:2.75em}
.kb .kb-note,.kb .kb-small{font-size:.88em}
.kb .kb-tag{display:inline-block;border:1px solid currentColor;border-radius:.8em;padding:0 .55em;font-size:.85em;
white-space:nowrap}
.kb .kb-supported{border-width:2px;border-color:#0072b2}
.kb .kb-partly{border-width:2px;border-style:dashed;border-color:#0072b2}
.kb .kb-overstated,.kb .kb-not-supported,.kb .kb-misattributed{border-width:2px;border-color:#d55e00}
.kb .kb-claim{border-left:3px solid #9a9a9a;padding:.1em 0 .1em .9em;margin:1em 0}
.kb table.kb-table{border-collapse:collapse;width:100%;margin:.6em 0 1.4em;font-size:.92em;display:table;
text-align:left;table-layout:auto}
.kb .kb-table caption{caption-side:top;text-align:left;font-weight:600;padding:.3em 0;color:inherit}
.kb .kb-table th,.kb .kb-table td{border-bottom:1px solid #bbb;padding:.4em .6em .4em 0;vertical-align:top;
text-align:left;white-space:normal;max-width:none}
.kb .kb-table thead th{border-bottom:2px solid #888;vertical-align:bottom}
.kb .kb-table tbody th{font-weight:600}
.kb .kb-table tbody th .kb-small{font-weight:400}
.kb details .kb-table>caption{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.kb details{margin:.5em 0}
.kb summary{cursor:pointer;font-weight:600;padding:.2em 0}
.kb figure{margin:.8em 0 1.6em}
.kb figure svg{max-width:100%;height:auto;background:#fff;border-radius:4px}
.kb .kb-narrow{display:none}
.kb figcaption{font-size:.9em}
@media (max-width:700px){
.kb .kb-wide{display:none}
.kb .kb-narrow{display:block}
.kb table.kb-table,.kb .kb-table caption,.kb .kb-table tbody,.kb .kb-table tr,.kb .kb-table th,.kb .kb-table td
{display:block;width:auto}
.kb .kb-table thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
.kb .kb-table tr{border-bottom:2px solid #999;padding:.5em 0}
.kb .kb-table th,.kb .kb-table td{border:0;padding:.1em 0}
.kb .kb-table td::before{font-weight:600}
.kb .kb-table td:nth-child(2)::before{content:var(--h2,"")}
.kb .kb-table td:nth-child(3)::before{content:var(--h3,"")}
.kb .kb-table td:nth-child(4)::before{content:var(--h4,"")}
.kb .kb-table td:nth-child(5)::before{content:var(--h5,"")}
.kb .kb-table td:nth-child(6)::before{content:var(--h6,"")}
.kb .kb-table td:nth-child(7)::before{content:var(--h7,"")}
.kb .kb-table td:nth-child(8)::before{content:var(--h8,"")}
}
.kb-print-only{display:none}
@media print{
.kb-print-only{display:block}
.kb-noprint,section:has(>.kb-noprint):not(:has(>.kb:not(.kb-noprint))){display:none!important}
section:has(>.kb-output>.kb-noprint):not(:has(>.kb-output>.kb:not(.kb-noprint))){display:none!important}
.kb{font-size:9pt;line-height:1.3;max-width:none}
.kb p{margin:.2em 0}
.kb .kb-claim{margin:.3em 0;padding:0 0 0 .6em}
.kb .kb-table{font-size:8pt}
.kb .kb-table th,.kb .kb-table td{padding:.15em .5em .15em 0}
.kb figure{margin:.2em 0 .4em;break-inside:avoid}
.kb .kb-lead{font-size:1em}
.kb .kb-table tbody th{width:22%}
.kb figure svg{max-height:5cm;width:auto}
h1{font-size:14pt;margin:0 0 .2em}
h2{font-size:11pt;margin:.4em 0 .2em}
.kb .kb-narrow{display:none}
.kb .kb-wide{display:block}
.kb details:not([open]){display:none}
}
</style>"""
"""Sent once on a page; every rule is confined to ``.kb``."""

FACTS = "application/vnd.kb.facts+json"
"""MIME type of facts that an output gives by name."""


@dataclass(frozen=True, slots=True)
class Block:
    """One output of a notebook: its MIME types, and nothing that differs between two runs.

    ``facts`` are numbers by name, as plain data, for the comparison of builds (:mod:`kb.drift`); no page shows them. Of
    a mapping with ``estimate``, ``interval``, ``certainty`` and ``studies`` (a list) the comparison makes a sentence:
    ``... moved from a to b because c was added; certainty unchanged``.
    """

    html: str
    words: str
    facts: Mapping[str, Any] | None = None

    @property
    def bundle(self) -> dict[str, Any]:
        """Its MIME types."""
        shown: dict[str, Any] = {"text/html": self.html, "text/plain": self.words}
        return {**shown, FACTS: dict(self.facts)} if self.facts else shown

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return self.bundle


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a page, as Markdown."""

    text: str

    @property
    def bundle(self) -> dict[str, str]:
        """Its MIME types."""
        marked = re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", self.text)
        return {"text/markdown": f"# {marked}", "text/plain": self.text}

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.bundle


def escape(text: str) -> str:
    """Text for HTML, quotes included.

    Examples
    --------
    >>> escape('p < .05 "sig"')
    'p &lt; .05 &quot;sig&quot;'
    """
    return _escape(text, quote=True)


def block(
    *parts: str, words: str, style: bool = False, facts: Mapping[str, Any] | None = None, printed: bool = True
) -> Block:
    """Parts of HTML as one output; empty parts are left out, and what is not ``printed`` is for the screen only."""
    body = "\n".join(part for part in parts if part)
    kind = "kb" if printed else "kb kb-noprint"
    return Block(f'{STYLE if style else ""}<div class="{kind}">{body}</div>', words, facts)


def paragraph(html: str, kind: str = "") -> str:
    """A paragraph of HTML."""
    return f'<p class="{kind}">{html}</p>' if kind else f"<p>{html}</p>"


def note(text: str) -> str:
    """A small paragraph of plain text."""
    return paragraph(escape(text), "kb-note")


def link(url: str | None, text: str) -> str:
    """A link, or the text alone where there is no address.

    Examples
    --------
    >>> link("https://doi.org/10.1/x", "Lee 2020"), link(None, "Lee 2020")
    ('<a href="https://doi.org/10.1/x">Lee 2020</a>', 'Lee 2020')
    """
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)


def listing(items: Iterable[str], *, ordered: bool = False) -> str:
    """A list of HTML items; nothing where there are none."""
    inner = "\n".join(f"<li>{item}</li>" for item in items)
    tag = "ol" if ordered else "ul"
    return f"<{tag}>\n{inner}\n</{tag}>" if inner else ""


def details(summary: str, *parts: str, opened: bool = False) -> str:
    """Parts that fold under a line of plain text."""
    body = "\n".join(part for part in parts if part)
    return f"<details{' open' if opened else ''}><summary>{escape(summary)}</summary>\n{body}\n</details>"


def tag(text: str, kind: str = "") -> str:
    """A word in a frame; the frame repeats what the word says."""
    return f'<span class="kb-tag{f" kb-{kind}" if kind else ""}">{escape(text)}</span>'


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    ids: Sequence[str] = (),
    *,
    printed: int | None = None,
) -> str:
    """A table of HTML cells whose first cell heads its row; on a phone each row becomes a card.

    The roles repeat what the elements mean because a browser forgets it when a table is laid out as cards. The names of
    the columns are given to the cards once, by the style of the table.

    Parameters
    ----------
    caption
        Plain text.
    columns
        Plain text, one a column; at most eight.
    rows
        HTML cells.
    ids
        Anchors of the rows, one a row; none when empty.
    printed
        Rows that a printed page holds; all when None.

    Examples
    --------
    >>> made = table("Pain", ("study", "effect"), [["Lee 2020", "-1"]], ["f01"])
    >>> made.count("<tr"), '<tr role="row" id="f01">' in made, "--h2:&quot;effect: &quot;" in made
    (2, True, True)
    """
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in columns)
    marks = [f' id="{escape(name)}"' for name in ids] if ids else repeat("")
    shown = chain(repeat("", printed), repeat(' class="kb-noprint"')) if printed is not None else repeat("")
    pairs = zip(rows, (f"{mark}{kind}" for mark, kind in zip(marks, shown, strict=False)), strict=False)
    body = "\n".join(f'<tr role="row"{mark}>{_cells(columns, row)}</tr>' for row, mark in pairs)
    if not body:
        return ""
    labels = ";".join(f"--h{n}:{_css(f'{name}: ')}" for n, name in enumerate(columns[1:], start=2) if name)
    return (
        f'<table class="kb-table" role="table" style="{escape(labels)}"><caption>{escape(caption)}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n<tbody role="rowgroup">\n{body}\n</tbody></table>'
    )


def _css(text: str) -> str:
    """A string of CSS; what could end it is escaped by its number."""
    return '"' + re.sub(r"[^\w .,:()-]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def _cells(columns: Sequence[str], row: Sequence[str]) -> str:
    first = f'<th scope="row" role="rowheader">{row[0]}</th>'
    return first + "".join(f'<td role="cell">{cell}</td>' for _, cell in zip(columns[1:], row[1:], strict=True))


def figure(narrow: str, wide: str, words: str = "", findings: Iterable[str] = ()) -> str:
    """A figure for the phone and one for the desktop, of which a page shows one, and the same in words.

    ``findings`` are the ids of all findings whose numbers it draws.
    """
    caption = f"<figcaption>{escape(words)}</figcaption>" if words else ""
    ids = " ".join(dict.fromkeys(findings))
    from_ = f' data-findings="{escape(ids)}"' if ids else ""
    return f'<figure{from_}><div class="kb-narrow">{narrow}</div><div class="kb-wide">{wide}</div>{caption}</figure>'


def traced(html: str, *findings: str, derived: bool = False) -> str:
    """HTML of numbers with the findings that they come from.

    One finding as printed is ``data-finding``; what was computed, or comes of several, is ``data-findings``.

    Examples
    --------
    >>> traced("MD -1.2", "lee2020.f01")
    '<span data-finding="lee2020.f01">MD -1.2</span>'
    >>> traced("MD -1.1", "lee2020.f01", "oh2021.f02")
    '<span data-findings="lee2020.f01 oh2021.f02">MD -1.1</span>'
    """
    if not findings:
        return html
    name = "data-finding" if len(findings) == 1 and not derived else "data-findings"
    return f'<span {name}="{escape(" ".join(findings))}">{html}</span>'


def count(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun.

    Examples
    --------
    >>> count(1, "study", "studies"), count(0, "claim")
    ('1 study', '0 claims')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def tally(counts: Mapping[str, int]) -> str:
    """Counts in words, the largest first.

    Examples
    --------
    >>> tally({"no difference": 1, "favours intervention": 3})
    'favours intervention (3), no difference (1)'
    """
    return ", ".join(f"{name} ({n})" for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def plain(html: str) -> str:
    """The words of some HTML, for tests and plain outputs.

    Examples
    --------
    >>> plain("<p>A &lt; <b>B</b></p>")
    'A < B'
    """
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", html)).split())


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{style}
<style>
:root{{color-scheme:light dark}}
body{{margin:0 auto;max-width:66rem;padding:1rem;font-family:system-ui,sans-serif;background:#fff;color:#1a1a1a}}
h1{{font-size:1.6rem;line-height:1.25}}
h2{{font-size:1.3rem;margin:2rem 0 .5rem}}
a{{color:#005a9c}}
@media (prefers-color-scheme:dark){{
body{{background:#17181a;color:#e8e6e1}}
a{{color:#7cc0ff}}
}}
@media print{{details>*{{display:block}}}}
{drawings}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def standalone(title: str, parts: Iterable[str]) -> str:
    """A whole page that works offline, in light and dark, on a phone.

    Parameters
    ----------
    title
        Plain text.
    parts
        HTML.

    Examples
    --------
    >>> "<title>Pain &lt; 3</title>" in standalone("Pain < 3", ["<p>Few studies.</p>"])
    True
    """
    body = "\n".join(part.replace(STYLE, "") for part in parts)
    return _PAGE.format(title=escape(title), style=STYLE, drawings=dark_style(), body=body)
