"""Risk of bias as traffic lights: a table of study by domain, bars of each domain's judgements, lights beside a forest.

A judgement has a colour and a symbol; what nobody judged is an open ring with a question mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING

from kb.appraisal import tools
from kb.figures.canvas import GREY, INK, NARROW, ON_FILL, Canvas, fit, flow, measured
from kb.figures.drawn import drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.appraisal.tools import Judgement, Tool
    from kb.model import RiskOfBias

_ACROSS = 14.0
"""Diameter of a light in pixels."""
_PITCH = 21.0
_DARK = {"#0072b2", "#595959"}
"""Fills on which the symbol is white."""
_STROKES = {"+": "+", "-": "_", "x": "x"}
"""Symbols drawn as strokes, with matplotlib's code of each; others are written."""


@dataclass(frozen=True, slots=True)
class Light:
    """One judgement: what was said, its symbol and colour; ``rank`` 0 is best, None says nothing of bias."""

    said: str
    symbol: str
    colour: str
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class LightRow:
    """The judgements of one study in the order of the domains; None is not assessed.

    ``overall`` is the judgement of the whole, ``score`` its number where the tool has one, ``weight`` the study's
    weight in a pool in percent.
    """

    label: str
    lights: tuple[Light | None, ...]
    overall: Light | None = None
    score: str | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Lights:
    """Judgements of several studies by one tool; ``whole`` heads the last column, None where the tool has no whole."""

    title: str
    tool: str
    domains: tuple[str, ...]
    whole: str | None
    rows: tuple[LightRow, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Shares of each judgement by domain, from best to worst, then what was not assessed (None); shares add up to 1."""

    title: str
    tool: str
    k: int
    weighted: bool
    bars: tuple[tuple[str, tuple[tuple[Light | None, float], ...]], ...]
    note: str = ""


_NO_WHOLE = Light("No overall judgement", "…", "#c4c4c4")


def light(judgement: Judgement | None) -> Light | None:
    """A judgement of an appraisal tool as a light; nothing is not assessed.

    Examples
    --------
    >>> light(tools.load()["rob-2"].judgement("some-concerns"))
    Light(said='Some concerns', symbol='-', colour='#e69f00', rank=1)
    """
    if judgement is None:
        return None
    return Light(judgement.label, judgement.symbol, judgement.colour, judgement.rank)


def lights_of(tool: Tool, appraisal: RiskOfBias | None) -> tuple[Light | None, ...]:
    """The lights of one study in the order of the tool's domains."""
    said = {item.domain: item.judgement for item in appraisal.domains} if appraisal else {}
    return tuple(_light_of(tool, said.get(domain.id)) for domain in tool.domains)


def _light_of(tool: Tool, said: str | None) -> Light | None:
    if said is None or not tool.scaled:
        return light(tool.judgement(said)) if said else None
    return Light(f"{said} of {tool.scaled[1]:g}", said, "#ffffff")


def overall_of(tool: Tool, appraisal: RiskOfBias | None) -> Light | None:
    """The light of the whole, as the appraiser gave it or the tool derives it.

    A study that was judged without a whole is told from one that nobody judged.
    """
    if appraisal is None or not (appraisal.domains or appraisal.overall):
        return None
    said = tools.overall(appraisal)
    return (light(tool.judgement(said, whole=True)) if said else None) or _NO_WHOLE


def compute_lights(
    title: str, tool: Tool, studies: Iterable[tuple[str, RiskOfBias | None, float | None]], *, part: str = "Overall"
) -> Lights:
    """The table of one tool.

    Parameters
    ----------
    title
        What the studies have in common.
    tool
        From :func:`kb.appraisal.tools.load`; appraisals by another tool count as not assessed.
    studies
        Label, appraisal (None where nobody judged the study) and weight in percent (None where there is no pool).
    part
        Head of the column of the whole.
    """
    rows = []
    for label, given, weight in studies:
        appraisal = given if given and given.tool == tool.id else None
        score = None
        if tool.score:
            score = "?" if appraisal is None or appraisal.score is None else f"{appraisal.score:g}/{tool.score[1]:g}"
        rows.append(LightRow(label, lights_of(tool, appraisal), overall_of(tool, appraisal), score, weight))
    whole = "Score" if tool.score else part if tool.overall_judgements else None
    return Lights(title, tool.name, tuple(domain.label for domain in tool.domains), whole, tuple(rows))


def compute_summary(data: Lights, *, weighted: bool = False) -> Summary:
    """Share of the studies, or of their weight, that has each judgement, by domain.

    Examples
    --------
    >>> low, high = Light("Low risk", "+", "#0072b2", 0), Light("High risk", "x", "#d55e00", 2)
    >>> rows = (LightRow("A", (low,), weight=75), LightRow("B", (high,), weight=20), LightRow("C", (None,), weight=5))
    >>> bars = compute_summary(Lights("All", "RoB 2", ("Missing data",), None, rows), weighted=True).bars
    >>> [(part.said if part else "not assessed", share) for part, share in bars[0][1]]
    [('Low risk', 0.75), ('High risk', 0.2), ('not assessed', 0.05)]
    """
    weights = [row.weight for row in data.rows]
    known = [weight for weight in weights if weight is not None]
    heavy = weighted and len(known) == len(weights) and sum(known) > 0
    shares = [weight / sum(known) for weight in known] if heavy else [1 / max(len(weights), 1)] * len(weights)
    columns = [(domain, [row.lights[place] for row in data.rows]) for place, domain in enumerate(data.domains)]
    if data.whole and any(row.overall not in {None, _NO_WHOLE} for row in data.rows):
        columns.append((data.whole, [row.overall for row in data.rows]))
    note = "Weights are not known: every study counts the same." if weighted and not heavy and weights else ""
    bars = tuple((name, _shares(column, shares)) for name, column in columns)
    return Summary(data.title, data.tool, len(data.rows), heavy, bars, note)


def _shares(column: list[Light | None], shares: list[float]) -> tuple[tuple[Light | None, float], ...]:
    total: dict[Light | None, float] = {}
    for item, share in zip(column, shares, strict=True):
        total[item] = total.get(item, 0) + share
    return tuple((item, round(total[item], 9)) for item in sorted(total, key=order))


def order(item: Light | None) -> tuple[int, str]:
    """Best first, then what says nothing of bias, then not assessed."""
    if item is None:
        return 99, ""
    return (98 if item.rank is None else item.rank), item.said


def said(item: Light | None) -> str:
    """The judgement in words."""
    return "not assessed" if item is None else item.said


def percent(share: float) -> str:
    """A share in percent.

    Examples
    --------
    >>> percent(0.256), percent(0.004)
    ('26 %', '< 1 %')
    """
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def lights_words(data: Lights) -> str:
    """The table in words: each study with each judgement."""
    if not data.rows:
        return f"Risk of bias by {data.tool}, {data.title}: no study."
    told = []
    for row in data.rows:
        if not any(row.lights):
            told.append(f"{row.label}: not assessed")
            continue
        parts = [f"{name}: {said(item)}" for name, item in zip(data.domains, row.lights, strict=True)]
        if data.whole:
            parts.append(f"{data.whole}: {row.score or said(row.overall)}")
        told.append(f"{row.label}: {'; '.join(parts)}")
    return f"Risk of bias by {data.tool}, {data.title}. {'. '.join(told)}."


def summary_words(data: Summary) -> str:
    """The bars in words, with every share."""
    if not data.k:
        return f"Risk of bias by {data.tool}, {data.title}: no study."
    what = "weight" if data.weighted else "studies"
    bars = [
        f"{name}: {', '.join(f'{said(item)} {percent(share)}' for item, share in parts)}" for name, parts in data.bars
    ]
    head = f"Share of the {what} by judgement ({data.tool}), {data.title}, {_studies(data.k)}."
    return " ".join([head, *(f"{bar}." for bar in bars), data.note]).strip()


def _studies(k: int) -> str:
    return f"{k} {'study' if k == 1 else 'studies'}"


# drawing


def draw_light(canvas: Canvas, x: float, y: float, item: Light | None, across: float = _ACROSS) -> None:
    """One light, centred at (x, y)."""
    if item is None:
        canvas.marker(x, y, "o", GREY, size=across - 1.5, filled=False)
        canvas.text(x, y, "?", size=10, colour=INK, align="center")
        return
    if item.colour == "#ffffff":
        canvas.text(x, y, item.symbol, size=10.5, colour=INK, align="center")
        return
    canvas.marker(x, y, "o", item.colour, size=across - 1.5, edge=GREY)
    colour = "white" if item.colour.lower() in _DARK else ON_FILL
    if item.symbol in _STROKES:
        canvas.marker(x, y, _STROKES[item.symbol], colour, size=across * (0.42 if item.symbol == "x" else 0.55))
    else:
        canvas.text(x, y, item.symbol, size=10.5, colour=colour, align="center", bold=True)


def legend_rows(items: Sequence[Light | None], width: float) -> int:
    """Lines of 18 pixels that the legend of these lights takes."""
    return 1 + max((row for _, row in _legend(items, width)), default=-1)


def _legend(items: Sequence[Light | None], width: float) -> list[tuple[float, int]]:
    return flow((22 + measured(said(item), 11) for item in items), width)


def draw_legend(canvas: Canvas, x: float, y: float, width: float, items: Sequence[Light | None]) -> None:
    """What each light means; the first line is centred at ``y``."""
    for item, (shift, row) in zip(items, _legend(items, width), strict=True):
        draw_light(canvas, x + shift + _ACROSS / 2, y + 18 * row, item)
        canvas.text(x + shift + _ACROSS + 5, y + 18 * row, said(item), size=11)


def meanings(items: Iterable[Light | None]) -> list[Light | None]:
    """Each different light once, best first; numbers need no legend."""
    return sorted({item for item in items if item is None or item.colour != "#ffffff"}, key=order)


def letters(count: int) -> list[str]:
    """Heads of the columns."""
    return [ascii_uppercase[place % 26] for place in range(count)]


def domain_lines(domains: Sequence[str], width: float) -> list[str]:
    """What the heads of the columns mean: a line each on a phone, else running on."""
    named = [f"{letter}  {name}" for letter, name in zip(letters(len(domains)), domains, strict=True)]
    if width >= 600:
        return fit("; ".join(named), width, 11) if named else []
    return [line for name in named for line in fit(name, width, 11)]


@drawn
def draw_lights(data: Lights, width: float = NARROW) -> str:
    """A row a study, a column a domain; where columns leave no room, the study's name stands above its lights."""
    longest = max((measured(row.label, 11.5) for row in data.rows), default=0)
    heads = letters(len(data.domains)) + ([data.whole] if data.whole else [])
    last = max(40.0, measured(data.whole or "", 11, bold=True)) + 8 if data.whole else 0
    pitch = min(_PITCH, (width - 12 - last) / max(len(data.domains), 1))
    needed = pitch * len(data.domains) + last
    beside = min(longest, 300.0) + 14
    stacked = beside + needed > width - 12 and width - 12 - needed < 150
    label = 0.0 if stacked else min(beside, width - 12 - needed)
    title = fit(f"{data.title}: risk of bias ({data.tool})", width - 12, 13, bold=True)
    names = [fit(row.label, (width if stacked else label) - 12, 11.5) for row in data.rows]
    heights = [15 * len(each) + (30 if stacked else 10) for each in names]
    legend = meanings([item for row in data.rows for item in (*row.lights, *((row.overall,) if not row.score else ()))])
    explained = domain_lines(data.domains, width - 14)
    top = 17.0 * len(title) + 34
    foot = 18 * legend_rows(legend, width - 14) + 15 * len(explained) + 26
    canvas = Canvas(f"lights {data.tool} {data.title}", width, top + sum(heights) + foot)
    for place, line in enumerate(title):
        canvas.text(6, 13 + 17 * place, line, size=13, bold=True)
    xs = [6 + label + pitch * (place + 0.5) for place in range(len(data.domains))]
    xs += [6 + label + pitch * len(data.domains) + last / 2] if data.whole else []
    for x, head in zip(xs, heads, strict=True):
        canvas.text(x, top - 11, head, size=11, bold=True, align="center")
    y = top
    for row, lines, height in zip(data.rows, names, heights, strict=True):
        canvas.line((0, width), (y, y), "#e6e6e6")
        for place, line in enumerate(lines):
            canvas.text(6, y + (12 if stacked else 12.5) + 15 * place, line, size=11.5)
        middle = y + height - 15 if stacked else y + height / 2
        for x, item in zip(xs, row.lights, strict=False):
            draw_light(canvas, x, middle, item)
        if data.whole and row.score:
            canvas.text(xs[-1], middle, row.score, size=11, bold=True, align="center")
        elif data.whole:
            draw_light(canvas, xs[-1], middle, row.overall, _ACROSS + 2)
        y += height
    canvas.line((0, width), (y, y), "#e6e6e6")
    y += 16
    draw_legend(canvas, 7, y, width - 14, legend)
    y += 18 * legend_rows(legend, width - 14) + 2
    for place, line in enumerate(explained):
        canvas.text(7, y + 15 * place, line, size=11, colour=GREY)
    return canvas.svg(lights_words(data))


@drawn
def draw_summary(data: Summary, width: float = NARROW) -> str:
    """A bar a domain, cut into the shares of its judgements; the words stand above each bar, on wide figures left."""
    wide = width >= 600
    label = width * 0.42 if wide else 0.0
    names = [fit(name, (label if wide else width) - 14, 11) for name, _ in data.bars]
    heights = [max(26.0, 14.0 * len(each) + 8) if wide else 14.0 * len(each) + 28 for each in names]
    what = "share of the weight" if data.weighted else "share of the studies"
    title = fit(f"{data.title}: {data.tool}, {what} ({_studies(data.k)})", width - 12, 13, bold=True)
    note = fit(data.note, width - 12, 11) if data.note else []
    legend = meanings([item for _, parts in data.bars for item, _ in parts])
    top = 17.0 * len(title) + 12
    foot = 18 * legend_rows(legend, width - 14) + 14 * len(note) + 20
    canvas = Canvas(f"summary {data.tool} {data.title} {data.weighted}", width, top + sum(heights) + foot)
    for place, line in enumerate(title):
        canvas.text(6, 13 + 17 * place, line, size=13, bold=True)
    y = top
    for lines, (_, parts), height in zip(names, data.bars, heights, strict=True):
        for place, line in enumerate(lines):
            start = y + height / 2 - 7 * (len(lines) - 1) if wide else y + 8
            canvas.text(6, start + 14 * place, line, size=11)
        _draw_bar(canvas, (6 + label, width - 8), y + height / 2 if wide else y + height - 13, parts)
        y += height
    y += 14
    draw_legend(canvas, 7, y, width - 14, legend)
    y += 18 * legend_rows(legend, width - 14)
    for place, line in enumerate(note):
        canvas.text(6, y + 14 * place, line, size=11, colour=GREY)
    return canvas.svg(summary_words(data))


def _draw_bar(
    canvas: Canvas, span: tuple[float, float], y: float, parts: tuple[tuple[Light | None, float], ...]
) -> None:
    x = span[0]
    for item, share in parts:
        long = share * (span[1] - span[0])
        plain = item is None or item.colour == "#ffffff"
        fill = "#ffffff" if item is None else item.colour
        canvas.rectangle(x + 0.5, y - 9, max(long - 1, 0.5), 18, fill, edge=GREY)
        colour = INK if plain else "white" if fill.lower() in _DARK else ON_FILL
        mark = "?" if item is None else item.symbol.replace("-", "−").replace("x", "×")
        words = f"{mark} {percent(share)}"
        if measured(words, 10.5, bold=True) + 6 > long:
            words = mark if long >= 13 else ""
        if words:
            canvas.text(x + long / 2, y, words, size=10.5, colour=colour, align="center", bold=True)
        x += long
