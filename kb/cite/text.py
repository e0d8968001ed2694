"""Text with italics, bold, raised characters and links: what a style makes once and every format writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that look the same.

    Parameters
    ----------
    text
        Plain text, never markup.
    italic, bold, superscript
        How it looks.
    link
        Address it leads to; only http and https ones are ever written as a link.
    """

    text: str
    italic: bool = False
    bold: bool = False
    superscript: bool = False
    link: str | None = None


Runs = tuple[Run, ...]


def runs(*parts: Run | str | Iterable[Run] | None) -> Runs:
    """Runs and strings as one sequence; neighbours that look the same are joined, empty ones dropped.

    Examples
    --------
    >>> runs("Lee A. ", "Rest. ", Run("J Rest", italic=True), None)
    (Run(text='Lee A. Rest. ', ...), Run(text='J Rest', italic=True, ...))
    """
    joined: list[Run] = []
    for part in parts:
        if part is None:
            continue
        some = (Run(part),) if isinstance(part, str) else (part,) if isinstance(part, Run) else tuple(part)
        for run in some:
            if not run.text:
                continue
            if joined and replace(joined[-1], text="") == replace(run, text=""):
                joined[-1] = replace(run, text=joined[-1].text + run.text)
            else:
                joined.append(run)
    return tuple(joined)


def joined(parts: Iterable[Runs], between: str = " ") -> Runs:
    """Parts with something between them; empty parts do not count."""
    made: list[Run | str] = []
    for part in parts:
        if part:
            made += [between, *part] if made else list(part)
    return runs(*made)


def plain(some: Iterable[Run]) -> str:
    """The characters alone.

    Examples
    --------
    >>> plain(runs("In ", Run("J Rest", italic=True)))
    'In J Rest'
    """
    return "".join(run.text for run in some)


def html(some: Iterable[Run]) -> str:
    """HTML without classes or scripts, everything escaped.

    Examples
    --------
    >>> html(runs("<b> ", Run("J Rest", italic=True), Run("x", link="https://example.org/?a&b"), Run("y", link="js:1")))
    '&lt;b&gt; <i>J Rest</i><a href="https://example.org/?a&amp;b">x</a>y'
    """
    made = []
    for run in some:
        text = escape(run.text, quote=False)
        for on, tag in ((run.italic, "i"), (run.bold, "b"), (run.superscript, "sup")):
            text = f"<{tag}>{text}</{tag}>" if on else text
        made.append(f'<a href="{escape(run.link)}">{text}</a>' if safe_link(run.link) and run.link else text)
    return "".join(made)


_SPECIAL = re.compile(r"([\\`*_\[\]<>~|$]|!(?=\[)|&(?=#?\w+;))")
_LINE_START = re.compile(r"^(\s*)([#+=:-]|>)|^(\s*\d+)([.)])(?=\s|$)")


def markdown(some: Iterable[Run]) -> str:
    r"""Markdown in which no character of the text can become markup, and no bare address a link of its own.

    Examples
    --------
    >>> markdown(runs("1. a*b <x> ", Run("J_Rest", italic=True), Run("doi", link="https://example.org/(a)b")))
    '1\\. a\\*b \\<x\\> *J\\_Rest*[doi](https://example.org/%28a%29b)'
    """
    made = []
    for number, run in enumerate(some):
        text = " ".join(run.text.splitlines()) if "\n" in run.text or "\r" in run.text else run.text
        text = _SPECIAL.sub(r"\\\1", text)
        if number == 0:
            text = _LINE_START.sub(_escaped_start, text)
        text = _around(text, "<sup>", "</sup>") if run.superscript else text
        text = _around(text, "**") if run.bold else text
        text = _around(text, "*") if run.italic else text
        if safe_link(run.link) and run.link:
            text = f"[{text}]({_address(run.link)})"
        made.append(text)
    return "".join(made)


def _escaped_start(found: re.Match[str]) -> str:
    if found[3] is not None:
        return f"{found[3]}\\{found[4]}"
    return f"{found[1]}\\{found[2]}"


def _around(text: str, mark: str, end: str | None = None) -> str:
    """Marks close to the words: blanks stay outside, where Markdown wants them."""
    inner = text.strip()
    if not inner:
        return text
    before = text[: len(text) - len(text.lstrip())]
    after = text[len(text.rstrip()) :]
    return f"{before}{mark}{inner}{end or mark}{after}"


def _address(link: str) -> str:
    unsafe = {"(": "%28", ")": "%29", " ": "%20", "<": "%3C", ">": "%3E", "\\": "%5C", "\n": "", "\r": "", '"': "%22"}
    return "".join(unsafe.get(character, character) for character in link)


def safe_link(link: str | None) -> bool:
    """Whether an address may be written as a link: a web address, nothing that runs.

    Examples
    --------
    >>> safe_link("https://doi.org/10.1/x"), safe_link("javascript:alert(1)"), safe_link(None)
    (True, False, False)
    """
    if not link or any(ord(character) < 33 for character in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
