"""What moved between the accepted facts and those of a build: page by page, across pages, and why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.drift.accepted import Accepted
from kb.drift.change import ORDER, Change, Kind
from kb.drift.compare import compare
from kb.drift.evidence import Moved, moved
from kb.drift.facts import Facts
from kb.drift.renamed import renamed
from kb.drift.told import JUDGED

_SILENT: frozenset[Kind] = frozenset({"wording", "order", "style"})
_NAMED_CAUSES = 3
_MOST_TOLD = 30


@dataclass(frozen=True, slots=True)
class PageDrift:
    """What moved on one page.

    Parameters
    ----------
    page
        Name of the notebook, e.g. ``condition/gout``.
    state
        ``new``, ``vanished`` or ``changed``.
    title
        Its title.
    changes
        What moved; empty for a new or vanished page.
    causes
        For each change why, in words; empty where the evidence does not tell.
    """

    page: str
    state: str
    title: str
    changes: tuple[Change, ...] = ()
    causes: tuple[str, ...] = ()

    @property
    def figures_moved(self) -> bool:
        """Whether the data of a figure moved."""
        return any(change.kind == "figure" for change in self.changes)

    def __str__(self) -> str:
        """The page in a line, e.g. ``2 table rows, 1 statement; wording of 1 text; figure data unchanged``."""
        if self.state != "changed":
            return f"{self.state} page"
        counts = {kind: sum(change.kind == kind for change in self.changes) for kind in ORDER}
        if not any(counts[kind] for kind in ORDER if kind not in _SILENT):
            said: dict[Kind, str] = {"wording": "wording only", "order": "order only", "style": "style of figures only"}
            named = [words for kind, words in said.items() if counts[kind]]
            return named[0] if len(named) == 1 else "wording, order or style only"
        nouns: dict[Kind, str] = {
            "number": "number",
            "row": "change in tables",
            "statement": "statement",
            "figure": "figure",
        }
        plural: dict[Kind, str] = {"row": "changes in tables"}
        told = [
            f"{counts[kind]} {noun if counts[kind] == 1 else plural.get(kind, f'{noun}s')}"
            for kind, noun in nouns.items()
            if counts[kind]
        ]
        if not any(counts[kind] for kind in ("number", "row", "statement")):
            return f"figures only ({counts['figure']})"
        words = ", ".join(told)
        words += f"; wording of {counts['wording']} more" if counts["wording"] else ""
        return words if counts["figure"] else f"{words}; figure data unchanged"


@dataclass(frozen=True, slots=True)
class Group:
    """The same change on one page or many."""

    kind: Kind
    words: str
    pages: tuple[str, ...]

    def __str__(self) -> str:
        """E.g. ``12 pages: effect of Lee 2020, Pain, 1 month: MD 8.64 -> 9.64``."""
        return f"{self.pages[0] if len(self.pages) == 1 else f'{len(self.pages)} pages'}: {self.words}"


class Drift:
    """What moved; empty when the build says what was accepted.

    Parameters
    ----------
    pages
        Pages that are new, vanished or changed, by name.
    evidence
        How the evidence differs.
    total
        Pages, vanished ones included.
    first
        Whether nothing was ever accepted: then there is nothing that could have moved.
    failed
        Pages that could not be made, of which nothing can be said.
    """

    def __init__(
        self,
        pages: Sequence[PageDrift],
        evidence: Moved,
        total: int,
        *,
        first: bool = False,
        failed: Sequence[str] = (),
    ) -> None:
        self.pages, self.evidence, self.total, self.first = tuple(pages), evidence, total, first
        self.failed = tuple(failed)

    def __bool__(self) -> bool:
        """Whether anything moved, or could have without being seen."""
        return bool(self.pages or self.failed)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Changes across pages: the most important kind first, then what moved before what is new or gone."""
        found: defaultdict[tuple[Kind, str], dict[str, None]] = defaultdict(dict)
        for page in self.pages:
            for change, cause in zip(page.changes, page.causes, strict=True):
                found[change.kind, told_with(change.words, cause)][page.page] = None
        made = [Group(kind, words, tuple(pages)) for (kind, words), pages in found.items()]
        return tuple(sorted(made, key=_rank))

    def of_state(self, state: str) -> tuple[str, ...]:
        """Names of the pages that are ``new``, ``vanished`` or ``changed``."""
        return tuple(page.page for page in self.pages if page.state == state)

    @property
    def only_wording(self) -> bool:
        """Whether no fact moved: wording, order or style only."""
        return not self.first and all(
            page.state == "changed" and all(change.kind in _SILENT for change in page.changes) for page in self.pages
        )

    def headline(self) -> str:
        """All of it in a line."""
        if self.first:
            told = f"takes those of {_pages(self.total)}"
            return f"No facts were accepted yet, so nothing can be compared: kb build --accept {told}.{self._unseen()}"
        if not self.pages:
            say = "says" if self.total == 1 else "say"
            return f"No drift: {_pages(self.total)} {say} what was accepted.{self._unseen()}"
        states = ((self.of_state(state), state) for state in ("changed", "new", "vanished"))
        told = ", ".join(f"{len(names)} {state}" for names, state in states if names)
        rest = " (wording only: no fact moved)" if self.only_wording else ""
        figures = "" if any(page.figures_moved for page in self.pages) or rest else "; figure data unchanged"
        return f"Drift on {len(self.pages)} of {self.total} pages: {told}{rest}{figures}.{self._unseen()}"

    def _unseen(self) -> str:
        """That some pages could not be made."""
        return f" Not compared, because they failed: {listed(self.failed, 5)}." if self.failed else ""

    def reasons(self) -> list[str]:
        """What differs in the evidence, in lines; that nothing does is a reason too."""
        evidence = self.evidence
        if not evidence:
            return ["The evidence did not change: the program, its templates or its libraries did."]
        lines = []
        for words, keys in (("added", evidence.added), ("removed", evidence.removed)):
            if keys:
                names = [evidence.labels.get(key, key) for key in keys]
                lines.append(f"{len(keys)} {'study' if len(keys) == 1 else 'studies'} {words}: {listed(names, 20)}.")
        if evidence.changed:
            told = [f"{evidence.labels.get(key, key)} ({what})" for key, what in evidence.changed.items()]
            lines.append(f"{len(told)} {'study' if len(told) == 1 else 'studies'} changed: {listed(told, 20)}.")
        lines += [f"{words[:1].upper()}{words[1:].rstrip('.')}." for words in evidence.told[:_MOST_TOLD]]
        if len(evidence.told) > _MOST_TOLD:
            lines.append(f"And {len(evidence.told) - _MOST_TOLD} more that say something else.")
        if evidence.files:
            lines.append(f"Other evidence changed: {listed(evidence.files, 12)}.")
        return lines


