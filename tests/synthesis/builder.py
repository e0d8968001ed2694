"""Small made-up corpora for the tests of comparisons."""

from __future__ import annotations

from typing import Any

from kb.graph import build
from kb.model import Condition, Corpus, Finding, Intervention, Outcome, Reference, Study
from kb.model.study import Arm, AsReported


def intervention(identifier: str, kind: str = "treatment", broader: tuple[str, ...] = ()) -> Intervention:
    return Intervention(
        id=identifier, label=identifier.replace("-", " "), patient_label=identifier, synonyms=(), broader=broader,
        mesh=None, kind=kind,
    )  # fmt: skip


def outcome(identifier: str, better: str | None, unit: str | None, broader: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        id=identifier, label=identifier, patient_label=identifier, synonyms=(), broader=broader, mesh=None,
        better=better, unit=unit, surrogate=False,
    )  # fmt: skip


INTERVENTIONS = (
    intervention("loading"),
    intervention("heavy-loading", broader=("loading",)),
    intervention("laser"),
    intervention("ice"),
    intervention("placebo", "control"),
    intervention("sham-laser", "control", ("placebo",)),
    intervention("no-treatment", "control"),
    intervention("usual-care", "control"),
    intervention("own-baseline", "control"),
    intervention("mixed-comparators", "control"),
)
OUTCOMES = (
    outcome("pain", "lower", None),
    outcome("pain-intensity", "lower", "points (0-10)", ("pain",)),
    outcome("pain-vas", "lower", "points (0-10)", ("pain-intensity",)),
    outcome("pain-nrs", "lower", "points (0-10)", ("pain-intensity",)),
    outcome("function", "higher", None),
    outcome("score-a", "higher", "points (0-100)", ("function",)),
    outcome("score-b", "lower", "points (0-100)", ("function",)),
    outcome("success", "higher", "%"),
    outcome("injury", "lower", None),
    outcome("cadence", None, "steps/min"),
)


def finding(identifier: str = "f01", **more: Any) -> Finding:
    arms = tuple(Arm(**arm) for arm in more.pop("arms", ()))
    given: dict[str, Any] = {
        "id": identifier, "as_reported": "a result", "populations": (), "conditions": ("tendon-pain",),
        "interventions": ("loading",), "comparators": ("no-treatment",), "outcomes": ("pain-vas",),
        "timepoint": "12 weeks", "measure": "MD", "unit": "points (0-10)", "estimate": None, "ci_low": None,
        "ci_high": None, "p": None, "direction": "no-difference", "arms": arms,
    }  # fmt: skip
    return Finding(**{**given, **more})


def study(key: str, *findings: Finding, **more: Any) -> Study:
    given: dict[str, Any] = {
        "key": key, "design": "randomized-controlled-trial", "n_participants": None, "n_studies": None,
        "population": None, "populations": (), "conditions": (AsReported(text="x", terms=("tendon-pain",)),),
        "interventions": (), "comparator": None, "follow_up": None, "conclusion": None,
        "funding_or_conflicts": None, "findings": findings, "verification": "verified",
    }  # fmt: skip
    return Study(**{**given, **more})


def corpus(*studies: Study) -> Corpus:
    condition = Condition(
        id="tendon-pain", label="tendon pain", patient_label="tendon pain", synonyms=(), broader=(), mesh=None,
        icd10cm=None,
    )  # fmt: skip
    references = {
        s.key: Reference(key=s.key, entry_type="article", author=(f"{s.key[:-4].title()}, A",), year=int(s.key[-4:]))
        for s in studies
    }
    return Corpus(
        conditions={"tendon-pain": condition},
        interventions={i.id: i for i in INTERVENTIONS},
        outcomes={o.id: o for o in OUTCOMES},
        populations={},
        references=references,
        studies={s.key: s for s in studies},
        posts={},
    )


def graph_of(made: Corpus) -> Any:
    return build(made)
