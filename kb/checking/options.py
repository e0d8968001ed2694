"""How a check is made: which rules, which suppressions, whether PubMed is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from kb.checking.suppress import FILE, Suppression, load
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.citations.flag import Rule


class UnknownRuleError(KbError):
    """No such rule; names the nearest."""

    def __init__(self, given: str, known: Collection[str]) -> None:
        near = get_close_matches(given, sorted(known), 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"the rules are {', '.join(sorted(known))}"
        super().__init__(f"no rule '{given}': {hint}")


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id: those of citations, then those of claims.

    Examples
    --------
    >>> "wrong-identifier" in rules(), "number-differs" in rules()
    (True, True)
    """
    from kb.citations.rules import RULES as OF_CITATIONS
    from kb.claims.rules import RULES as OF_CLAIMS

    return {**OF_CITATIONS, **OF_CLAIMS}


@dataclass(frozen=True, slots=True)
class Options:
    """How a check is made.

    Parameters
    ----------
    online
        Whether PubMed is asked for what is not at hand.
    rules
        Ids of the rules whose findings are kept.
    suppressions
        Findings that a person lets stand.
    today
        The day, for suppressions that end.
    """

    online: bool = False
    rules: frozenset[str] = field(default_factory=lambda: frozenset(rules()))
    suppressions: tuple[Suppression, ...] = ()
    today: dt.date = field(default_factory=dt.date.today)


class CheckOptions(TypedDict, total=False):
    """What a person may give; see :func:`options`."""

    online: bool
    ignore: Iterable[str]
    only: Iterable[str]
    suppressions: Path | None
    today: dt.date | None


def options(
    evidence: Path,
    *,
    online: bool = False,
    ignore: Iterable[str] = (),
    only: Iterable[str] = (),
    suppressions: Path | None = None,
    today: dt.date | None = None,
) -> Options:
    """Options from what a person gives.

    Parameters
    ----------
    evidence
        The evidence folder; ``kb-check.yaml`` beside it is used when no other file is given.
    online
        See :class:`Options`.
    ignore
        Rules that are left out.
    only
        Rules that are kept; all when empty.
    suppressions
        A file of suppressions.
    today
        The day, when it is not today.

    Raises
    ------
    UnknownRuleError
        When a rule is not known.
    SuppressionError
        When the file of suppressions cannot be used.
    """
    known = rules()
    ignored, kept = ([ignore] if isinstance(ignore, str) else ignore), ([only] if isinstance(only, str) else only)
    ignored, kept = frozenset(ignored), frozenset(kept)
    for name in sorted(ignored | kept):
        if name not in known:
            raise UnknownRuleError(name, known)
    chosen = (kept or frozenset(known)) - ignored
    path = suppressions
    if path is None:
        beside = evidence.resolve().parent / FILE
        path = _shown(beside) if beside.exists() else None
    entries = load(path, known) if path is not None else ()
    return Options(
        online=online,
        rules=chosen,
        suppressions=tuple(entry for entry in entries if entry.rule in chosen),
        today=today or dt.datetime.now(tz=dt.UTC).astimezone().date(),
    )


def _shown(path: Path) -> Path:
    """The path as a person would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
