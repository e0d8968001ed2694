"""What is wrong with a piece of evidence, where, and what to do: the one shape of every error and finding."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem in the data.

    Parameters
    ----------
    path
        File, relative to the evidence folder where it lies in one.
    line
        1-based line, or 0 when the whole file is meant.
    rule
        Short id of the rule that was broken, e.g. ``unknown-term``.
    message
        What was found, in one sentence.
    advice
        What to do about it, in one sentence.
    severity
        ``error`` makes the evidence invalid, ``warning`` asks for a look.

    Examples
    --------
    >>> print(
    ...     Problem("studies/lee2020.yaml", 4, "unknown-term", "no condition 'itb'", "Use 'iliotibial-band-syndrome'.")
    ... )
    studies/lee2020.yaml:4: error: no condition 'itb' [unknown-term] Use 'iliotibial-band-syndrome'.
    """

    path: str
    line: int
    rule: str
    message: str
    advice: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """One line in the form that editors and CI logs turn into a link."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.severity}: {self.message} [{self.rule}] {self.advice}".rstrip()


class KbError(Exception):
    """Something the person can act on; the command line prints it without a traceback.

    ``exit_status`` is the command's: 2 when it could not do what was asked, 1 when what it looked at has problems.
    """

    exit_status = 2


class EvidenceError(KbError):
    """The evidence folder cannot be used.

    Parameters
    ----------
    root
        The evidence folder.
    problems
        Everything found in it; at least one is an error.
    """

    exit_status = 1

    def __init__(self, root: Path, problems: Iterable[Problem]) -> None:
        self.root = root
        self.problems = tuple(problems)
        shown = "\n".join(f"  {p}" for p in self.problems[:20])
        more = len(self.problems) - 20
        tail = f"\n  ... and {more} more: kb validate lists them all" if more > 0 else ""
        told = f"{root} holds {len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}:\n{shown}{tail}"
        if self.problems and self.problems[0].rule == "missing-folder":  # nothing was looked at: wrong usage
            self.exit_status = 2
            told = f"{root} {self.problems[0].message}. {self.problems[0].advice}"
        super().__init__(told)


class UnknownIdError(KbError):
    """No such thing in the base; names the nearest ids.

    Parameters
    ----------
    noun
        What was looked for, e.g. ``condition``.
    given
        What the person typed.
    near
        The nearest ids, best first.
    """

    def __init__(self, noun: str, given: str, near: Iterable[str] = ()) -> None:
        self.noun, self.given, self.near = noun, given, tuple(near)
        hint = " or ".join(f"'{n}'" for n in self.near)
        super().__init__(f"no {noun} '{given}'" + (f": did you mean {hint}?" if hint else ""))
