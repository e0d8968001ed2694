"""A CSV file -> effects: yi with vi or sei, printed estimates with intervals, or statistics of both groups.

Column names are those of metafor and common English ones; see :data:`LAYOUTS`. Every error names file and line, says
what was found and what to do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.problems import KbError, Problem
from kb.synthesis import effects
from kb.synthesis.csvtext import number, read_text, rows_of
from kb.synthesis.effects import MEASURES, RATIOS, Effect, Missing

MAX_ROWS = 10_000


class DataError(KbError):
    """A data file that cannot be used, with every problem found in it."""

    exit_status = 1

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        shown = "\n".join(str(problem) for problem in self.problems[:20])
        more = len(self.problems) - 20
        super().__init__(shown + (f"\n... and {more} more in {path}" if more > 0 else ""))


@dataclass(frozen=True, slots=True)
class DataSet:
    """Effects of a file; rows that gave none are in ``left_out`` with the reason."""

    path: str
    measure: str
    layout: str
    effects: tuple[Effect, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


_NAMES: dict[str, tuple[str, ...]] = {
    "yi": ("yi", "effect", "effect size", "es", "te"),
    "vi": ("vi", "variance", "var", "v"),
    "sei": ("sei", "se", "standard error", "std error", "sete"),
    "estimate": ("estimate", "est"),
    "rr": ("rr", "risk ratio", "relative risk"),
    "or": ("or", "odds ratio"),
    "hr": ("hr", "hazard ratio"),
    "irr": ("irr", "rate ratio"),
    "md": ("md", "mean difference"),
    "smd": ("smd", "g", "hedges g"),
    "rd": ("rd", "risk difference"),
    "low": ("ci low", "ci lower", "ci lb", "lower", "lower ci", "lcl", "ci l", "low"),
    "high": ("ci high", "ci upper", "ci ub", "upper", "upper ci", "ucl", "ci u", "high"),
    "m1": ("m1i", "m1", "mean1", "mean 1", "mean e", "mean t"),
    "sd1": ("sd1i", "sd1", "sd 1", "sd e", "sd t"),
    "n1": ("n1i", "n1", "n 1", "n e", "n t", "total1", "total e"),
    "m2": ("m2i", "m2", "mean2", "mean 2", "mean c"),
    "sd2": ("sd2i", "sd2", "sd 2", "sd c"),
    "n2": ("n2i", "n2", "n 2", "n c", "total2", "total c"),
    "a": ("ai", "events1", "events 1", "e1", "tpos", "event e", "events e"),
    "b": ("bi", "nonevents1", "non events 1", "tneg"),
    "c": ("ci", "events2", "events 2", "e2", "cpos", "event c", "events c"),
    "d": ("di", "nonevents2", "non events 2", "cneg"),
    "x1": ("x1i", "x1"),
    "t1": ("t1i", "t1", "time1", "time 1"),
    "x2": ("x2i", "x2"),
    "t2": ("t2i", "t2", "time2", "time 2"),
    "x": ("xi", "x", "events", "event"),
    "n": ("ni", "n", "total"),
    "label": ("study", "label", "slab", "author", "trial", "name", "id", "studlab"),
    "year": ("year",),
}
_KNOWN = {name: key for key, names in _NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns that belong together, and the measures that can be had from them (the first by default)."""

    name: str
    columns: tuple[str, ...]
    measures: tuple[str, ...]


_PRINTED = tuple(
    Layout(f"{kind.upper()} with its interval", (kind, "low", "high"), (kind.upper(),))
    for kind in ("rr", "or", "hr", "irr", "md", "smd", "rd")
)
LAYOUTS: tuple[Layout, ...] = (
    Layout("yi and vi", ("yi", "vi"), ("GEN", *MEASURES)),
    Layout("yi and sei", ("yi", "sei"), ("GEN", *MEASURES)),
    Layout("means, SDs and sizes of two groups", ("m1", "sd1", "n1", "m2", "sd2", "n2"), ("MD", "SMD")),
    Layout("2 x 2 table of events and non-events", ("a", "b", "c", "d"), ("RR", "OR", "RD")),
    Layout("events and sizes of two groups", ("a", "n1", "c", "n2"), ("RR", "OR", "RD")),
    Layout("events and person-time of two groups", ("x1", "t1", "x2", "t2"), ("IRR",)),
    *_PRINTED,
    Layout("an estimate with its interval", ("estimate", "low", "high"), ("GEN", *MEASURES)),
    Layout("an estimate and its standard error", ("estimate", "sei"), ("GEN", *MEASURES)),
    Layout("events of one group", ("x", "n"), ("PLO", "PLN")),
)


def read(path: Path, measure: str | None = None) -> DataSet:
    """Effects of a CSV file.

    yi, vi and sei are on the analysis scale (logarithms for ratios); a printed ratio with its interval is not.

    Parameters
    ----------
    path
        Comma, semicolon or tab between columns; UTF-8, UTF-16 with its mark, or Windows-1252.
    measure
        What to compute, or what yi is; by default the first that the columns allow.

    Raises
    ------
    DataError
        With every problem, when the file cannot be used as it is.
    """
    text = read_text(path)
    header, rows, problems = rows_of(path, text)
    if problems:
        raise DataError(path, problems)
    columns, layout = _layout(path, header)
    chosen = _measure(path, layout, measure)
    if len(rows) > MAX_ROWS:
        message = f"{len(rows):,} rows, at most {MAX_ROWS:,} are read"
        raise DataError(path, [Problem(str(path), 0, "data-size", message, "Split the file.")])
    found: list[Effect] = []
    left_out: list[tuple[str, str]] = []
    for index, (line, row) in enumerate(rows, 1):
        label = _label(row, columns, index)
        values, wrong = _values(path, line, row, columns, layout)
        if wrong:
            problems += wrong
            continue
        if values is None:
            left_out.append((label, "a number is missing"))
            continue
        effect = _effect(layout, chosen, values)
        if isinstance(effect, Missing) and "no information on a ratio" in effect.reason:
            left_out.append((label, effect.reason))
        elif isinstance(effect, Missing):
            advice = f"Correct the row: {', '.join(f'{k} = {v:g}' for k, v in values.items())}."
            problems.append(Problem(str(path), line, "data-row", f"{label}: {effect.reason}", advice))
        else:
            found.append(replace(effect, label=label))
    if problems:
        raise DataError(path, problems)
    return DataSet(str(path), chosen, layout.name, tuple(found), tuple(left_out), _notes(layout, chosen, found))


