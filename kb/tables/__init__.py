"""Tables to paste: one neutral table, what is shown in it, and the formats it is written in.

:mod:`kb.tables.table`             the neutral table: columns, rows, footnotes, sources, date of evidence
:mod:`kb.tables.asked`             what a table is asked about, and what bears on it
:mod:`kb.tables.evidence`          a row a finding
:mod:`kb.tables.characteristics`   a row a study
:mod:`kb.tables.summary`           summary of findings in the style of GRADE
:mod:`kb.tables.claims`            what a post claims against what was found
:mod:`kb.tables.news`              what is new
:mod:`kb.tables.formats`           HTML, Markdown, CSV, XLSX, DOCX, LaTeX, JSON
"""

from kb.tables.as_text import to_markdown
from kb.tables.claims import claims_table
from kb.tables.evidence import evidence_table
from kb.tables.table import UNKNOWN, Cell, Column, Footnote, Source, Table
from kb.tables.words import bearing_words, certainty, direction_words, effect, favours, left_out_notes, study_label

__all__ = [
    "UNKNOWN",
    "Cell",
    "Column",
    "Footnote",
    "Source",
    "Table",
    "bearing_words",
    "certainty",
    "claims_table",
    "direction_words",
    "effect",
    "evidence_table",
    "favours",
    "left_out_notes",
    "study_label",
    "to_markdown",
]
