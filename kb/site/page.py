"""A page of the site before it is HTML, what all pages share, and how the two become a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = Path(__file__).parent / "assets"
TITLE = "Evidence for physical therapy"
CAVEAT = "Curated from abstracts; not yet reviewed by a clinician. Not medical advice."
LICENCE = "https://creativecommons.org/licenses/by/4.0/"

NAVIGATION = (
    ("map", "Evidence map"),
    ("pages", "All pages"),
    ("audit", "Audit"),
    ("news", "What is new"),
    ("method", "Method"),
    ("data", "Data"),
    ("about", "About"),
)
"""What the header and the footer of each page lead to, where the site has it."""

GROUPS = {
    "condition": "Conditions",
    "intervention": "Interventions",
    "comparison": "Comparisons",
    "study": "Studies",
    "post": "Posts",
}
"""Kinds of pages of which there are many, each with its heading on the page of all pages."""

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Parameters
    ----------
    name
        Its address below the root without ``.html``, e.g. ``condition/hamstring-strain``.
    title
        Plain text.
    description
        One or two sentences of plain text that say what it answers; no other page has the same.
    body
        HTML, from blocks that are escaped already.
    headings
        Id and plain text of each heading of level 2.
    schema
        What it is in the words of schema.org, as plain data.
    also
        Other names under which the search finds it.
    template
        What it is laid out by.
    extra
        What its template needs besides.
    """

    name: str
    title: str
    description: str
    body: str = ""
    headings: tuple[tuple[str, str], ...] = ()
    schema: tuple[Mapping[str, Any], ...] = ()
    also: tuple[str, ...] = ()
    template: str = "page.html"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """The kind of page where there are many of it; empty for a page of its own."""
        noun, slash, _ = self.name.partition("/")
        return noun if slash else ""

    @property
    def up(self) -> str:
        """The way to the site's root.

        Examples
        --------
        >>> Page("condition/gout", "Gout", "").up, Page("map", "Map", "").up
        ('../', '')
        """
        return "../" * self.name.count("/")


@dataclass(frozen=True, slots=True)
class Frame:
    """What all pages share.

    Parameters
    ----------
    names
        All pages of the site.
    as_of
        ISO date of the evidence; None where it is not known.
    version
        Of the software and of the evidence.
    citation
        How to cite it.
    address
        Where the site will stand, with a slash at its end; empty where nobody said.
    """

    names: frozenset[str]
    as_of: str | None
    version: str
    citation: str
    address: str = ""

    @property
    def digest(self) -> str:
        """Changes when pages with the same content would differ for what each of them shows."""
        shared = [sorted(self.names), self.as_of, self.address]
        return hashlib.sha256(json.dumps(shared).encode()).hexdigest()

    def canonical(self, name: str) -> str:
        """The address of a page; empty where the site has none."""
        return f"{self.address}{name}.html" if self.address else ""


def rendered(page: Page, frame: Frame) -> str:
    """The file of a page."""
    navigation = [(name, label) for name, label in NAVIGATION if name in frame.names]
    made: str = (
        _environment()
        .get_template(page.template)
        .render(
            page=page,
            frame=frame,
            up=frame.address if page.name == "404" and frame.address else page.up,
            site=TITLE,
            caveat=CAVEAT,
            licence=LICENCE,
            navigation=navigation,
            groups=GROUPS,
            canonical=frame.canonical(page.name),
            schema=[json_for_html(data) for data in page.schema],
            **page.extra,
        )
    )
    return made


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Templates in which everything is text that is not said to be HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(ASSETS / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def json_for_html(data: Any) -> str:  # noqa: ANN401 - plain data
    r"""JSON that may stand in a script element: nothing in it can end the element or begin a comment.

    Examples
    --------
    >>> json_for_html({"name": "</script><!-- & "})
    '{"name": "\\u003c/script\\u003e\\u003c!-- \\u0026 "}'
    """
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def shortened(text: str, longest: int = _LONGEST) -> str:
    r"""Plain text on one line, cut at a word where it is too long.

    Examples
    --------
    >>> shortened("Pain  is\nless.", 40), shortened("Pain is less after a while", 16)
    ('Pain is less.', 'Pain is less…')
    """
    line = re.sub(r"\s+", " ", text).strip()
    if len(line) <= longest:
        return line
    return line[: longest - 1].rpartition(" ")[0].rstrip(" ,;:(") + "…"


def described(sentences: Sequence[str], longest: int = _LONGEST) -> str:
    """As many whole sentences as fit, at least a part of the first."""
    told = ""
    for sentence in sentences:
        more = f"{told} {sentence}".strip()
        if told and len(more) > longest:
            break
        told = more
    return shortened(told, longest)
