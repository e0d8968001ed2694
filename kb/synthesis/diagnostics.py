"""What holds up a pooled effect: leave-one-out, subgroups, small-study effects, and the data of a funnel plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.synthesis import variance
from kb.synthesis.distributions import chi2_p, critical, two_sided_p
from kb.synthesis.effects import DIFFERENCES, Effect
from kb.synthesis.pool import Pooled, pool, pool_each

EGGER_FROM = 10
"""Fewer studies cannot tell chance from asymmetry (Handbook 13.3.5.4; Sterne et al. 2011, BMJ 343:d4002)."""
LEAVE_ONE_OUT_UP_TO = 500


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The pool without one study."""

    label: str
    pooled: Pooled


def leave_one_out(effects: Sequence[Effect], **options: object) -> tuple[LeftOut, ...]:
    """The pool without each study in turn; options are those of ``pool``.

    None with fewer than three studies, and none with more than 500, where no single study carries the result and the
    work grows with the square of their number.

    Examples
    --------
    >>> from kb.synthesis.effects import from_se
    >>> trials = [from_se("MD", y, 1.0, label=f"trial {y:g}") for y in (1.0, 2.0, 6.0)]
    >>> [(left.label, left.pooled.estimate) for left in leave_one_out(trials, method="EE")]
    [('trial 1', 4.0), ('trial 2', 3.5), ('trial 6', 1.5)]
    """
    if not 3 <= len(effects) <= LEAVE_ONE_OUT_UP_TO:
        return ()
    without = [[*effects[:i], *effects[i + 1 :]] for i in range(len(effects))]
    pools = pool_each(without, **options)  # type: ignore[arg-type]
    return tuple(LeftOut(effect.label, pooled) for effect, pooled in zip(effects, pools, strict=True))


# --- subgroups -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subgroups:
    """Pools by a characteristic of the studies, and the test that they differ (None with fewer than two of them)."""

    pools: tuple[tuple[str, Pooled], ...]
    q: float | None
    df: int | None
    p: float | None
    notes: tuple[str, ...] = ()


def subgroups(effects: Sequence[Effect], names: Sequence[str | None], **options: object) -> Subgroups:
    """Pools by the name of each study's subgroup, and the test for a difference between them.

    The test is Cochran's Q over the subgroups' estimates (Handbook 10.11.3.1; Borenstein and Higgins 2013, Prev Sci
    14:134-43), tau2 estimated in each. It uses their standard errors without Hartung-Knapp, whose reference is t and
    not normal. Studies whose subgroup is not known stay out, and are counted in a note.

    Parameters
    ----------
    effects, names
        A name a study; None where it is not known.
    options
        Those of :func:`kb.synthesis.pool.pool`.
    """
    known = sorted({name for name in names if name is not None})
    parts = [[e for e, n in zip(effects, names, strict=True) if n == name] for name in known]
    pools = tuple(zip(known, pool_each(parts, **options), strict=True))  # type: ignore[arg-type]
    unknown = sum(name is None for name in names)
    notes = [f"{unknown} of {len(names)} studies are in no subgroup: theirs is not known."] if unknown else []
    if any(len(part) == 1 for part in parts):
        notes.append("A subgroup of one study has no heterogeneity of its own: the test is fragile.")
    if len(known) < 2:
        return Subgroups(pools, None, None, None, tuple(notes))
    plain = [pool(part, method=str(options.get("method", "REML")), hksj=False) for part in parts]
    estimates = [p.estimate for p in plain if p.estimate is not None]
    spreads = [p.se**2 for p in plain if p.se is not None]
    q = variance.cochran_q(estimates, spreads)
    df = len(known) - 1
    return Subgroups(pools, q, df, chi2_p(q, df), tuple(notes))


def subgroups_by(effects: Sequence[Effect], name: Callable[[int], str | None], **options: object) -> Subgroups:
    """Subgroups by a function of the index of a study."""
    return subgroups(effects, [name(i) for i in range(len(effects))], **options)


# --- small-study effects -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Egger:
    """Egger's regression test; ``bias`` is the slope on the standard error, ``limit`` the estimate at none."""

    k: int
    bias: float
    se: float
    t: float
    df: int
    p: float
    limit: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTested:
    """Why there is no test."""

    reason: str


def egger(effects: Sequence[Effect]) -> Egger | NotTested:
    """Egger's test: regression of effects on standard errors, weighted by inverse variance (BMJ 1997;315:629-34).

    As metafor's ``regtest(model="lm")``. Asymmetry has other causes than missing studies, so the result speaks of
    small-study effects only (Sterne et al. 2011).

    Examples
    --------
    >>> egger([]).reason
    "Egger's test needs at least 10 studies; there are none"
    """
    k = len(effects)
    if k < EGGER_FROM:
        return NotTested(
            f"Egger's test needs at least {EGGER_FROM} studies; there {'is' if k == 1 else 'are'} {k or 'none'}"
        )
    y, x = [e.estimate for e in effects], [e.se for e in effects]
    w = [1 / se**2 for se in x]
    total = math.fsum(w)
    mean_x = math.fsum(a * b for a, b in zip(w, x, strict=True)) / total
    mean_y = math.fsum(a * b for a, b in zip(w, y, strict=True)) / total
    sxx = math.fsum(a * (b - mean_x) ** 2 for a, b in zip(w, x, strict=True))
    if sxx <= 1e-12 * total * mean_x**2:
        return NotTested("all studies have the same standard error")
    slope = math.fsum(a * (b - mean_x) * (c - mean_y) for a, b, c in zip(w, x, y, strict=True)) / sxx
    limit = mean_y - slope * mean_x
    residual = math.fsum(a * (c - limit - slope * b) ** 2 for a, b, c in zip(w, x, y, strict=True))
    se = math.sqrt(residual / (k - 2) / sxx)
    if se == 0:
        return NotTested("the effects lie exactly on a line")
    return Egger(
        k, slope, se, slope / se, k - 2, two_sided_p(slope / se, k - 2), limit, _egger_notes(effects[0].measure)
    )


def _egger_notes(measure: str) -> tuple[str, ...]:
    if measure in {"OR", "RR", "RD", "SMD", "PLO", "PLN"}:
        what = "their own standard errors"
        return (f"Effects of this kind depend on {what}, which alone can make a funnel uneven (Handbook 13.3.5.2).",)
    return ()


# --- funnel --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Funnel:
    """Points of a funnel plot and the region where 95 % of studies without heterogeneity would lie.

    ``centre`` is the common-effect estimate; the region is ``centre +- wide * se`` down to ``se_max``.
    """

    points: tuple[tuple[str, float, float], ...]
    centre: float
    se_max: float
    wide: float
    advice: str


def funnel(effects: Sequence[Effect], level: float = 95) -> Funnel | NotTested:
    """Data of a funnel plot: estimate against standard error, from ten studies on (Handbook 13.3.5.3)."""
    if len(effects) < EGGER_FROM:
        return NotTested(f"a funnel plot needs at least {EGGER_FROM} studies; there are {len(effects)}")
    centre, _, _ = variance.weighted_mean([e.estimate for e in effects], [e.variance for e in effects], 0.0)
    kind = "the difference" if effects[0].measure in DIFFERENCES else "the estimate"
    return Funnel(
        tuple((e.label, e.estimate, e.se) for e in effects),
        centre,
        max(e.se for e in effects),
        critical(level),
        f"The axis of {kind} is the analysis scale; precise studies are at the top.",
    )
