"""Pooling against the numbers of metafor (made by data/oracle.R), and what it must refuse."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kb.synthesis.effects as _effects
import kb.synthesis.pool as _pool
from kb.synthesis import data
from kb.synthesis.diagnostics import Egger, NotTested, egger, funnel, leave_one_out, subgroups
from kb.synthesis.pool import method_of

pool: Any = _pool.pool
pool_each: Any = _pool.pool_each
pool_values: Any = _pool.pool_values
from_se: Any = _effects.from_se

HERE = Path(__file__).parent / "data"
ORACLE = json.loads((HERE / "oracle.json").read_text())
SETS = ORACLE["sets"]
SIX: Any = {"rel": 1e-8, "abs": 1e-10}
"""Tighter than six digits."""
FILES = {"bcg_rr": "bcg", "bcg_or": "bcg", "bcg_rd": "bcg", "normand1999_md": "normand1999"}
FILES |= {"normand1999_smd": "normand1999"}
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "i2", "q", "q_p")


def effects_of(name: str):
    oracle = SETS[name]
    return data.read(HERE / f"{FILES.get(name, name)}.csv", oracle["measure"])


def test_there_are_at_least_eight_data_sets_and_bcg_is_one():
    assert len({FILES.get(name, name) for name in SETS}) >= 8
    assert "bcg_rr" in SETS


@pytest.mark.parametrize("name", SETS)
def test_effects_and_variances_are_those_of_escalc(name):
    found = effects_of(name)
    assert not found.left_out
    assert [e.estimate for e in found.effects] == pytest.approx(SETS[name]["yi"], **SIX)
    assert [e.variance for e in found.effects] == pytest.approx(SETS[name]["vi"], **SIX)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("fit", ["REML_z", "REML_knha", "DL_z", "DL_knha", "EE_z"])
def test_pools_are_those_of_metafor(name, fit):
    method, test = fit.split("_")
    oracle = SETS[name][fit]
    effects = effects_of(name).effects
    found = pool(effects, method=method, hksj=test == "knha")
    assert found.k == oracle["k"]
    for number in NUMBERS:
        assert getattr(found, number) == pytest.approx(oracle[number], **SIX), number
    assert [row.weight for row in found.studies] == pytest.approx(oracle["weights"], **SIX)
    if method == "EE":
        assert found.prediction_low is None
        return
    assert (found.prediction_low, found.prediction_high) == pytest.approx(
        (oracle["prediction_low"], oracle["prediction_high"]), **SIX
    )
    higgins = pool(effects, method=method, hksj=test == "knha", prediction="higgins")
    assert (higgins.prediction_low, higgins.prediction_high) == pytest.approx(
        (oracle["higgins_low"], oracle["higgins_high"]), **SIX
    )


@pytest.mark.parametrize("name", SETS)
def test_intervals_of_heterogeneity_are_those_of_metafor(name):
    found = pool(effects_of(name).effects)
    assert (found.tau2_low, found.tau2_high) == pytest.approx(SETS[name]["tau2_interval"], **SIX)
    assert (found.i2_low, found.i2_high) == pytest.approx(SETS[name]["i2_interval"], **SIX)


@pytest.mark.parametrize("name", SETS)
def test_egger_is_that_of_metafor_and_needs_ten_studies(name):
    found = egger(effects_of(name).effects)
    oracle = SETS[name].get("egger")
    if oracle is None:
        assert isinstance(found, NotTested)
        assert "at least 10" in found.reason
        return
    assert isinstance(found, Egger)
    for number in ("bias", "se", "t", "df", "p", "limit"):
        assert getattr(found, number) == pytest.approx(oracle[number], **SIX), number


@pytest.mark.parametrize("name", ["bcg_rr", "hart1999", "raudenbush1985"])
def test_leave_one_out_is_that_of_metafor(name):
    effects = effects_of(name).effects
    found = leave_one_out(effects)
    oracle = SETS[name]["leave_one_out"]
    assert [left.label for left in found] == [e.label for e in effects]
    for number in ("estimate", "ci_low", "ci_high"):
        # metafor refits at its default tolerance here
        assert [getattr(left.pooled, number) for left in found] == pytest.approx(oracle[number], rel=1e-6, abs=1e-8)


def test_subgroups_of_bcg_by_allocation():
    rows = (HERE / "bcg.csv").read_text().splitlines()[1:]
    names = [row.rsplit(",", 1)[1].strip('"') for row in rows]
    found = subgroups(effects_of("bcg_rr").effects, names, hksj=False)
    oracle = ORACLE["bcg_subgroups"]
    assert [name for name, _ in found.pools] == oracle["names"]
    assert [p.estimate for _, p in found.pools] == pytest.approx(oracle["estimate"], **SIX)
    assert [p.se for _, p in found.pools] == pytest.approx(oracle["se"], **SIX)
    assert (found.q, found.df, found.p) == pytest.approx((oracle["q"], 2, oracle["p"]), **SIX)


def test_subgroups_leave_out_the_unknown_and_say_so():
    effects = [from_se("MD", y, 1.0) for y in (0.0, 1.0, 2.0)]
    found = subgroups(effects, ["a", "a", None])
    assert found.p is None
    assert [(name, p.k) for name, p in found.pools] == [("a", 2)]
    assert any("1 of 3" in note for note in found.notes)


# --- few studies ---------------------------------------------------------------------------------------------------


def test_no_study_is_shown_as_none():
    found = pool([])
    assert found.k == 0
    assert found.estimate is None
    assert found.as_dict()["studies"] == []


def test_one_study_has_no_heterogeneity_and_no_prediction():
    one = from_se("RR", math.log(0.5), 0.2, label="only")
    found = pool([one])
    assert (found.k, found.estimate, found.se, found.method) == (1, one.estimate, one.se, "single study")
    assert {found.tau2, found.i2, found.q, found.q_p, found.prediction_low, found.i2_low} == {None}
    assert found.as_dict()["back_transformed"]["estimate"] == pytest.approx(0.5)
    assert found.ci_low == pytest.approx(math.log(0.5) - 1.959964 * 0.2)


def test_one_study_keeps_its_printed_interval():
    found = pool([_effects.from_interval("HR", 0.66, 0.45, 0.97)])
    assert (found.back(found.ci_low), found.back(found.ci_high)) == pytest.approx((0.45, 0.97))
    assert found.studies[0].derived


def test_two_studies_have_no_prediction_interval_and_a_note():
    found = pool_values([0.1, 0.5], [0.04, 0.05])
    assert found.prediction_low is None
    assert found.tau2 is not None
    assert any("one degree of freedom" in note for note in found.notes)


def test_exact_agreement_gives_no_interval_without_width():
    found = pool_values([0.3, 0.3, 0.3], [0.04, 0.05, 0.06])
    assert found.ci_high - found.ci_low > 0.1
    assert any("agree exactly" in note for note in found.notes)


def test_adhoc_is_never_narrower_than_without_correction():
    y, v = [0.30, 0.31, 0.29, 0.305], [0.04, 0.05, 0.06, 0.05]
    plain, corrected, adhoc = (pool_values(y, v, hksj=how) for how in (False, True, "adhoc"))
    assert corrected.se < plain.se
    assert any("narrower" in note for note in corrected.notes)
    assert adhoc.se == pytest.approx(plain.se)
    assert adhoc.ci_high - adhoc.ci_low > plain.ci_high - plain.ci_low


def test_i2_by_higgins_and_thompson_has_its_own_interval():
    effects = effects_of("bcg_rr").effects
    by_q = pool(effects, method="DL", i2_interval="higgins-thompson")
    h2 = by_q.q / 12
    spread = 0.5 * (math.log(by_q.q) - math.log(12)) / (math.sqrt(2 * by_q.q) - math.sqrt(2 * 13 - 3))
    low = math.exp(0.5 * math.log(h2) - 1.959963985 * spread)
    assert by_q.i2_low == pytest.approx(100 * (1 - 1 / low**2), rel=1e-8)
    assert by_q.i2 == pytest.approx(100 * (by_q.q - 12) / by_q.q)


# --- many pools, and misuse ----------------------------------------------------------------------------------------


def test_pools_at_once_are_the_pools_one_by_one():
    pools = [effects_of(name).effects for name in ("bcg_rr", "egger2001", "damico2009", "molloy2014")]
    pools += [(), pools[0][:1], pools[1][:13]]
    for one, many in zip([pool(p) for p in pools], pool_each(pools), strict=True):
        assert many.k == one.k
        if one.k:
            assert (many.estimate, many.ci_low) == pytest.approx((one.estimate, one.ci_low), rel=1e-10)


def test_measures_are_not_mixed():
    with pytest.raises(ValueError, match="MD, SMD"):
        pool([from_se("MD", 1.0, 1.0), from_se("SMD", 1.0, 1.0)])


def test_names_of_methods():
    assert {method_of(name) for name in ("EE", "fixed", "common", "CE", "fe")} == {"EE"}
    with pytest.raises(ValueError, match="use REML, DL or EE"):
        method_of("PM")


def test_level_changes_every_interval():
    y, v = [0.1, 0.4, 0.9], [0.04, 0.05, 0.02]
    wide, narrow = pool_values(y, v, level=99), pool_values(y, v, level=90)
    assert wide.ci_high > narrow.ci_high
    assert wide.prediction_high > narrow.prediction_high
    assert wide.studies[0].ci_high > narrow.studies[0].ci_high
    assert wide.estimate == narrow.estimate


def test_json_has_the_promised_names():
    found = pool_values([0.1, 0.4, 0.9], [0.04, 0.05, 0.02], measure="RR").as_dict()
    promised = "k estimate se ci_low ci_high tau2 i2 q q_p prediction_low prediction_high method measure studies"
    assert set(promised.split()) <= set(found)
    assert found["back_transformed"]["ci_high"] == pytest.approx(math.exp(found["ci_high"]))
    json.dumps(found, allow_nan=False)


def test_json_has_no_infinity():
    found = pool_values([-30.0, 200.0], [0.04, 0.05], measure="OR")
    assert found.back(found.ci_high) == math.inf
    assert found.as_dict()["back_transformed"]["ci_high"] is None
    json.dumps(found.as_dict(), allow_nan=False)


def test_large_and_tiny_scales_give_the_same_pool():
    y, v = [0.1, 0.4, 0.9, -0.2], [0.04, 0.05, 0.02, 0.1]
    found, scaled = pool_values(y, v), pool_values([1e6 * x for x in y], [1e12 * x for x in v])
    assert scaled.estimate == pytest.approx(1e6 * found.estimate, rel=1e-9)
    assert scaled.tau2 == pytest.approx(1e12 * found.tau2, rel=1e-9)
    assert scaled.i2 == pytest.approx(found.i2, rel=1e-9)


def test_funnel_from_ten_studies_on():
    effects = effects_of("bcg_rr").effects
    assert isinstance(funnel(effects[:9]), NotTested)
    found: Any = funnel(effects)
    assert len(found.points) == 13
    assert found.centre == pytest.approx(SETS["bcg_rr"]["EE_z"]["estimate"])


def test_nothing_heavy_is_loaded_before_a_pool():
    code = (
        "import sys, kb, kb.synthesis.comparable, kb.synthesis.data, kb.synthesis.network;"
        "print([m for m in ('pymare', 'scipy', 'sympy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(1e-4, 1e4)), min_size=2, max_size=12),
    st.sampled_from(["REML", "DL", "EE"]),
)
@settings(deadline=None, max_examples=60)
def test_any_pool_is_a_pool(studies, method):
    found = pool_values([y for y, _ in studies], [v for _, v in studies], method=method)
    low, high = min(y for y, _ in studies), max(y for y, _ in studies)
    assert low - 1e-6 <= found.estimate <= high + 1e-6
    assert found.ci_low <= found.estimate <= found.ci_high
    assert found.tau2 >= 0
    assert 0 <= found.i2 <= 100
    assert sum(row.weight for row in found.studies) == pytest.approx(100)
    if method != "EE":
        assert 0 <= found.tau2_low <= found.tau2_high
    if found.prediction_low is not None:
        assert found.prediction_low <= found.ci_low + 1e-9
