"""What changed in the base, and which pages moved."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StrictStr

from kb.model.noun import Noun, Text

_ONE = "[a-z0-9]+(-[a-z0-9]+)*"

ABOUT = ("condition", "intervention", "outcome", "population", "study", "post", "comparison")
"""What a change can be about; all but outcomes and populations have a page of their own."""

PAGES = ("condition", "intervention", "study", "post", "comparison")

_NAMED = "|".join(noun for noun in ABOUT if noun != "comparison")

PageId = Annotated[StrictStr, Field(pattern=rf"^(({_NAMED})/{_ONE}|comparison/{_ONE}(--{_ONE}){{2}})$")]
"""A noun and an id as in the address of a page: ``study/lee2020``, ``comparison/condition--intervention--outcome``."""


class Change(Noun):
    """Something that changed in the base and that a reader should know.

    Parameters
    ----------
    date
        The day on which it changed.
    text
        What changed, in our own words.
    about
        What it is about, as ``noun/id``; empty where it is about the base as a whole.

    Examples
    --------
    >>> import datetime as dt
    >>> Change(date=dt.date(2026, 1, 31), text="The direction was mended.", about=("study/lee2020",)).about
    ('study/lee2020',)
    """

    date: dt.date
    text: Text
    about: tuple[PageId, ...] = ()


class Redirect(Noun):
    """A page that moved: an id of before, and what it is called now."""

    old: PageId
    new: PageId
