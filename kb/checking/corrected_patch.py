"""The changes for a writer: what to change, a unified diff, and the references to paste.

Lines for reading begin with ``#``, so that `patch -p0` and `git apply` take the whole output and find the diff in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.checking.corrected_source import texts_of
from kb.checking.words import count, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.checking.corrected import Corrected
    from kb.checking.corrected_change import Change
    from kb.checking.result import CheckResult
    from kb.cite import ReferenceList

_CONTEXT = 3


def to_text(files: Sequence[Corrected], references: ReferenceList | None = None) -> str:
    """The list, the diff, and the references in the order in which the posts cite them."""
    parts = [line for file in files for line in _listed(file)]
    text = "".join(f"{f'# {line}'.rstrip()}\n" for line in parts)
    text += "".join(diff(file) for file in files)
    if references is not None and references.entries:
        text += f"\n# References ({references.style}) to paste:\n\n{references.render('text')}"
    return text


def _listed(file: Corrected) -> Iterator[str]:
    yield plain(f"{file.path}: {count(len(file.applied), 'certain change')}, {len(file.undecided)} to decide.")
    if file.why_not and file.changes:
        yield file.why_not
    for change in file.applied:
        yield from _told(change)
    if file.undecided:
        yield "To decide:"
    for change in file.undecided:
        yield from _told(change)
    yield ""


def _told(change: Change) -> Iterator[str]:
    place = f"{change.line}:{change.column}" if change.column else str(change.line)
    yield f"  {plain(f'{place} [{change.rule}] {change.message}')}"
    yield f"    old:  {plain(change.old)}"
    if change.new is not None:
        yield f"    new:  {plain(change.new)}"
    if change.link and change.link != change.new:
        yield f"    link: {plain(change.link)}"
    if change.why:
        yield f"    why:  {change.why}"


def diff(file: Corrected) -> str:
    """A unified diff of the file; empty when nothing is certain or no corrected file can be made.

    Lines are parted at line feeds alone and keep their ends, as patch tools have it.
    """
    if file.before is None or file.after is None or file.before == file.after:
        return ""
    old, new = list(texts_of(file.before)), list(texts_of(file.after))
    name = _name(file.path)
    lines = [f"--- {name}\n", f"+++ {name}\n"]
    for (a, b), (c, d) in _hunks(file):
        lines.append(f"@@ -{a + 1},{b - a} +{c + 1},{d - c} @@\n")
        lines += _hunk(old[a:b], new[c:d])
    return "".join(lines)


def _name(path: str) -> str:
    """The path as diff tools read it: a tab ends a name with blanks; control characters become question marks."""
    shown = "".join(character if character.isprintable() else "?" for character in path)
    shown = "stdin" if shown == "-" else shown
    return f"{shown}\t" if " " in shown else shown


def _hunk(old: list[str], new: list[str]) -> Iterator[str]:
    """Context, then each run of changed lines."""
    import difflib

    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (_marked(" ", line) for line in old[a:b])
            continue
        yield from (_marked("-", line) for line in old[a:b])
        yield from (_marked("+", line) for line in new[c:d])


def _marked(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _hunks(file: Corrected) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Line ranges of the old and the new text around each change; near ones joined."""
    before, after = file.before or "", file.after or ""
    total_old, total_new = sum(1 for _ in texts_of(before)), sum(1 for _ in texts_of(after))
    found: list[list[int]] = []
    shift = 0
    for start, end, new in file.edits:
        first = before.count("\n", 0, start)
        last = first + before.count("\n", start, end) + 1
        lost = before.count("\n", start, end) - new.count("\n")
        if found and first - _CONTEXT <= found[-1][1] + _CONTEXT:
            found[-1][1], found[-1][3] = max(found[-1][1], last), found[-1][3] + lost
        else:
            found.append([first, last, shift, lost])
        shift += lost
    hunks = []
    for first, last, moved, lost in found:
        a, b = max(0, first - _CONTEXT), min(total_old, last + _CONTEXT)
        hunks.append(((a, b), (a - moved, min(total_new, b - moved - lost))))
    return hunks


def for_terminal(text: str) -> str:
    """The same without what commands a terminal; a diff of it may not apply, so it is for eyes alone."""
    return "".join(character if character.isprintable() or character in "\n\t" else "?" for character in text)


def cited(result: CheckResult) -> list[str]:
    """Keys of the studies of the base that the posts cite for certain, in the order of the text, each once."""
    from kb.citations.resolution import Confidence

    citations = (one for file in result.files for post in file.posts for one in post.citations)
    sure = (one.study for one in citations if one.confidence is Confidence.CERTAIN)
    return list(dict.fromkeys(key for key in sure if key))
