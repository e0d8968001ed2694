"""A parser that fails on a tag that is not closed, or closed where it is not open."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"br", "path", "use", "meta", "img", "hr", "rect", "circle", "line", "polygon", "polyline", "link"}


class Balanced(HTMLParser):
    """Feed it, then look whether ``open`` is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, tag
            assert self.open.pop() == tag