def _layout(path: Path, header: Sequence[str]) -> tuple[Mapping[str, int], Layout]:
    columns: dict[str, int] = {}
    for index, name in enumerate(header):
        key = _KNOWN.get(" ".join(name.lower().replace(".", " ").replace("_", " ").replace("-", " ").split()))
        if key and key in columns:
            message = f"two columns for {key}: '{header[columns[key]]}' and '{name}'"
            raise DataError(path, [Problem(str(path), 1, "data-columns", message, "Rename or delete one of them.")])
        if key:
            columns[key] = index
    for layout in LAYOUTS:
        if all(column in columns for column in layout.columns):
            return columns, layout
    wanted = "; ".join(", ".join(_NAMES[c][0] for c in layout.columns) for layout in LAYOUTS[:6])
    message = f"no known set of columns among: {', '.join(header) or 'nothing'}"
    advice = f"Name the columns by one of: {wanted}; or rr, ci_low, ci_high; or estimate, se."
    raise DataError(path, [Problem(str(path), 1, "data-columns", message, advice)])


def _measure(path: Path, layout: Layout, asked: str | None) -> str:
    if asked is None:
        return layout.measures[0]
    wanted = asked.strip().upper()
    if wanted in layout.measures:
        return wanted
    allowed = ", ".join(dict.fromkeys(layout.measures))
    message = f"{asked} cannot be had from {layout.name}"
    raise DataError(path, [Problem(str(path), 1, "data-measure", message, f"Use one of: {allowed}.")])


def _label(row: Sequence[str], columns: Mapping[str, int], index: int) -> str:
    parts = [row[columns[key]].strip() for key in ("label", "year") if key in columns]
    return " ".join(part for part in parts if part) or f"row {index}"


def _values(
    path: Path, line: int, row: Sequence[str], columns: Mapping[str, int], layout: Layout
) -> tuple[dict[str, float] | None, list[Problem]]:
    """The numbers of a row; None where one is missing."""
    values: dict[str, float] = {}
    problems: list[Problem] = []
    missing = False
    for key in layout.columns:
        text = row[columns[key]].strip()
        value = number(text)
        if value is None:
            missing = True
        elif isinstance(value, str):
            problems.append(Problem(str(path), line, "data-number", f"column {_NAMES[key][0]}: {text!r} {value}", _FIX))
        elif key in _COUNTS and (value < 0 or value % 1):
            message = f"column {_NAMES[key][0]}: {text} is not a count of people"
            problems.append(Problem(str(path), line, "data-number", message, "Give whole numbers of people or events."))
        else:
            values[key] = value
    return (None if missing else values), problems


_FIX = "Write numbers with a point for decimals and nothing else, e.g. 0.35; leave the cell empty if it is not known."
_COUNTS = {"n1", "n2", "a", "b", "c", "d", "x1", "x2", "x", "n"}


def _effect(layout: Layout, measure: str, v: Mapping[str, float]) -> Effect | Missing:
    columns = layout.columns
    if columns == ("yi", "vi"):
        return effects.from_se(measure, v["yi"], math.sqrt(max(0.0, v["vi"])))
    if columns in {("yi", "sei"), ("estimate", "sei")}:
        return effects.from_se(measure, v[columns[0]], v["sei"])
    if columns[1:] == ("low", "high"):
        return effects.from_interval(measure, v[columns[0]], v["low"], v["high"])
    return _from_groups(columns, measure, v)


def _from_groups(columns: tuple[str, ...], measure: str, v: Mapping[str, float]) -> Effect | Missing:
    if columns[0] == "m1":
        make = effects.standardized_mean_difference if measure == "SMD" else effects.mean_difference
        return make(v["m1"], v["sd1"], int(v["n1"]), v["m2"], v["sd2"], int(v["n2"]))
    if columns[0] == "a":
        n1, n2 = (v["a"] + v["b"], v["c"] + v["d"]) if "b" in columns else (v["n1"], v["n2"])
        return effects.from_counts(measure, v["a"], n1, v["c"], n2)
    if columns[0] == "x1":
        return effects.rate_ratio(v["x1"], v["t1"], v["x2"], v["t2"])
    return effects.proportion(measure, v["x"], v["n"])


def _notes(layout: Layout, measure: str, found: Sequence[Effect]) -> tuple[str, ...]:
    notes = [f"Read as {layout.name}; measure {measure}."]
    direct = layout.columns[0] in {"yi", "estimate"} and "low" not in layout.columns
    if direct and measure in RATIOS:
        notes.append(f"{layout.columns[0]} is taken as the logarithm of the {measure}.")
        if found and all(effect.estimate > 0 for effect in found) and len(found) > 1:
            notes.append("Every value is above 0: make sure that they are logarithms and not the ratios themselves.")
    return tuple(notes)
