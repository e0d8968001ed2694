"""What a check says: a rule, where, what was found, what is right, and the fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is; ``error`` is surely wrong, ``warning`` should be looked at, ``note`` is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for an error, the more the milder.

        Examples
        --------
        >>> sorted(Severity, key=lambda severity: severity.rank)[0].value
        'error'
        """
        return list(Severity).index(self)


class Basis(StrEnum):
    """Who or what says so: a rule, a curated entry of ``evidence/posts`` nobody reviewed, or a person's review."""

    RULE = "rule"
    CURATED = "curated"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it looks for, in words.

    Parameters
    ----------
    id
        As findings name it, e.g. ``wrong-identifier``.
    severity
        Its usual severity; a single finding may be milder and says why.
    title
        A few words, for tables.
    about
        One or two sentences: what it compares with what, and when it keeps silent.
    """

    id: str
    severity: Severity
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that a check found; the reports call it a finding.

    Parameters
    ----------
    rule, severity
        Which rule, and how bad it is here.
    message
        One sentence a writer understands, both sides named.
    found, expected
        What the text or the link says, and what is right; None where there is no such side.
    fix
        Text to paste in place of what was found; None where nobody but the writer can know.
    study
        Key of the study it is about, when it is one of the base.
    source
        Where the right side was read: a record, a finding of a study, a curated verdict.
    basis
        Rule, curated entry or review.
    """

    rule: str
    severity: Severity
    message: str
    found: str | None = None
    expected: str | None = None
    fix: str | None = None
    study: str | None = None
    source: str | None = None
    basis: Basis = Basis.RULE
