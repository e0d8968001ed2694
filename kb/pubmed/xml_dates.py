"""PubMed's dates -> what is known of them, whatever words they come in."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.pubmed.record import PartialDate

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_SIMPLE = {
    **{name.capitalize(): number for name, number in _MONTHS.items()},
    **{str(number): number for number in range(1, 13)},
    **{f"{number:02}": number for number in range(1, 13)},
}
_DAYS = {str(n): n for n in range(1, 32)} | {f"{n:02}": n for n in range(1, 10)}
_YEARS = {str(n): n for n in range(1700, 2100)}
_SEASON = re.compile(
    r"\b(?:(?:early|mid|late)[- ])?(?:spring|summer|autumn|fall|winter|easter|christmas)\b"
    r"|\b(?:\d(?:st|nd|rd|th)|first|second|third|fourth|last)[- ](?:quart|trimest|semest|half)[a-z]*\.?",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s*(?:[-\u2010-\u2015/]|\bto\b|\band\b)\s*", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_MONTH = re.compile(r"\b(" + "|".join(_NAMES) + r")[a-z]*\b", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)")


@lru_cache(maxsize=1 << 15)  # a file has few different dates
def from_parts(year: str | None, month: str | None, day: str | None, season: str | None = None) -> PartialDate | None:
    """The date of the elements Year, Month, Day and Season.

    Examples
    --------
    >>> str(from_parts("2001", "Feb", "3")), str(from_parts("2000", "Jul-Aug", None)), from_parts(None, None, None)
    ('2001-02-03', '2000-07/2000-08', None)
    """
    if year in _YEARS and (not month or month in _SIMPLE) and (not day or (month and day in _DAYS)):
        return PartialDate(_YEARS[year], _SIMPLE[month] if month else None, _DAYS[day] if day else None, season or None)
    if not (year or month or day or season):
        return None
    return from_words(" ".join(part for part in (year, month, day, season) if part))


@lru_cache(maxsize=1 << 12)
def from_words(words: str) -> PartialDate:
    """The date of a MedlineDate: one date or a range, with what stands once counted for both ends.

    Examples
    --------
    >>> str(from_words("2000 Jul-Aug")), str(from_words("1998 Dec-1999 Jan")), str(from_words("1976-77"))
    ('2000-07/2000-08', '1998-12/1999-01', '1976/1977')
    >>> str(from_words("1999 Dec 21-28")), str(from_words("Summer 2001")), from_words("19--?").text
    ('1999-12-21/1999-12-28', '2001 Summer', '19--?')
    """
    words = " ".join(words.split())
    seasons = _SEASON.findall(words)
    plain = _SEASON.sub(" ", words)
    parts = [part for part in _DASH.split(plain) if part.strip()]
    start = _one(parts[0]) if parts else (None, None, None)
    end = _one(parts[-1]) if len(parts) > 1 else (None, None, None)
    year, month, day = start
    end_year, end_month, end_day = end
    if len(parts) > 1:
        if year and not (month or end_year or end_month) and (short := re.fullmatch(r"\s*(\d\d)\s*", parts[-1])):
            end_year, end_day = int(f"{year // 100}{short[1]}"), None
        year = year or end_year
        end_year = end_year or year
        end_month = end_month or (month if end_day else None)
        if (end_year, end_month, end_day) == (year, month, day):
            end_year = end_month = end_day = None
    season = "-".join(seasons) or None
    return PartialDate(year, month, day, season, end_year, end_month, end_day, words)


def _one(words: str) -> tuple[int | None, int | None, int | None]:
    year = _YEAR.search(words)
    rest = words.replace(year[0], " ", 1) if year else words
    month = _MONTH.search(rest)
    number = _MONTHS[month[1].lower()] if month else None
    if not month and year and (digits := re.fullmatch(r"\s*(0?[1-9]|1[0-2])(?:\s+(\d\d?))?\s*", rest)):
        return int(year[0]), int(digits[1]), _DAYS.get(digits[2])
    day = _DAY.search(rest)
    return int(year[0]) if year else None, number, int(day[1]) if day and (month or not year) else None
