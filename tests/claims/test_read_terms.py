"""Terms of the vocabularies in running text: the longest name, in its forms, where the words around it allow it."""

from __future__ import annotations

import pytest

import kb
from kb.claims.read import Reader


@pytest.fixture(scope="module")
def reader(base: kb.Base) -> Reader:
    return Reader(base.corpus)


def ids(reader: Reader, text: str) -> tuple[set[str], set[str], set[str], set[str]]:
    populations, conditions, interventions, outcomes = ({said.id for said in found} for found in reader.terms_in(text))
    return populations, conditions, interventions, outcomes


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Tape for PFP?", "patellofemoral-pain"),
        ("Tape for ITBS.", "iliotibial-band-syndrome"),
        ("Tape for MTSS.", "medial-tibial-stress-syndrome"),
        ("Achilles tendinopathies heal.", "achilles-tendinopathy"),
        ("The runner’s knee of a friend.", "patellofemoral-pain"),
        ("Osteoarthritis of the knee.", "knee-osteoarthritis"),
        ("Midportion Achilles tendinopathy.", "midportion-achilles-tendinopathy"),
        ("Mid-portion Achilles tendinopathy.", "midportion-achilles-tendinopathy"),
        ("Non-calcific rotator cuff tendinopathy.", "noncalcific-rotator-cuff-tendinopathy"),
        ("A torn meniscus.", "meniscal-tear"),
        ("Her torn rotator cuff.", "rotator-cuff-tear"),
    ],
)
def test_forms_of_a_condition(reader: Reader, text: str, condition: str) -> None:
    assert ids(reader, text)[1] == {condition}


@pytest.mark.parametrize(
    ("text", "intervention"),
    [
        ("ESWT in general.", "shockwave"),
        ("Shock wave therapy in general.", "shockwave"),
        ("Focused shock-wave therapy in general.", "focused-shockwave"),
        ("Weak hip abductors are common.", "hip-abductor-weakness"),
        ("Weakness of the hip abductors is common.", "hip-abductor-weakness"),
        ("Strengthening your hips is tiring.", "hip-strengthening"),
        ("Tight hip flexors are common.", "hip-flexor-tightness"),
    ],
)
def test_forms_of_an_intervention(reader: Reader, text: str, intervention: str) -> None:
    assert intervention in ids(reader, text)[2]


def test_the_longest_name_wins(reader: Reader) -> None:
    _, conditions, interventions, outcomes = ids(reader, "Nordic hamstring exercise in chronic low back pain.")
    assert conditions == {"chronic-low-back-pain"}
    assert interventions == {"nordic-hamstring-exercise"}
    assert not outcomes


def test_words_point_to_their_place(reader: Reader) -> None:
    text = "It was tried in the Journal of Sports Medicine (Lee et al., 2020) on marathon runners."
    (said,) = reader.terms_in(text)[0]
    assert (said.id, text[said.start : said.end], said.words) == ("marathon-runners",) + ("marathon runners",) * 2


def test_names_share_their_end(reader: Reader) -> None:
    assert {"hip-strengthening", "knee-strengthening"} <= ids(reader, "Hip and knee strengthening was tried.")[2]
    assert {"chronic-low-back-pain", "chronic-neck-pain"} & ids(reader, "Chronic neck pain and tape.")[1]


def test_abbreviations_count_in_capitals(reader: Reader) -> None:
    assert "acceptable-symptom-state" in ids(reader, "They reached the PASS.")[3]
    assert "acceptable-symptom-state" not in ids(reader, "These weeks will pass.")[3]
    assert "price-protocol" not in ids(reader, "Rice is good food.")[2]


@pytest.mark.parametrize(
    "text",
    [
        "It stood in the British Journal of Sports Medicine.",
        "It was published in Physical Therapy.",
        "A trial (Lee et al., 2020, Physical Therapy) found it.",
        "Our Doctors of Physical Therapy are here.",
        "Write to the American Physical Therapy Association.",
        "For the rest of the year, ask your doctor for advice.",
        "It puts stress on the joint.",
    ],
)
def test_names_that_are_no_treatment(reader: Reader, text: str) -> None:
    assert not ids(reader, text)[2]


def test_what_failed_before_is_not_the_treatment(reader: Reader) -> None:
    found = ids(reader, "Shockwave is tried where pain has not responded to massage or taping.")[2]
    assert found == {"shockwave"}


def test_use_of_a_treatment_is_an_outcome(reader: Reader) -> None:
    _, _, interventions, outcomes = ids(reader, "Early physical therapy meant less need for surgery.")
    assert interventions == {"early-physical-therapy"}
    assert "surgery-use" in outcomes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Tape reduces knee pain.", True),
        ("It improves pain and function.", True),
        ("A method for people with knee pain.", False),
        ("Train within tolerable pain.", False),
        ("A pain-free exercise.", False),
        ("The pain comes from the hip.", False),
    ],
)
def test_pain_as_an_outcome(reader: Reader, text: str, *, told: bool) -> None:
    assert ("pain" in ids(reader, text)[3]) is told


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("It lowers the risk of running injuries.", "running-injury-incidence"),
        ("Some 9 % of all running injuries are here.", "injury-distribution"),
    ],
)
def test_injuries_as_an_outcome(reader: Reader, text: str, outcome: str) -> None:
    assert ids(reader, text)[3] == {outcome}
    assert not ids(reader, "We treat running injuries of every kind.")[3]


def test_an_exposure_or_what_was_measured(reader: Reader) -> None:
    _, _, interventions, outcomes = ids(reader, "Hip drop is a fault of form.")
    assert ("pelvic-drop" in interventions, "pelvic-drop" in outcomes) == (True, False)
    _, _, interventions, outcomes = ids(reader, "The drills reduced hip drop.")
    assert ("pelvic-drop" in interventions, "pelvic-drop" in outcomes) == (False, True)


def test_a_heading_in_capitals(reader: Reader) -> None:
    assert ids(reader, "Shockwave Therapy For Tennis Elbow Pain")[1:3] == ({"lateral-epicondylitis"}, {"shockwave"})


def test_broad_words_are_no_population(reader: Reader) -> None:
    assert ids(reader, "Patients and adults asked a physical therapist.")[0] == set()


def test_a_corpus_without_terms() -> None:
    from kb.model import Corpus

    assert Reader(Corpus({}, {}, {}, {}, {}, {}, {})).read("Tape reduces knee pain.").conditions == ()
