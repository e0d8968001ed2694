"""Words of a checked file, safe to print: no escape sequence, no line end, nothing that turns letters around."""

from __future__ import annotations

import json
import re
import textwrap

_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    r"""Text on one line without the characters that command a terminal or turn the order of letters around.

    Examples
    --------
    >>> plain("\x1b[31mred\x07\x9b2J\n::error::x\u202etxt")
    '[31mred2J ::error::xtxt'
    """
    return " ".join(_CONTROLS.sub("", text).split())


def dump_json(data: object) -> str:
    r"""Indented JSON whose text commands no terminal: what might is written as an escape, which means the same.

    Examples
    --------
    >>> dump_json(["é \x9b2J"])
    '[\n  "é \\u009b2J"\n]'
    """
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun.

    Examples
    --------
    >>> count(1, "study", "studies"), count(1200, "post")
    ('1 study', '1,200 posts')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def shorten(text: str, most: int) -> str:
    """Text of at most so many characters, cut at a blank.

    Examples
    --------
    >>> shorten("Rest and then some more", 14)
    'Rest and ...'
    """
    if len(text) <= most:
        return text
    head = text[: most - 4]
    blank = head.rfind(" ")
    return f"{head[:blank] if blank > most // 2 else head} ..."


def wrapped(text: str, width: int | None, indent: str, *, first: str | None = None) -> str:
    """Text with an indent, wrapped where a width is given; words longer than a line, such as addresses, stay whole.

    Examples
    --------
    >>> print(wrapped("Rest helps a little", 12, "    ", first="a   "))
    a   Rest
        helps a
        little
    """
    first = indent if first is None else first
    if width is None:
        return first + text
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
