"""Pooling: effects of several studies -> one estimate with what must be known to read it.

Defaults are those that Cochrane gave RevMan (methods.cochrane.org, "Random-effects meta-analysis methods for
intervention reviews", in force since January 2025): REML, Hartung-Knapp-Sidik-Jonkman interval, tau2 interval by
Q-profile, I2 from tau2, prediction interval.

Two choices that differ between programs:

*Prediction interval*: ``estimate +- t * sqrt(tau2 + se^2)``. By default t has k - 1 degrees of freedom with
Hartung-Knapp and is normal without, as in metafor's ``predict`` (Veroniki et al. 2019, Res Synth Methods 10:23-43, call
both in use; Cochrane's page says "t-distribution or the normal distribution"). On demand it takes k - 2 (Higgins,
Thompson and Spiegelhalter 2009, J R Stat Soc A 172:137-59). Shown from three studies on.

*Hartung-Knapp where studies agree more than chance lets expect*: the interval can then be narrower than without it.
By default it is kept and a note says so; on demand the factor never falls below 1 (Röver, Knapp and Friede 2015, BMC
Med Res Methodol 15:99; "adhoc" in metafor). Studies that agree exactly would give a width of 0: the factor is then 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from kb.synthesis import variance
from kb.synthesis.distributions import critical, two_sided_p
from kb.synthesis.effects import Effect, Missing, back_transform, from_se

Method = Literal["REML", "DL", "EE"]
METHOD_NAMES = {
    "REML": "random effects, restricted maximum likelihood",
    "DL": "random effects, DerSimonian and Laird",
    "EE": "common effect, inverse variance",
}
_ALIASES = {"CE": "EE", "FE": "EE", "COMMON": "EE", "FIXED": "EE"}

_EXACT_AGREEMENT = 1e-20


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study in a pool: its effect and interval on the analysis scale, and its share of the weight in percent."""

    label: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    weight: float
    n1: int | None = None
    n2: int | None = None
    derived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled effect on the analysis scale; what was not estimated is None.

    ``i2`` and weights are in percent. Without a study everything is None; one study is shown as it is, without tau2,
    I2, Q and prediction interval.
    """

    k: int
    measure: str
    method: str
    level: float
    hksj: bool
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    statistic: float | None = None
    df: int | None = None
    p: float | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    i2: float | None = None
    i2_low: float | None = None
    i2_high: float | None = None
    q: float | None = None
    q_p: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    studies: tuple[StudyRow, ...] = ()
    notes: tuple[str, ...] = ()

    def back(self, value: float | None) -> float | None:
        """A value of the analysis scale as people read it."""
        return back_transform(self.measure, value)

    def as_dict(self) -> dict[str, object]:
        """The names that ``kb synthesize --format json`` promises, and the back-transformed values.

        A limit that is beyond every number once it is back-transformed is None: JSON has no infinity.
        """
        data: dict[str, object] = asdict(self)
        names = ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high")
        data["back_transformed"] = {name: _finite(self.back(getattr(self, name))) for name in names}
        data["studies"] = [
            {
                **asdict(row),
                "back_transformed": {name: _finite(self.back(getattr(row, name))) for name in names[:3]},
            }
            for row in self.studies
        ]
        return data


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def method_of(name: str) -> Method:
    """The method by any of its names.

    Examples
    --------
    >>> method_of("reml"), method_of("fixed")
    ('REML', 'EE')
    """
    upper = name.strip().upper()
    found = _ALIASES.get(upper, upper)
    if found == "REML":
        return "REML"
    if found == "DL":
        return "DL"
    if found == "EE":
        return "EE"
    raise ValueError(f"no method {name!r}: use REML, DL or EE")


def pool(
    effects: Iterable[Effect],
    *,
    method: str = "REML",
    hksj: bool | Literal["adhoc"] = True,
    level: float = 95,
    prediction: Literal["default", "higgins"] = "default",
    i2_interval: Literal["q-profile", "higgins-thompson"] = "q-profile",
) -> Pooled:
    """Pool effects of one measure.

    Parameters
    ----------
    effects
        Of one measure, a study each.
    method
        REML, DL (DerSimonian-Laird) or EE (common effect, also by the names CE, FE, common, fixed).
    hksj
        Hartung-Knapp-Sidik-Jonkman interval of a random-effects mean; ``"adhoc"`` never narrower than without.
    level
        Percent of every interval.
    prediction
        Degrees of freedom of the prediction interval, see the module; ``"higgins"`` means k - 2.
    i2_interval
        From the Q-profile of tau2, or the test-based interval of Higgins and Thompson 2002.

    Examples
    --------
    >>> trials = [from_se("MD", y, 1.0) for y in (1.0, 2.0, 3.0)]
    >>> found = pool(trials, method="DL", hksj=False)
    >>> found.k, found.estimate, round(found.ci_low, 3), found.i2
    (3, 2.0, 0.868, 0.0)
    """
    rows = tuple(effects)
    return _pooled(rows, method_of(method), hksj, level, prediction, i2_interval, None)


def pool_values(
    yi: Sequence[float],
    vi: Sequence[float],
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    **options: object,
) -> Pooled:
    """Pool estimates and variances of the analysis scale; see :func:`pool` for the options.

    Examples
    --------
    >>> pool_values([0.5], [0.04]).notes
    ('One study: shown as it is.',)
    """
    names = labels or [f"study {i}" for i in range(1, len(yi) + 1)]
    effects: list[Effect] = []
    for y, v, name in zip(yi, vi, names, strict=True):
        effect = from_se(measure, float(y), math.sqrt(v) if v > 0 else 0.0, label=name)
        if isinstance(effect, Missing):
            raise ValueError(f"{name}: {effect.reason}")
        effects.append(effect)
    return pool(effects, **options)  # type: ignore[arg-type]


def pool_each(
    pools: Sequence[Sequence[Effect]],
    *,
    method: str = "REML",
    hksj: bool | Literal["adhoc"] = True,
    level: float = 95,
    prediction: Literal["default", "higgins"] = "default",
    i2_interval: Literal["q-profile", "higgins-thompson"] = "q-profile",
) -> list[Pooled]:
    """Many pools at once, with the same result as :func:`pool` on each: those of one size share one call to PyMARE."""
    chosen = method_of(method)
    between: dict[int, float] = {}
    sizes: dict[int, list[int]] = {}
    for index, effects in enumerate(pools):
        if len(effects) > 1:
            sizes.setdefault(len(effects), []).append(index)
    for indices in sizes.values():
        ys = [[e.estimate for e in pools[i]] for i in indices]
        vs = [[e.variance for e in pools[i]] for i in indices]
        between.update(zip(indices, variance.tau2_each(chosen, ys, vs), strict=True))
    return [
        _pooled(tuple(effects), chosen, hksj, level, prediction, i2_interval, between.get(index))
        for index, effects in enumerate(pools)
    ]


def _pooled(
    effects: tuple[Effect, ...],
    method: Method,
    hksj: bool | Literal["adhoc"],
    level: float,
    prediction: str,
    i2_interval: str,
    between: float | None,
) -> Pooled:
    measures = {effect.measure for effect in effects}
    if len(measures) > 1:
        raise ValueError(f"cannot be pooled together: {', '.join(sorted(measures))}")
    if not 0 < level < 100:
        raise ValueError(f"a level of {level} percent is not between 0 and 100")
    measure = measures.pop() if measures else "GEN"
    correct = bool(hksj) and method != "EE"
    empty = Pooled(0, measure, method, level, correct, notes=("No study.",))
    if not effects:
        return empty
    if len(effects) == 1:
        return _single(empty, effects[0])
    return _several(empty, effects, hksj == "adhoc", prediction, i2_interval, between)


def _rows(effects: Sequence[Effect], weights: Sequence[float], level: float) -> tuple[StudyRow, ...]:
    total = math.fsum(weights)
    rows = []
    for effect, weight in zip(effects, weights, strict=True):
        low, high = effect.ci_low, effect.ci_high
        if level != effect.level:
            wide = critical(level) * effect.se
            low, high = effect.estimate - wide, effect.estimate + wide
        rows.append(
            StudyRow(
                effect.label,
                effect.estimate,
                effect.se,
                low,
                high,
                100 * weight / total,
                effect.n1,
                effect.n2,
                effect.how,
            )
        )
    return tuple(rows)


def _single(empty: Pooled, effect: Effect) -> Pooled:
    row = _rows([effect], [1.0], empty.level)[0]
    statistic = effect.estimate / effect.se
    return replace(
        empty,
        k=1,
        method="single study",
        hksj=False,
        estimate=row.estimate,
        se=row.se,
        ci_low=row.ci_low,
        ci_high=row.ci_high,
        statistic=statistic,
        p=two_sided_p(statistic),
        studies=(row,),
        notes=("One study: shown as it is.",),
    )


def _several(
    empty: Pooled, effects: tuple[Effect, ...], adhoc: bool, prediction: str, i2_interval: str, between: float | None
) -> Pooled:
    k, level, method = len(effects), empty.level, empty.method
    y, v = [e.estimate for e in effects], [e.variance for e in effects]
    tau2 = variance.tau2(method, y, v) if between is None else between
    mean, spread, weights = variance.weighted_mean(y, v, tau2)
    q = variance.cochran_q(y, v)
    notes: list[str] = []
    if empty.hksj:
        factor = variance.cochran_q(y, v, tau2) / (k - 1)
        factor = _hksj_factor(factor, k, level, adhoc, notes)
        spread *= factor
    df = k - 1 if empty.hksj else None
    se = math.sqrt(spread)
    wide = critical(level, df) * se
    low, high = variance.tau2_interval(y, v, level)
    i2, i2_low, i2_high = _i2(method, tau2, (low, high), v, q, level, i2_interval)
    result = replace(
        empty,
        k=k,
        estimate=mean,
        se=se,
        ci_low=mean - wide,
        ci_high=mean + wide,
        statistic=mean / se,
        df=df,
        p=two_sided_p(mean / se, df),
        tau2=tau2,
        tau2_low=None if method == "EE" else low,
        tau2_high=None if method == "EE" else high,
        i2=i2,
        i2_low=i2_low,
        i2_high=i2_high,
        q=q,
        q_p=variance.q_p(q, k),
        studies=_rows(effects, weights, level),
        notes=tuple(notes),
    )
    return result if method == "EE" or k < 3 else _with_prediction(result, prediction)


def _hksj_factor(factor: float, k: int, level: float, adhoc: bool, notes: list[str]) -> float:
    """The factor on the variance, and what must be said of it."""
    if factor <= _EXACT_AGREEMENT:
        notes.append(
            "The studies agree exactly: Hartung-Knapp would give an interval without width and is not applied."
        )
        return 1.0
    if adhoc:
        return max(1.0, factor)
    if k == 2:
        notes.append("Two studies: the Hartung-Knapp interval has one degree of freedom and is very wide.")
    if critical(level, k - 1) * math.sqrt(factor) < critical(level):
        notes.append(
            "The studies agree more than chance lets expect: the Hartung-Knapp interval is narrower than the usual one."
        )
    return factor


def _i2(
    method: str, tau2: float, limits: tuple[float, float], v: Sequence[float], q: float, level: float, kind: str
) -> tuple[float, float | None, float | None]:
    k = len(v)
    if method == "EE" or kind == "higgins-thompson":
        i2 = variance.i2_from_q(q, k) if method == "EE" else variance.i2_from_tau2(tau2, v)
        interval = variance.i2_interval_from_q(q, k, critical(level))
        return (i2, *interval) if interval else (i2, None, None)
    return variance.i2_from_tau2(tau2, v), *(variance.i2_from_tau2(limit, v) for limit in limits)  # type: ignore[return-value]


def _with_prediction(result: Pooled, prediction: str) -> Pooled:
    if result.estimate is None or result.se is None or result.tau2 is None:
        return result
    df = result.k - 2 if prediction == "higgins" else result.df
    wide = critical(result.level, df) * math.sqrt(result.tau2 + result.se**2)
    return replace(result, prediction_low=result.estimate - wide, prediction_high=result.estimate + wide)
