"""Statements for clinicians and patients: no word stronger than the certainty, right grammar, short words."""

from __future__ import annotations

import dataclasses
import itertools
import re
import warnings
from collections.abc import Callable, Iterator

import pytest

import kb
from kb.answers import words_outcomes
from kb.answers.size import Size
from kb.answers.words import Absolute, Told, clinician, patient
from kb.answers.words_terms import WITH, inside, named, whom
from kb.model import CertaintyLevel

QUESTIONS = [
    ("shockwave", "corticosteroid-injection", "pain-vas", "lateral-epicondylitis", "adults"),
    ("corticosteroid-injection", "wait-and-see", "treatment-success", "lateral-epicondylitis", None),
    ("strengthening-exercise", "no-treatment", "running-injury-incidence", "running-related-injury", "runners"),
    ("hip-strengthening", "usual-care", "function", "patellofemoral-pain", "physically-active-people"),
    ("eccentric-exercise", "wait-and-see", "visa-a", "midportion-achilles-tendinopathy", "athletes"),
    ("orthoses", "sham", "fhsq-pain", "plantar-fasciitis", None),
    ("nordic-hamstring-exercise", "usual-training", "injury-incidence", "hamstring-strain", "football-players"),
    ("cadence-increase", None, "running-mechanics", "patellofemoral-pain", "runners"),
    ("hip-muscle-weakness", "pain-free-controls", "running-injury-incidence", "running-related-injury", None),
    ("hamstring-lengthening-exercise", "conventional-hamstring-exercise", "time-to-return-to-sport",
     "hamstring-strain", "football-players"),
    ("heavy-slow-resistance", "eccentric-exercise", "recovery", "patellar-tendinopathy", "competitive-athletes"),
    ("early-physical-therapy", "no-early-physical-therapy", "total-cost", "acute-low-back-pain", None),
    ("early-physical-therapy", "delayed-physical-therapy", "opioid-use", "low-back-pain", "health-plan-members"),
    ("arthroscopic-partial-meniscectomy", "exercise-therapy", "ikdc", "meniscal-tear", "middle-aged-adults"),
    ("footwear", "mixed-comparators", "lower-limb-injury-incidence", "running-related-injury", "military-recruits"),
    ("static-stretching", "no-treatment", "hamstring-flexibility", "hamstring-strain", "healthy-adults"),
    ("price-protocol", "early-rehabilitation", "swelling", "ankle-sprain", None),
    ("balance-training", "usual-care", "reinjury", "ankle-sprain", "athletes"),
    ("exercise-therapy", "own-baseline", "quality-of-life", "knee-osteoarthritis", "older-adults"),
    ("surgery", "conservative-treatment", "adverse-events", "rotator-cuff-tear", "specialist-patients"),
    ("nsaid", "placebo", "pain", "low-back-pain", None),
    ("foot-pronation", "lower-exposure", "bone-density", "stress-fracture", "female-runners"),
    ("therapeutic-ultrasound", "sham", "return-to-running", "calf-strain", "masters-runners"),
    ("multimodal-physical-therapy", "usual-care", "function", "subacromial-shoulder-pain",
     "patients-after-failed-care"),
]  # fmt: skip
LEVELS: tuple[CertaintyLevel | None, ...] = (*CertaintyLevel, None)
SIDES = ("intervention", "comparator", "neither", "unknown")
DESIGNS = ("randomized controlled trial", "prospective cohort", "systematic review with meta-analysis")
# Verbs that tell an effect without a hedge, third person and plural.
EFFECTS = (
    r"(?:reduces?|improves?|increases?|shortens?|changes?|results? in|leads? to|makes?|goes? along with|go along with"
    r"|(?:is|are)(?! not clear)(?= (?:much |a little )?(?:better|worse|associated))|get|got|need)\b"
)
STRONGER = {
    CertaintyLevel.HIGH: r"\bproves\b|\balways\b|\bdefinitely\b|\bcertainly\b",
    CertaintyLevel.MODERATE: (
        r"(?<!probably )(?<!probably greatly )(?<!probably slightly )"
        r"\b(?:reduces|improves|increases|shortens|changes|leads|results|lead to|result in)\b"
    ),
    CertaintyLevel.LOW: r"\bprobably\b|\blikely\b|\b(?:reduces|improves|increases|shortens|changes|leads|results)\b",
    CertaintyLevel.VERY_LOW: r"\bprobably\b|\blikely\b|\bmay\b|\b(?:reduces?|improves?|increases?|leads?|results?) ",
}
NEEDED = {CertaintyLevel.MODERATE: "probabl", CertaintyLevel.LOW: " may ", CertaintyLevel.VERY_LOW: "very un"}