def _rank(group: Group) -> tuple[int, bool, bool, int, str]:
    """The most important first: what moved before what is new or gone, what has a cause before what has none."""
    words = group.words
    return ORDER.index(group.kind), " -> " not in words, " because " not in words, -len(group.pages), words


def told_with(words: str, cause: str) -> str:
    """What moved, and why.

    Examples
    --------
    >>> told_with("estimate of Pain moved from 1 to 2; certainty unchanged", " because Lee 2020 changed")
    'estimate of Pain moved from 1 to 2 because Lee 2020 changed; certainty unchanged'
    """
    moved, same, rest = words.partition("; certainty unchanged")
    return f"{moved}{cause}{same}{rest}"


def listed(names: Sequence[str], most: int) -> str:
    """Names in a row, the rest counted.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _pages(number: int) -> str:
    return f"{number} page{'' if number == 1 else 's'}"


def drift(accepted: Accepted | None, now: Accepted, failed: Iterable[str] = ()) -> Drift:
    """What moved between what was accepted and a build.

    Parameters
    ----------
    accepted
        From :func:`kb.drift.accepted.load`; None where nothing was ever accepted.
    now
        The facts of a build, and the evidence it was made from.
    failed
        Pages that could not be made: they are not compared.
    """
    unseen = sorted(failed)
    if accepted is None:
        return Drift((), Moved(), len(now.pages.keys() - set(unseen)), first=True, failed=unseen)
    evidence = moved(accepted.evidence, now.evidence)
    pages = []
    names = (accepted.pages.keys() | now.pages.keys()) - set(unseen)
    for name in sorted(names):
        old, new = accepted.pages.get(name), now.pages.get(name)
        if old is None and new is not None:
            pages.append(PageDrift(name, "new", new.title))
        elif new is None and old is not None:
            pages.append(PageDrift(name, "vanished", old.title))
        elif old is not None and new is not None and old != new:
            changes = _compared(old, new, evidence)
            pages.append(PageDrift(name, "changed", new.title, tuple(changes), _causes(changes, evidence)))
    return Drift(pages, evidence, len(names), failed=unseen)


def _compared(old: Facts, new: Facts, evidence: Moved) -> list[Change]:
    """What moved on a page; the new name of a term is told once and not a text."""
    before, names = renamed(old, new, evidence.renamed)
    calls = [f"'{name}' is now called '{evidence.renamed[name]}'" for name in names]
    moved_too = compare(before, new, evidence) if before != new or not calls else []
    return [*moved_too, *(Change("wording", words, "") for words in calls)]


# --- why --------------------------------------------------------------------------------------------------------------


def _causes(changes: Sequence[Change], evidence: Moved) -> tuple[str, ...]:
    """Why each change happened, where the evidence's own difference tells; unknown stays unsaid."""
    touched = _touched(changes, evidence)
    return tuple(_cause(change, touched, evidence) for change in changes)


def _touched(changes: Iterable[Change], evidence: Moved) -> dict[str, str]:
    """Studies that changed in the evidence and are named in what moved on this page, with their label."""
    labels: Mapping[str, str] = {key: evidence.labels.get(key, key) for key in evidence.keys()}  # noqa: SIM118
    if not labels:
        return {}
    texts = "\n".join(text for change in changes if change.kind not in _SILENT for text in change.texts)
    return {key: label for key, label in labels.items() if _names(texts, label) or _names(texts, key)}


def _names(texts: str, label: str) -> bool:
    """Whether texts name a study: ``Lee 2020`` is not in ``Blee 2020``."""
    return label in texts and re.search(rf"(?<![\w-]){re.escape(label)}(?!\w)", texts) is not None


def _cause(change: Change, touched: Mapping[str, str], evidence: Moved) -> str:
    if change.kind in _SILENT or " because " in change.words:
        return ""
    about = "\n".join((change.words, *(change.texts if change.kind in {"number", "row"} else ())))
    if "judged by" in change.words and any(line.startswith(JUDGED) for line in evidence.told):
        return " because a person judged it"
    own = [key for key, label in touched.items() if _names(about, label)]
    if own:  # it is about this very study
        told, word = [evidence.what(key) for key in own], "because"
    elif change.kind in {"number", "statement"} or "pooled" in change.words.casefold():
        told, word = [evidence.what(key) for key in touched], "after"  # which of them it was, nobody can say
    else:
        return ""
    shown = told[:_NAMED_CAUSES] + ([f"{len(told) - _NAMED_CAUSES} more changed"] if len(told) > _NAMED_CAUSES else [])
    return f" {word} {' and '.join(shown)}" if shown else ""
