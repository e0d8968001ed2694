"""What a person sees in a terminal: rows that fit its width, and the page of one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT = 14
"""Columns of the screen that running text needs at least; what is shorter is never broken."""
_CODES = {"design", "direction", "verdict", "bearing", "relation", "wording", "kind"}
"""Columns of words with hyphens, shown with spaces so that lines break between them."""
_SHORT = {"n_participants": "n", "n_citations": "citations", "n_claims": "claims", "timepoint": "when"}


def draw_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Draw a table; columns that the terminal has no room for are left out, and named below it.

    Parameters
    ----------
    columns
        Names; the first is that of the ids.
    rows
        A cell a column.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    heads = [_SHORT.get(column, column.replace("_", " ")) for column in columns]
    cells = [
        [cell.replace("-", " ") if column in _CODES else cell for column, cell in zip(columns, row, strict=True)]
        for row in rows
    ]
    shown = fitting(heads, cells, console.width)
    drawn = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for number, head in enumerate(heads[:shown]):
        widest = max([len(head), *(len(row[number]) for row in cells)])
        drawn.add_column(head, overflow="fold", min_width=min(widest, _TEXT if number else console.width // 2))
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row[:shown]))
    console.print(drawn)
    if shown < len(heads):
        missing = ", ".join(heads[shown:])
        console.print(Text(f"No room for {missing}: widen the window, or print to a file.", style="dim"))


def fitting(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> int:
    """How many columns have room side by side, at least one.

    Parameters
    ----------
    heads
        Headings.
    rows
        A cell a column.
    width
        Of the terminal, in characters.

    Examples
    --------
    >>> fitting(["id", "title"], [["lee2020", "Rest and sore knees in runners"]], 80)
    2
    >>> fitting(["id", "title"], [["lee2020", "Rest and sore knees in runners"]], 20)
    1
    """
    used = 0
    for number, head in enumerate(heads):
        widest = max([len(head), *(len(row[number]) for row in rows)])
        used += min(widest, _TEXT) if number else min(widest, width // 2)
        if used + number > width:
            return max(number, 1)
    return len(heads)


def draw_page(page: Any) -> None:  # noqa: ANN401 - kb.show.Page, loaded when used
    """Draw the page of one thing for a person."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(width=min(100, Console().width), highlight=False)
    console.print(Text(page.title, style="bold"))
    console.print(Text(f"{page.noun} {page.id}\n", style="dim"))
    for line in page.lead:
        name, colon, rest = line.partition(": ")
        console.print(Text.assemble((name + colon, "bold") if colon and len(name) < 24 else name + colon, rest))
    for section in page.sections:
        console.print(Text(f"\n{section.heading}", style="bold underline"))
        for line in section.lines:
            console.print(Padding(Text.assemble("• ", line), (0, 0, 0, 1)))