Maker = Callable[..., Told]


@pytest.fixture(scope="module")
def made(base: kb.Base) -> Maker:
    corpus = base.corpus

    def make(question: tuple[str, str | None, str, str, str | None], **changes: object) -> Told:
        intervention, comparator, outcome, condition, people = question
        this, that = corpus.interventions[intervention], corpus.interventions.get(comparator or "")
        result, ill, who = corpus.outcomes[outcome], corpus.conditions[condition], corpus.populations.get(people or "")
        told = Told(
            intervention=this.label,
            intervention_plain=this.patient_label,
            comparator=that.label if that else None,
            comparator_plain=that.patient_label if that else None,
            outcome=result.label,
            outcome_plain=result.patient_label,
            condition=ill.label,
            condition_plain=ill.patient_label,
            people=who.patient_label if who else None,
            better="intervention",
            crosses=False,
            size=Size.MODERATE,
            level=CertaintyLevel.LOW,
            basis="by rule, not reviewed",
            window="short term (up to 3 months)",
            k=3,
            n=340,
            designs="randomized controlled trial",
            outcome_better=result.better.value if result.better else None,
        )
        return dataclasses.replace(told, **changes)  # type: ignore[arg-type]

    return make


Grid = list[tuple[Told, str, str]]


@pytest.fixture(scope="module")
def grid(made: Maker) -> Grid:
    """Every cell with its two statements."""
    return [(told, clinician(told), patient(told)) for told in _cells(made)]


def _cells(made: Maker) -> Iterator[Told]:
    """Every question with every level, size, side, interval and design; some with numbers of people."""
    cells = itertools.product(QUESTIONS, LEVELS, Size, SIDES, (True, False, None), DESIGNS)
    for number, (question, level, size, side, crosses, designs) in enumerate(cells):
        absolute = Absolute(200, 120, 80, 170) if number % 3 == 0 else None
        k = (1, 3, 12, None)[number % 4]
        yield made(
            question, level=level, size=size, better=side, crosses=crosses, designs=designs, absolute=absolute, k=k
        )


def both(told: Told) -> str:
    return f"{clinician(told)} {patient(told)}"


def test_no_statement_is_stronger_than_its_certainty(grid: Grid) -> None:
    for told, clinical, plain in grid:
        if told.level is None:
            continue
        text = f"{clinical} {plain}".replace("adence increase", "")
        assert not re.search(STRONGER[told.level], text), (told, text)
        untold = "not show" in text or "own baseline" in (told.comparator or "").casefold()
        if told.level in NEEDED and not untold:
            for statement in (clinical, plain):
                assert NEEDED[told.level] in statement or (told.crosses and " may " in statement), (told, statement)


def test_an_effect_of_low_certainty_always_has_its_hedge(grid: Grid) -> None:
    for told, _, plain in grid:
        if told.level is CertaintyLevel.LOW and told.crosses is False and told.better == "intervention":
            first = plain.split(". ")[1]
            assert not re.search(EFFECTS, first.replace("may be", "may").split(" may ")[0].replace("get back", "")), (
                first
            )


def test_without_a_rating_there_is_no_present_tense(grid: Grid) -> None:
    for told, clinical, plain in grid:
        if told.level is None:
            text = f"{clinical} {plain}"
            assert not re.search(r"\b(?:may|probably|reduces|improves|increases|shortens|leads)\b", text), text
            assert "Certainty not rated." in text
            assert "No one has rated how sure this is." in text


def test_an_interval_with_no_effect_is_never_told_as_a_benefit(grid: Grid) -> None:
    seen = 0
    for told, clinical, plain in grid:
        known = told.better != "neither" and told.size is not Size.TRIVIAL
        if not told.crosses or not known or told.level in {None, CertaintyLevel.VERY_LOW}:
            continue
        seen += 1
        text = f"{clinical} {plain}".replace("cadence increase", "")
        assert not re.search(r"\b(?:reduce|improve|increase|shorten|fewer|more people)s?\b", text), text
        if told.comparator == "Own baseline":
            assert "no clear difference" in clinical
            continue
        assert "little or no" in clinical
        assert "cannot be ruled out" in clinical
        assert re.search(r"little or no (?:difference|link)", plain), plain
        assert "But " in plain
    assert seen > 1000


