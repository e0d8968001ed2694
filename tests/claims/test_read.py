"""Direction and wording of a statement, and the reader as a whole: bounded on any input."""

from __future__ import annotations

import pytest

import kb
from kb.claims.read import Reader
from kb.claims.read_direction import direction_of
from kb.claims.read_numbers import numbers_in
from kb.claims.read_times import weeks_in
from kb.claims.read_wording import sound_of
from kb.claims.says import NumberRole
from kb.model import ClaimDirection, Wording

D = ClaimDirection


@pytest.fixture(scope="module")
def reader(base: kb.Base) -> Reader:
    return Reader(base.corpus)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Tape relieves knee pain.", D.BENEFIT),
        ("Hip work leads to better function.", D.BENEFIT),
        ("Shockwave was better than placebo.", D.BENEFIT),
        ("Tape not only relieves pain, it restores motion.", D.BENEFIT),
        ("It reduced pain with no adverse effects.", D.BENEFIT),
        ("Massage doesn’t prevent soreness.", D.NO_EFFECT),
        ("It did not significantly reduce pain.", D.NO_EFFECT),
        ("Tape was no better than rest.", D.NO_EFFECT),
        ("Tape had no effect on pain.", D.NO_EFFECT),
        ("Running was better than walking.", D.COMPARISON),
        ("Tape was as effective as a brace.", D.COMPARISON),
        ("Weak hips cause knee pain.", D.CAUSE),
        ("The pain stems from a weak hip.", D.CAUSE),
        ("Weak hips are associated with pain.", D.ASSOCIATION),
        ("Runners with pain were weaker compared to healthy runners.", D.ASSOCIATION),
        ("Pain pills impair tendon repair.", D.HARM),
        ("Knee pain accounts for a fifth of complaints.", D.DESCRIPTION),
        ("Our door is green.", None),
    ],
)
def test_direction(text: str, direction: ClaimDirection | None) -> None:
    assert direction_of(text) is direction


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("This proves that tape works.", ("proves",)),
        ("The research is clear: tape works.", ("research is clear",)),
        ("There is no doubt that tape works.", ("There is no doubt",)),
        ("We guarantee relief.", ("guarantee",)),
        ("Tape always works.", ("always",)),
        ("Always warm up.", ()),
        ("Tape almost always works.", ()),
        ("It has not been proven.", ()),
        ("It proved to be difficult.", ()),
        ("Tape works.", ()),
    ],
)
def test_certain_words(text: str, certain: tuple[str, ...]) -> None:
    assert sound_of(text).certain == certain


@pytest.mark.parametrize(
    ("text", "causal"),
    [
        ("Weak hips cause pain; they lead to falls.", ("cause", "lead to")),
        ("Weak hips directly cause pain.", ("directly cause",)),
        ("Pain is caused by weak hips.", ("caused by",)),
        ("Tape prevents injuries.", ("prevents",)),
        ("Tape prevents the knee from bending.", ()),
        ("Tape does not cause harm.", ()),
        ("Tape doesn’t lead to harm.", ()),
        ("Tape may lead to rest.", ()),
        ("It is responsible for up to 40 percent of sprains.", ()),
        ("A common cause of pain.", ()),
        ("Weak hips are linked with pain.", ()),
    ],
)
def test_causal_words(text: str, causal: tuple[str, ...]) -> None:
    assert sound_of(text).causal == causal


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("Tape relieves pain.", Wording.CERTAIN),
        ("Runners are more likely to be hurt.", Wording.CERTAIN),
        ("Tape usually relieves pain.", Wording.LIKELY),
        ("Tape can relieve pain.", Wording.LIKELY),
        ("Trials suggest relief.", Wording.LIKELY),
        ("Tape may relieve pain.", Wording.TENTATIVE),
        ("In one small trial tape relieved pain.", Wording.TENTATIVE),
        ("There is limited evidence for tape.", Wording.TENTATIVE),
    ],
)
def test_wording(text: str, wording: Wording) -> None:
    sound = sound_of(text)
    assert sound.wording is wording
    assert bool(sound.hedged) is (wording is not Wording.CERTAIN)


def test_a_whole_statement(reader: Reader) -> None:
    says = reader.read("In 34 runners with PFP, hip strengthening reduced pain by 30% at 12 weeks.")
    assert [one.id for one in says.populations] == ["runners"]
    assert [one.id for one in says.conditions] == ["patellofemoral-pain"]
    assert [one.id for one in says.interventions] == ["hip-strengthening"]
    assert [one.id for one in says.outcomes] == ["pain"]
    assert [(n.role.value, n.value) for n in says.numbers] == [("participants", 34), ("change", -30), ("duration", 12)]
    assert (says.weeks, says.direction, says.wording) == ((12.0,), D.BENEFIT, Wording.CERTAIN)


@pytest.mark.parametrize("unit", ["a", "1-", "(", "half ", "at 3, ", "not ", "hip and ", "50% less ", "95% CI ", "‘é"])
def test_any_text_is_read(reader: Reader, unit: str) -> None:
    text = unit * (400_000 // len(unit))
    assert reader.read(text).text == text
    assert reader.read("") == type(reader.read(""))("")


@pytest.mark.parametrize(
    ("text", "causal"),
    [
        ("Lack of rest causes injuries.", ("causes",)),
        ("There is a lack of evidence that it causes injuries.", ()),
        ("This common cause of pain is known.", ()),
        ("Flat feet cause shin pain.", ("cause",)),
    ],
)
def test_what_is_lacking_may_be_the_cause(text: str, causal: tuple[str, ...]) -> None:
    assert sound_of(text).causal == causal


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("Two years after shockwave pain was lower.", 104),
        ("Pain was lower at 4 to 6 weeks.", 4),
        ("A year following the injection it was worse.", 52),
        ("Return to running 3 months after surgery.", None),
        ("One year after onset of pain it was no better.", None),
    ],
)
def test_times_counted_from_the_treatment(text: str, weeks: int | None) -> None:
    found = weeks_in(text)
    assert (int(found[0]) if found else None) == weeks


def test_a_prevented_share_is_a_change() -> None:
    for text in ("It prevents more than 40 percent of injuries.", "It prevents more than two fifths of all injuries."):
        (found,) = numbers_in(text)
        assert (found.role, found.value) == (NumberRole.CHANGE, -40.0), text
