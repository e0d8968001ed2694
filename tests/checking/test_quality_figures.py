"""The figures of docs/check.md are those of the check as it is."""

import importlib.util
import re
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def quality():
    path = ROOT / "benchmarks" / "check_quality.py"
    spec = importlib.util.spec_from_file_location("check_quality", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_quality"] = module
    spec.loader.exec_module(module)
    return module, module.measure()


@pytest.mark.slow
def test_the_documented_figures_are_measured(quality):
    module, measured = quality
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    documented = re.search(r"<!-- quality -->\n(.*?)\n<!-- /quality -->", page, re.DOTALL)
    assert documented is not None
    assert documented[1] == "\n".join(module.table(measured)), "paste what benchmarks/check_quality.py prints"


@pytest.mark.slow
def test_wrong_identifier_never_raises_a_false_alarm(quality):
    _, measured = quality
    scores = [score for (_, rule, _), score in measured.scores.items() if rule == "wrong-identifier"]
    assert sum(score.right for score in scores) >= 40
    assert sum(score.false for score in scores) == 0


@pytest.mark.slow
def test_the_sets_are_large_enough(quality):
    _, measured = quality
    assert sum(n for (name, _), n in measured.items.items() if name == "citations") >= 150
    assert sum(n for (name, _), n in measured.items.items() if name == "statements") >= 100