def test_every_statement_is_a_sentence(grid: Grid) -> None:
    twice = re.compile(r"\b(a|an|the|with|in|than|to|of|may|probably|is|are) \1\b")
    for _, clinical, plain in grid:
        for text in (clinical, plain):
            assert text.endswith(".")
            assert text[0].isupper() or text[0].isdigit()
            assert "  " not in text
            assert " ." not in text
            assert " ," not in text
            assert "None" not in text
            assert not twice.search(text), text
            assert not re.search(r"\b(?:should|must|you will|guarantee\w*|cures?)\b", text), text


def test_what_was_studied_and_in_whom_is_always_named(grid: Grid) -> None:
    for told, _, text in grid:
        assert named(told.intervention_plain, plain=True) in text
        people = whom(told.people, told.condition_plain, onset=False)
        assert people.split(" ")[-1] in text or people.split(" ")[0] in text


@pytest.mark.parametrize(
    ("level", "size", "text"),
    [
        ("high", "large", "shockwave therapy results in a large reduction in pain on"),
        ("high", "moderate", "shockwave therapy reduces pain on"),
        ("moderate", "small", "shockwave therapy probably reduces pain on the visual analogue scale slightly compared"),
        ("low", "large", "shockwave therapy may result in a large reduction in pain on"),
        ("low", "trivial", "shockwave therapy may result in little to no difference in pain on"),
        ("very-low", "large", "the evidence is very uncertain about the effect of extracorporeal shockwave therapy on"),
    ],
)
def test_the_scheme_of_informative_statements(made: Maker, level: str, size: str, text: str) -> None:
    assert text in clinician(made(QUESTIONS[0], level=CertaintyLevel(level), size=Size(size)))


@pytest.mark.parametrize(
    ("question", "changes", "clinical", "plain"),
    [
        (
            2,
            {},
            "may reduce the risk of running-related injury",
            "may lead to fewer running injuries than no treatment",
        ),
        (1, {"better": "comparator"}, "may result in a lower chance of treatment success", "fewer people may get much"),
        (4, {"level": CertaintyLevel.HIGH}, "improves the VISA-A score", "slow lowering exercises improve the score"),
        (5, {"level": CertaintyLevel.HIGH}, "foot orthoses improve the pain score", "insoles improve the score"),
        (9, {}, "may shorten the time to return to sport", "may lead to a shorter time away from sport"),
        (12, {}, "may reduce opioid use", "fewer people may take opioid painkillers"),
        (7, {}, "may change running mechanics", "may change how people run"),
        (
            0,
            {"better": "comparator", "size": Size.SMALL},
            "may result in slightly higher pain",
            "a little worse for pain",
        ),
        (17, {}, "may reduce the risk of re-injury", "fewer people may get injured again"),
    ],
)
def test_each_outcome_has_its_verb(
    made: Maker, question: int, changes: dict[str, object], clinical: str, plain: str
) -> None:
    told = made(QUESTIONS[question], **changes)
    assert clinical in clinician(told)
    assert plain in patient(told)


def test_who_said_how_sure_it_is(made: Maker) -> None:
    assert clinician(made(QUESTIONS[0])).endswith("Low certainty (by rule, not reviewed).")
    words = "low certainty (graded by its authors)"
    assert clinician(made(QUESTIONS[0], basis=words)).endswith("Low certainty (graded by its authors).")


def test_the_condition_is_not_told_of_people_who_did_not_have_it(made: Maker) -> None:
    told = made(QUESTIONS[2])
    assert "with a running injury" not in patient(told)
    assert clinician(told).startswith("Strengthening exercise may")
    assert "hamstring" not in patient(made(QUESTIONS[15])).split("compared")[0]


def test_no_study_is_told_as_no_study_of_the_base(made: Maker) -> None:
    told = made(QUESTIONS[0], k=0, n=None, level=None, size=Size.UNKNOWN, crosses=None, better="unknown")
    assert clinician(told) == (
        "No study of the base compared extracorporeal shockwave therapy with corticosteroid injection for pain on the "
        "visual analogue scale in lateral epicondylitis."
    )
    assert patient(told).startswith("We have no study that compared shockwave therapy with a cortisone shot")
    assert "do not know which is better for pain" in patient(told)


def test_cohorts_tell_of_an_association(made: Maker) -> None:
    told = made(QUESTIONS[8], better="comparator", designs="prospective cohort")
    assert "may be associated with a higher risk of running-related injury" in clinician(told)
    assert "may go along with more running injuries. This does not prove that one causes the other." in patient(told)
    assert "may be associated with lower pain" in clinician(made(QUESTIONS[0], designs="prospective cohort"))
    mixed = made(QUESTIONS[0], designs="randomized controlled trial, prospective cohort")
    assert "associated" not in clinician(mixed)


