"""Numbers that do not fit each other are told with the arithmetic; what the source prints so is left alone."""

import pytest

from kb import validation
from kb.appraisal.arithmetic import doubts
from kb.model import Arm, ArmStatistic, Direction, Finding, Measure


def finding(**more):
    made = {
        "id": "f01",
        "as_reported": "pain",
        "populations": (),
        "conditions": (),
        "interventions": (),
        "comparators": (),
        "outcomes": ("pain-vas",),
        "timepoint": None,
        "measure": Measure.MD,
        "unit": "points (0-10)",
        "estimate": -2.0,
        "ci_low": -3.0,
        "ci_high": -1.0,
        "p": None,
        "direction": Direction.INTERVENTION,
    }
    return Finding(**{**made, **more})


def told(base, **more):
    return {doubt.rule: doubt.message for doubt in doubts(finding(**more), base.corpus.outcomes)}


def arms(one, other, n=25):
    return (Arm(name="exercise", n=n, value=one[0], sd=one[1]), Arm(name="wait", n=n, value=other[0], sd=other[1]))


def test_numbers_that_fit_are_left_alone(base):
    assert told(base) == {}
    assert told(base, arms=arms((3.0, 1.8), (5.0, 1.8)), arm_statistic=ArmStatistic.MEAN, p="<0.001") == {}
    ratio = {"measure": Measure.RISK_RATIO, "unit": None, "outcomes": ("running-injury-incidence",)}
    outcome = next(iter(o for o in base.corpus.outcomes if base.corpus.outcomes[o].better == "lower"))
    ratio["outcomes"] = (outcome,)
    assert told(base, **ratio, estimate=0.5, ci_low=0.25, ci_high=1.0) == {}


@pytest.mark.parametrize(
    ("more", "rule", "words"),
    [
        ({"ci_high": 2.0}, "asymmetric-interval", "middle at -0.5"),
        ({"measure": Measure.RISK_RATIO, "unit": None, "estimate": 0.5, "ci_low": 0.1, "ci_high": 0.9},
         "asymmetric-interval", "log scale"),
        ({"p": "0.2"}, "p-against-interval", "excludes no effect"),
        ({"estimate": -0.5, "ci_low": -2.0, "ci_high": 1.0, "p": "0.01"}, "p-against-interval", "holds no effect"),
        ({"arms": arms((5.0, 1.8), (3.0, 1.8)), "arm_statistic": ArmStatistic.MEAN}, "swapped-arms", "is 2"),
        ({"arms": arms((3.0, 0.36), (5.0, 0.36)), "arm_statistic": ArmStatistic.MEAN}, "sd-or-se", "standard errors"),
        ({"estimate": -20.0, "ci_low": -30.0, "ci_high": -10.0}, "outside-scale", "scale of 0 to 10"),
        ({"arms": arms((30.0, 18.0), (32.0, 18.0)), "arm_statistic": ArmStatistic.MEAN}, "outside-scale", "on a scale"),
        ({"direction": Direction.COMPARATOR}, "direction-against-estimate", "lower is better"),
    ],
)  # fmt: skip
def test_one_mistake_is_found_with_its_arithmetic(base, more, rule, words):
    found = told(base, **more)
    assert rule in found
    assert words in found[rule]


def test_rounding_is_no_mistake(base):
    assert told(base, estimate=-0.3, ci_low=-0.7, ci_high=0.0, direction=Direction.UNCLEAR, unit=None) == {}
    assert told(base, estimate=-8.4, ci_low=-16.5, ci_high=-0.6, unit=None) == {}


def test_an_explanation_silences(base):
    assert told(base, ci_high=2.0, as_printed="printed so in the abstract") == {}


def test_the_base_has_no_unexplained_doubt(base):
    left = [
        (key, doubt.rule, doubt.message)
        for key, study in base.corpus.studies.items()
        for one in study.findings
        for doubt in doubts(one, base.corpus.outcomes)
    ]
    assert left == []


def test_validate_names_file_line_and_arithmetic(small):
    path = small / "studies" / "zhang2024.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("ci_high: 1.48", "ci_high: 9.48", 1), encoding="utf-8")
    line = next(n for n, words in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "ci_low: 0.8" in words)
    found = [problem for problem in validation.validate(small)[1] if problem.rule == "asymmetric-interval"]
    assert [(problem.path, problem.line, problem.severity) for problem in found] == [
        ("studies/zhang2024.yaml", line, "warning")
    ]
    assert "0.8 to 9.48" in found[0].message


def test_validate_refuses_an_appraisal_that_leaves_its_tool(small):
    path = small / "studies" / "buist2008.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + "risk_of_bias:\n- tool: rob-2\n  by: A. Lee\n  overall: fine\n",
        encoding="utf-8",
    )
    found = [problem for problem in validation.validate(small)[1] if problem.rule == "appraisal"]
    assert len(found) == 1
    assert found[0].severity == "error"
    assert found[0].line > 1
