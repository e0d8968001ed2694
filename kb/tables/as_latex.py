"""LaTeX: a longtable with the rules of booktabs, its header on every page, everything escaped.

The preamble needs ``longtable``, ``booktabs``, ``array``, ``calc``, ``hyperref`` and UTF-8 input (the default since
2018). Columns that stand under another, and those of long texts, are small lines under their row, across the table: in
its narrow cells they would make a page of two rows. How wide a column is hangs on how much it holds; how letters and
signs come out is told in :mod:`kb.tables.tex`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.tables.table import EMPTY
from kb.tables.tex import DEFINES_OTHER, tex, tex_url
from kb.tables.widths import shares, usual_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.cite import Run
    from kb.tables.table import Cell, Table

_ROOM = 56
"""Characters that fit side by side in ``\\small`` on the upright page of the class ``article``, without the gaps."""
_MOST = 110
"""Characters beyond which the text of a column stands under its row: a narrow column would make it a tower."""
_PREAMBLE = (
    r"% In the preamble: \usepackage{cmap} \usepackage[T1]{fontenc} "
    r"\usepackage{array,booktabs,calc,longtable,textcomp} \usepackage[hidelinks]{hyperref}"
)


def to_latex(table: Table) -> str:
    r"""The table as LaTeX, to be put into a document with ``\input``."""
    beside, below = _layout(table)
    gaps = 2 * (len(beside) - 1)
    spec = "".join(
        # Hyphenation begins at the first word only behind a space of no width.
        rf">{{\raggedright\arraybackslash\hspace{{0pt}}}}p{{(\linewidth - {gaps}\tabcolsep) * \real{{{share:.4f}}}}}"
        for share in shares(table, _ROOM, [(place, ()) for place in beside])
    )
    names = [rf"\textbf{{{tex(table.columns[place].label)}}}" for place in beside]
    small = ", ".join(tex(table.columns[place].label) for place in below)
    header = f"\\toprule\n{' & '.join(names)} {_end(len(beside), small)}\n\\midrule"
    lines = [
        r"\begingroup\small\setlength{\tabcolsep}{4pt}\setlength{\LTcapwidth}{\linewidth}",
        rf"\begin{{longtable}}{{@{{}}{spec}@{{}}}}",
        rf"\caption*{{\textbf{{{tex(table.title)}}}\\{tex(table.description)}}}\\",
        f"{header}\n\\endfirsthead",
        f"{header}\n\\endhead",
        "\\bottomrule\n\\endlastfoot",
        *(_rows(table)),
        r"\end{longtable}",
        *_notes(table),
        r"\endgroup",
    ]
    made = "\n".join(lines) + "\n"
    return "\n".join([_PREAMBLE, *([DEFINES_OTHER] if r"\kbother" in made else []), made])


def _layout(table: Table) -> tuple[list[int], list[int]]:
    """Columns that stand side by side, and those that stand under their row, the long ones first; by position."""
    long = [
        place for place, _ in table.side_by_side[1:] if usual_length([row[place].text for row in table.body]) > _MOST
    ]
    beside = [place for place, _ in table.side_by_side if place not in long]
    return beside, long + [p for _, under in table.side_by_side for p in under]


def _rows(table: Table) -> Iterator[str]:
    beside, below = _layout(table)
    if not table.body:
        yield rf"\multicolumn{{{len(beside)}}}{{@{{}}l@{{}}}}{{{tex(EMPTY)}}} \\"
    labels = [rf"\emph{{{tex(column.label)}:}}" for column in table.columns]
    for number, row in enumerate(table.body):
        cells = " & ".join(_content(row[place]) for place in beside)
        small = r"\quad ".join(f"{labels[place]} {_content(row[place])}" for place in below)
        rule = "\\addlinespace\n" if number else ""
        yield f"{rule}{cells} {_end(len(beside), small)}"


def _end(columns: int, small: str) -> str:
    """The end of a row, and the small lines under it, on its page, where it has any."""
    look = r"\footnotesize\raggedright\leftskip=1em"
    lines = rf"\multicolumn{{{columns}}}{{@{{}}p{{\linewidth}}@{{}}}}{{{look} {small}}} \\"
    return f"\\\\*\n{lines}" if small else r"\\"


def _content(cell: Cell) -> str:
    text = tex(cell.text)
    if cell.link:
        text = rf"\href{{{tex_url(cell.link)}}}{{{text}}}"
    return text + (rf"\textsuperscript{{{tex(','.join(cell.marks))}}}" if cell.marks else "")


def _notes(table: Table) -> Iterator[str]:
    for note in table.footnotes:
        yield rf"\noindent\textsuperscript{{{tex(note.mark)}}} {tex(note.text)}\par"
    for text in table.told:
        yield rf"\noindent {tex(text)}\par"
    if table.sources:
        yield r"\medskip\noindent\textbf{References}\par"
        numbered = table.sources[0].number is not None
        label = r"{\arabic{enumi}.}{\usecounter{enumi}" if numbered else r"{}{\itemindent=-2em"
        yield rf"\begin{{list}}{label}\leftmargin=2em \itemsep=2pt \parsep=0pt}}\raggedright"
        for source in table.sources:
            yield rf"\item {''.join(map(_run, source.runs))}"
        yield r"\end{list}"


def _run(run: Run) -> str:
    text = tex(run.text)
    for on, command in ((run.italic, "emph"), (run.bold, "textbf"), (run.superscript, "textsuperscript")):
        text = rf"\{command}{{{text}}}" if on else text
    return rf"\href{{{tex_url(run.link)}}}{{{text}}}" if run.link else text