def test_a_change_without_a_comparison_is_told_as_one(made: Maker) -> None:
    told = made(QUESTIONS[18], designs="uncontrolled before after study")
    assert "better quality of life with exercise therapy than at baseline" in clinician(told)
    assert "without a comparison group" in clinician(told)
    assert "There was no other group to compare with." in patient(told)
    assert "improve" not in both(told)


def test_numbers_of_people(made: Maker) -> None:
    told = made(QUESTIONS[2], absolute=Absolute(200, 100, 50, 160))
    assert patient(told).endswith(
        "About 20 of 100 people got a running injury with no treatment. "
        "With strength training it may be about 10, but could be 5 to 16."
    )
    rare = made(QUESTIONS[2], absolute=Absolute(8, 4))
    assert "About 8 of 1,000 people" in patient(rare)
    for level in (CertaintyLevel.VERY_LOW, None):
        assert "of 100" not in patient(made(QUESTIONS[2], absolute=Absolute(200, 100), level=level))


def test_a_sure_difference_below_what_matters_is_told_as_one(made: Maker) -> None:
    told = made(QUESTIONS[0], size=Size.TRIVIAL)
    assert "favours extracorporeal shockwave therapy by less than is taken to matter" in clinician(told)
    assert "Any difference may be too small to matter." in patient(told)
    assert "favours" not in clinician(made(QUESTIONS[0], size=Size.TRIVIAL, crosses=True))


def test_an_unknown_side_or_count_is_not_made_up(made: Maker) -> None:
    told = made(QUESTIONS[0], better="unknown", crosses=None, size=Size.UNKNOWN)
    assert "did not show which way" in clinician(told)
    assert "do not show if" in patient(told)
    review = made(QUESTIONS[0], k=None, designs="systematic review")
    assert patient(review).startswith("One review looked at 340 adults with tennis elbow.")
    assert "No interval is known." in clinician(made(QUESTIONS[0], crosses=None))


def test_two_things_that_go_together_are_not_told_as_unclear(made: Maker) -> None:
    # A review found 15 times the odds with age: nobody is compared, so no side is better, and yet something was found.
    linked = {"better": "unknown", "crosses": False, "comparator": None, "comparator_plain": None}
    told = made(QUESTIONS[8], level=None, designs="systematic review", size=Size.UNKNOWN, **linked)
    assert "found an association of hip muscle weakness with the risk of running-related injury" in clinician(told)
    assert "did not show" not in clinician(told)
    assert "went together" in patient(told)
    assert "does not prove that one causes the other" in patient(told)
    against = made(QUESTIONS[0], **{**linked, "comparator": "Placebo", "comparator_plain": "Placebo"})
    assert "did not show which way" in clinician(against)
    assert "association" not in clinician(made(QUESTIONS[8], **{**linked, "crosses": None}, level=None))


def test_what_one_group_got_together_is_told_apart_from_what_it_was_compared_with(made: Maker) -> None:
    told = made(QUESTIONS[0], intervention="Taping with heel pads and home exercise program")
    assert "taping plus heel pads and a home exercise program" in clinician(told).lower()
    assert "plus" not in clinician(made(QUESTIONS[0]))


def test_markup_in_labels_comes_through(made: Maker) -> None:
    bad = "<script>alert(1)</script> & {condition} %s"
    told = made(
        QUESTIONS[0],
        intervention=bad,
        intervention_plain=bad,
        outcome=bad,
        outcome_plain=bad,
        comparator=bad,
        comparator_plain=bad,
        condition=bad,
        condition_plain=bad,
        people=bad.replace(",", ""),
    )
    for level in LEVELS:
        changed = dataclasses.replace(told, level=level)
        assert bad in clinician(changed)
        assert bad in patient(changed)


def test_long_labels_take_no_long_time(made: Maker) -> None:
    long = "running of the " * 20_000
    told = made(QUESTIONS[0], intervention=long, intervention_plain=long, outcome=long, outcome_plain=long, people=long)
    assert len(both(told)) > len(long)


@pytest.mark.parametrize(
    ("window", "clinical", "plain"),
    [
        ("long term (12 months or more)", "in the long term (12 months or more).", "After a year or more, "),
        ("12 weeks", "at 12 weeks.", "After 12 weeks, "),
        ("6 and 12 weeks (adjusted)", "at 6 and 12 weeks (adjusted).", "After 6 and 12 weeks, "),
        ("end of training", "at the end of training.", "At the end of training, "),
        (
            "earliest (near 3 months)",
            "corticosteroid injection, earliest (near 3 months).",
            "a cortisone shot (earliest).",
        ),
        (None, "compared with corticosteroid injection.", "Shockwave therapy may"),
    ],
)
def test_when_it_was_measured(made: Maker, window: str | None, clinical: str, plain: str) -> None:
    told = made(QUESTIONS[0], window=window)
    assert clinical in clinician(told)
    assert plain in patient(told)


