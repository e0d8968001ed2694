"""When a result was measured, as running text says it; a time that is no prose is left out."""

from __future__ import annotations

import re

_UNIT = r"(?:day|week|month|year)s?"
_LIST = r"\d{1,4}(?:\.\d)?(?:(?:, | and | to |-| or )\d{1,4}(?:\.\d)?){0,4}"
_PLAIN = re.compile(rf"{_LIST} {_UNIT}(?: after [a-z ]{{3,20}})?")
_OR_MORE = re.compile(rf"({_LIST}) ({_UNIT}) or more")
_TERM = re.compile(r"(?:very )?(?:short|mid|medium|intermediate|long) term(?: \([^()]{3,30}\))?")
_PREFIXED = re.compile(rf"(?:up to|to|under|over) {_LIST} {_UNIT}")
_WEEK = re.compile(r"week \d{1,2}")
_YEAR = re.compile(r"\d{4}(?:-\d{4})?")
_NOTE = re.compile(r" \((?:adjusted|same figures[^()]{0,40}|closest[^()]{0,40}|before [^()]{0,40})\)")
_AS_IS = re.compile(
    r"(?:after (?:training|treatment|programme|the programme|\d{1,2} weeks)|before age \d{2})"
    r"|averaged over follow-ups to \d{1,3} weeks"
)
_DEGREES = re.compile(r"\d{1,3}(?:(?:, | and )\d{1,3}){0,4} degrees(?: flexion)?")
_NO_TIME = frozenset(
    {"all", "clearance", "cross-section", "cross-sectional", "pooled", "race", "single visit", "until return", ""}
)
"""What stands as a time and says none that a sentence would need."""
_FIXED = {
    "all times": "at all times measured",
    "baseline": "at baseline",
    "end of therapy": "at the end of therapy",
    "end of training": "at the end of training",
    "final follow-up": "at the final follow-up",
    "lifetime": "over a lifetime",
    "short, mid and long term": "in the short, mid and long term",
    "short to long term": "from the short to the long term",
    "year after index claim": "in the year after the index claim",
    "earliest follow-up": "at the earliest follow-up",
    "one season": "over one season",
    "pooled over follow-ups": "over all follow-ups",
    "post-intervention": "after the intervention",
    "return-to-play clearance": "at return-to-play clearance",
    "post": "after the intervention",
}


def when(timepoint: str | None, *, event: bool = False) -> str:
    """The time with its preposition and a space before it; empty where none can be told.

    Parameters
    ----------
    timepoint
        As the finding gives it.
    event
        Whether something is counted: it occurs over a time, where a score is measured at one.

    Examples
    --------
    >>> when("12 weeks"), when("12 weeks", event=True), when("short term"), when("single visit")
    (' at 12 weeks', ' over 12 weeks', ' in the short term', '')
    """
    words = _NOTE.sub("", (timepoint or "").strip()).removeprefix("at ")
    if words in _FIXED:
        return f" {_FIXED[words]}"
    more = _OR_MORE.fullmatch(words)
    if more:
        return f" at {more[1]} {more[2]} or more"
    if _PLAIN.fullmatch(words):
        single = re.fullmatch(rf"\d{{1,4}} {_UNIT}", words) is not None
        return f" {'over' if event and single else 'at'} {words}"
    if words.startswith(("about ", "mean ")) and _PLAIN.fullmatch(words.split(" ", 1)[1]):
        return f" over {words.replace('mean ', 'a mean of ')}"
    if _PREFIXED.fullmatch(words):
        return f" up to {words.removeprefix('up ').removeprefix('to ')}" if "to" in words[:6] else f" at {words}"
    return _others(words)


def is_lost(timepoint: str | None) -> bool:
    """Whether a time was told that running text cannot take up, and that the result may depend on.

    Examples
    --------
    >>> is_lost("12 weeks"), is_lost("single visit"), is_lost("2-week window")
    (False, False, True)
    """
    return not when(timepoint) and (timepoint or "").strip() not in _NO_TIME


def _others(words: str) -> str:
    if _TERM.fullmatch(words):
        return f" in the {words}"
    if _DEGREES.fullmatch(words):
        return f" at {words.replace(' flexion', ' of flexion')}"
    if _WEEK.fullmatch(words) or _YEAR.fullmatch(words):
        return f" in {words}"
    return f" {words.replace('the ', '').replace('programme', 'the program')}" if _AS_IS.fullmatch(words) else ""
