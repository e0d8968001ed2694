"""The corrected post: a patch of its citations, and nothing else of it changed.

Only what is certain is applied (:mod:`kb.checking.corrected_change`), and only where the old words stand exactly once
in the source of the citation (:mod:`kb.checking.corrected_source`); the rest is listed for the writer to decide.
Markdown, plain text and HTML in UTF-8 give a unified diff and a corrected file; of exports and DOCX there is the list.
"""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kb.checking.corrected_change import Change, Wish, wishes
from kb.checking.corrected_source import (
    FORMATS,
    Anchor,
    Projection,
    lines_of,
    occurrences,
    phrase_pattern,
    project,
    words_pattern,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.checking.result import CheckedFile, CheckedPost, CheckResult

Edit = tuple[int, int, str]
"""Start and end in the file's text, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A file with its changes.

    Parameters
    ----------
    path, format
        Of the file.
    changes
        Applied ones and those to decide, in the order of the text.
    before, after
        The file's text; None when no corrected file can be made of it.
    edits
        What was replaced, in the order of the text.
    why_not
        Why none can be made; empty otherwise.
    """

    path: str
    format: str
    changes: tuple[Change, ...]
    before: str | None = None
    after: str | None = None
    edits: tuple[Edit, ...] = ()
    why_not: str = ""

    @property
    def data(self) -> bytes | None:
        """The corrected file; None when none can be made."""
        return None if self.after is None else self.after.encode("utf-8")

    @property
    def applied(self) -> tuple[Change, ...]:
        """What the corrected file has."""
        return tuple(change for change in self.changes if change.applied)

    @property
    def undecided(self) -> tuple[Change, ...]:
        """What the writer decides."""
        return tuple(change for change in self.changes if not change.applied)


def correct(result: CheckResult, data: Mapping[str, bytes]) -> tuple[Corrected, ...]:
    """The changes of checked files.

    Parameters
    ----------
    result
        What the check found.
    data
        The bytes that were checked, by the path of their file. Without them there is the list alone.

    Examples
    --------
    >>> import kb
    >>> text = b"It helps (Buist et al., 2011, Am J Sports Med. https://pubmed.ncbi.nlm.nih.gov/17940147/)."
    >>> (made,) = correct(kb.check(("draft.txt", text)), {"draft.txt": text})
    >>> made.data.decode()[:41], [(change.old, change.new) for change in made.applied]
    ('It helps (Buist et al., 2008, Am J Sports', [('2011', '2008')])
    """
    return tuple(_file(file, data.get(file.path)) for file in result.files if file.error is None)


def _file(file: CheckedFile, data: bytes | None) -> Corrected:
    source, why_not = _source(file, data)
    if source is None:
        listed = [_listed(wish, wish.why or why_not) for post in file.posts for wish in wishes(post)]
        return Corrected(file.path, file.format, tuple(dict.fromkeys(listed)), why_not=why_not)
    made = project(source, file.format)
    found: list[tuple[Change, tuple[Edit, ...]]] = []
    for post in file.posts:
        found += [_placed(wish, post, made, file) for wish in wishes(post)]
    settled = _settled(found)
    edits = sorted({edit for _, some in settled for edit in some})
    after = source
    for start, end, new in reversed(edits):
        after = after[:start] + new + after[end:]
    changes = tuple(dict.fromkeys(change for change, _ in settled))
    return Corrected(file.path, file.format, changes, source, after, tuple(edits))


def _source(file: CheckedFile, data: bytes | None) -> tuple[str | None, str]:
    """The file's text with its own line ends, or why it is not worked on."""
    if file.format not in FORMATS:
        return None, f"Of {file.format or 'this format'} there is only the list: make the change in the editor."
    if data is None:
        return None, "The file's bytes are not at hand."
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None, "The file is not UTF-8: save it as UTF-8 for a corrected file."
    try:
        source = data.decode("utf-8")
    except UnicodeDecodeError:
        return None, "The file is not UTF-8: save it as UTF-8 for a corrected file."
    return (None, "The file is not UTF-8: save it as UTF-8 for a corrected file.") if "\0" in source else (source, "")


def _listed(wish: Wish, why: str, *, line: int | None = None, column: int | None = None) -> Change:
    finding = wish.finding
    return Change(
        path=finding.path,
        post=finding.post,
        line=line or finding.line,
        column=column,
        start=None,
        end=None,
        locator=finding.locator,
        old=wish.old,
        new=wish.new,
        link=wish.link,
        rule=finding.rule,
        basis=finding.basis.value,
        study=finding.study,
        source=finding.source,
        message=finding.message,
        applied=False,
        why=why,
    )


def _placed(wish: Wish, post: CheckedPost, made: Projection, file: CheckedFile) -> tuple[Change, tuple[Edit, ...]]:
    """A wish with its place in the source; left to decide when there is not exactly one."""
    if wish.why:
        return _listed(wish, wish.why), ()
    region = _region(wish, post, made, by_line=file.has_lines)
    if isinstance(region, str):
        return _listed(wish, region), ()
    edits = (
        _link_edits(wish, made, region, file.format) if wish.is_link else _word_edits(wish, made, region, file.format)
    )
    if isinstance(edits, str):
        return _listed(wish, edits), ()
    start, end, _ = edits[0]
    lines = lines_of(made.source[: start + 1])
    number = next(n for n in range(len(lines), 0, -1) if lines[n - 1] <= start)
    placed = _listed(wish, "", line=number, column=start - lines[number - 1] + 1)
    return replace(placed, start=start, end=end, applied=True), tuple(edits)


def _region(wish: Wish, post: CheckedPost, made: Projection, *, by_line: bool) -> tuple[int, int] | str:
    """The characters of the citation in the projection, or why they are not known."""
    place = wish.part.place
    block = post.text.blocks[place.block]
    pattern = words_pattern(block.text[place.start : place.end])
    if pattern is None:
        return "The citation has no words to find it by."
    if by_line:
        lines = [*lines_of(made.source), len(made.source)]
        first, last = block.line_at(place.start), block.line_at(max(place.start, place.end - 1))
        if last >= len(lines):
            return "The line was not found."
        window = made.window(lines[first - 1], lines[last])
        before, text = place.start, block.text
    else:
        window = (0, len(made.seen))
        before = sum(len(other.text) + 1 for other in post.text.blocks[: place.block]) + place.start
        text = "\n".join(other.text for other in post.text.blocks)
    here = occurrences(pattern, made.seen, *window)
    there = occurrences(pattern, text)
    if len(here) == 1:
        return here[0]
    if len(here) != len(there) or not here:
        return (
            f"The citation stands {len(here) or 'nowhere as a whole'} times in the source."
            if here
            else ("The citation was not found in the source: markup stands within its words.")
        )
    index = next((n for n, (start, end) in enumerate(there) if start >= before or end > before), None)
    return here[index] if index is not None else "The citation was not found in the source."


def _word_edits(wish: Wish, made: Projection, region: tuple[int, int], format_: str) -> list[Edit] | str:
    """The old words within the citation, once."""
    spans = occurrences(phrase_pattern(wish.old), made.seen, *region)
    if len(spans) > 1:
        spans = [span for span in spans if _fits(wish, made.seen, span)]
    if wish.hint:
        if len(spans) != 1:
            return f"'{wish.old}' stands {len(spans)} times in the citation."
    elif not spans:
        return f"'{wish.old}' was not found in the citation."
    edits: list[Edit] = []
    for first, last in spans:
        place = made.span(first, last)
        if place is None:
            return f"Markup stands within '{wish.old}'."
        edits.append((*place, _encoded(wish.new or "", format_)))
    return edits


_HINTS = {
    "wrong-year": (r"[(.,;\s]$", r"^[a-h]?(?:[);,.]|\s|$)"),
    "wrong-volume": (r"[;,\s*_]$", r"^[*_]{0,2}\s?(?:\(|:)"),
}


def _fits(wish: Wish, seen: str, span: tuple[int, int]) -> bool:
    """Whether a number stands where the fact does: a volume before an issue or pages."""
    before, behind = _HINTS.get(wish.hint, ("", ""))
    near = seen[max(0, span[0] - 3) : span[0]], seen[span[1] : span[1] + 4]
    return bool(re.search(before, near[0])) and bool(re.search(behind, near[1]))


def _link_edits(wish: Wish, made: Projection, region: tuple[int, int], format_: str) -> list[Edit] | str:
    """The address of a link of the citation, and the same address where it is also printed."""
    first, last = region
    new = wish.new or ""
    anchors = [
        anchor
        for anchor in made.anchors
        if anchor.href.strip() == wish.old.strip() and anchor.first <= last + 3 and anchor.last >= first
    ]
    inside = [anchor for anchor in anchors if anchor.first < last or anchor.last <= last]
    anchors = inside or anchors
    if len(anchors) > 1:
        return f"The address stands {len(anchors)} times in the citation."
    edits = [(anchor.start, anchor.end, _as_address(new, anchor)) for anchor in anchors]
    shown = re.compile(rf"{re.escape(wish.old.strip())}(?![^\s<>()\[\]\"'.,;])")
    for span in occurrences(shown, made.seen, first, min(len(made.seen), last + len(wish.old) + 3)):
        place = made.span(*span)
        if place is not None and all(place[1] <= anchor.start or place[0] >= anchor.end for anchor in anchors):
            edits.append((*place, _encoded(new, format_)))
    return edits or "The address was not found in the source of the citation."


def _as_address(new: str, anchor: Anchor) -> str:
    if anchor.quote == "(":
        return new.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return html.escape(new, quote=True).replace(" ", "%20")


def _encoded(new: str, format_: str) -> str:
    """Words as the format writes them, so that none becomes markup."""
    if format_ == "html":
        return html.escape(new, quote=False)
    return re.sub(r"([\\`*\[\]<>])", r"\\\1", new) if format_ == "markdown" else new


def _settled(found: list[tuple[Change, tuple[Edit, ...]]]) -> list[tuple[Change, tuple[Edit, ...]]]:
    """Changes of which no two claim the same characters; those that do are left to decide."""
    every = [edit for _, edits in found for edit in edits]
    settled: list[tuple[Change, tuple[Edit, ...]]] = []
    for change, edits in found:
        clash = any(one != other and one[0] < other[1] and other[0] < one[1] for one in edits for other in every)
        if clash:
            why = "Another change touches the same words."
            settled.append((replace(change, start=None, end=None, applied=False, why=why), ()))
        else:
            settled.append((change, edits))
    return settled


def to_data(files: Iterable[Corrected]) -> list[dict[str, Any]]:
    """The changes as plain data, as ``kb check --format json`` prints them."""
    names = Change.__slots__
    return [{name: getattr(change, name) for name in names} for file in files for change in file.changes]