def test_names_keep_their_capitals_and_articles() -> None:
    labels = ("Achilles tendinopathy", "VISA-A", "Nordic hamstring exercise", "Iliotibial band and TFL stretching")
    assert [inside(label) for label in labels] == [
        "Achilles tendinopathy",
        "VISA-A",
        "Nordic hamstring exercise",
        "iliotibial band and TFL stretching",
    ]
    assert named("Cortisone shot", plain=True) == "a cortisone shot"
    assert named("MRI scan", plain=True) == "an MRI scan"
    assert named("Corticosteroid injection or Placebo") == "corticosteroid injection or placebo"


def test_every_label_with_words_of_its_own_is_in_the_vocabulary(base: kb.Base) -> None:
    clinical = {outcome.label.casefold() for outcome in base.corpus.outcomes.values()}
    plain = {outcome.patient_label.casefold() for outcome in base.corpus.outcomes.values()}
    own = {*words_outcomes._OUTCOMES, *words_outcomes._RISK, *words_outcomes._CHANCE}
    assert own <= clinical, own - clinical
    told = {*words_outcomes._PLAIN_OUTCOMES, *words_outcomes._PEOPLE, *words_outcomes._EVENTS}
    assert told <= plain, told - plain


def test_every_label_of_one_treatment_with_another_word_between_is_known(base: kb.Base) -> None:
    terms = base.corpus.interventions.values()
    labels = {label.casefold() for term in terms for label in (term.label, term.patient_label) if " with " in label}
    assert {label for label in labels if "compared with" not in label} == WITH
    assert not [label for label in labels if " plus " in named(label) + named(label, plain=True)]


# --- reading level -------------------------------------------------------------------------------------------------

EIGHTH = 8.0
SHARE = 0.03
"""Statements that long names of treatments may carry above the 8th grade."""


def grade(text: str) -> float:
    """The Flesch-Kincaid grade."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        textstat = pytest.importorskip("textstat")
        return float(textstat.flesch_kincaid_grade(text))


def _too_hard(statements: set[str]) -> dict[str, float]:
    grades = {text: grade(text) for text in statements}
    return {text: found for text, found in sorted(grades.items(), key=lambda item: -item[1]) if found > EIGHTH}


def _assert_readable(statements: set[str]) -> None:
    hard = _too_hard(statements)
    listed = "\n".join(f"{found}: {text}" for text, found in list(hard.items())[:20])
    assert len(hard) / len(statements) < SHARE, f"{len(hard)} of {len(statements)} above the 8th grade:\n{listed}"


def test_statements_of_the_grid_read_at_eighth_grade(grid: Grid) -> None:
    _assert_readable({plain for _, _, plain in grid[::5]})


def test_statements_on_every_term_of_the_base_read_at_eighth_grade(base: kb.Base, made: Maker) -> None:
    corpus = base.corpus
    asked: list[tuple[str, str | None, str, str, str | None]] = []
    asked += [(term, "usual-care", "pain", "patellofemoral-pain", "adults") for term in corpus.interventions]
    asked += [("exercise-therapy", term, "pain", "patellofemoral-pain", "adults") for term in corpus.interventions]
    asked += [("stretching", "usual-care", term, "patellofemoral-pain", "adults") for term in corpus.outcomes]
    asked += [("stretching", "usual-care", "pain", term, "adults") for term in corpus.conditions]
    asked += [("stretching", "usual-care", "pain", "patellofemoral-pain", term) for term in corpus.populations]
    changes: list[dict[str, object]] = [{"k": 0, "level": None}, {"crosses": True}, {"better": "comparator"}]
    changes += [{"level": level, "size": size} for level, size in itertools.product(LEVELS, (Size.SMALL, Size.TRIVIAL))]
    _assert_readable({patient(made(question, **change)) for question in asked for change in changes})


def test_the_measure_of_reading_level_tells_hard_from_easy() -> None:
    assert grade("The cat sat on the mat.") < EIGHTH
    hard = (
        "Extracorporeal shockwave therapy demonstrated statistically significant superiority regarding functionality."
    )
    assert grade(hard) > EIGHTH
