"""A timepoint in the words of a study -> weeks, where it is one plain duration."""

from __future__ import annotations

import re

WEEKS_PER = {"day": 1 / 7, "week": 1.0, "month": 365.25 / 12 / 7, "year": 365.25 / 7}
"""Weeks in a unit; a month is a twelfth of the Julian year of 365.25 days."""

_DURATION = re.compile(
    r"(?:at |after |about |mean )?(\d+(?:\.\d+)?)[ -](day|week|month|year)s?(?: follow-up| after.*)?", re.IGNORECASE
)


def weeks(timepoint: str | None) -> float | None:
    """Weeks since the start, or None when the words are not one duration.

    Examples
    --------
    >>> weeks("12 weeks"), round(weeks("3 months"), 1), weeks("short term"), weeks(None)
    (12.0, 13.0, None, None)
    """
    match = _DURATION.fullmatch((timepoint or "").strip())
    return float(match[1]) * WEEKS_PER[match[2].lower()] if match else None
