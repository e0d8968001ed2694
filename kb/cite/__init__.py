"""References in words: author and year in running text, and lists in Vancouver, AMA, APA or a CSL style.

One model, text with italics and links, is made by a style once and written in every format (:mod:`kb.cite.text`).
What nobody saw is said to be unknown; the case of titles is never changed.
"""

from kb.cite.author_year import author_year
from kb.cite.csl import csl_item
from kb.cite.listing import FORMATS, STYLES, Entry, ReferenceList, UnknownStyleError, listing
from kb.cite.marks import Mark
from kb.cite.names import initials, surname
from kb.cite.style_vancouver import vancouver
from kb.cite.text import Run, Runs

__all__ = [
    "FORMATS",
    "STYLES",
    "Entry",
    "Mark",
    "ReferenceList",
    "Run",
    "Runs",
    "UnknownStyleError",
    "author_year",
    "csl_item",
    "initials",
    "listing",
    "surname",
    "vancouver",
]
