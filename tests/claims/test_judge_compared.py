"""What is told of two sides, amounts and arms: true sentences stay silent, turned and changed ones do not."""

from __future__ import annotations

import pytest

import kb
from kb.citations.flag import Flag
from kb.citations.resolution import Confidence
from kb.claims import wording
from kb.claims.judge import Judge
from kb.claims.read import Reader
from kb.claims.read_than import Sign, comparative

TRUE = (
    ("toresdahl2020", "7.1% of the strength group had an overuse injury, and 40% skipped sessions."),
    ("toresdahl2020", "Race-day injuries were similar, 14.7% versus 16.1%."),
    ("coombes2013", "Steroid patients relapsed more often than placebo patients: 54% against 12%."),
    ("coombes2013", "Recovery at one year was less common after steroid than after placebo."),
    ("coombes2013", "Physiotherapy was no better than no physiotherapy at one year."),
    (
        "zhang2024",
        "At one month pain was lower with a steroid injection than with shockwave; later it was the other way round.",
    ),
    ("taddei2020", "Injuries were more frequent with stretching than with foot training."),
    ("taddei2020", "Foot training was linked to fewer injuries than stretching."),
    ("lauersen2014", "Strength training was associated with fewer injuries than usual training."),
    ("hayden2021", "Pain fell more with exercise than with usual care, by about 15 points."),
    ("hayden2021", "Disability was lower with exercise than without treatment."),
    (
        "fritz2015",
        "Disability at three months was lower with early physical therapy than with usual care, by 3.2 points.",
    ),
    (
        "rhon2018",
        "Costs were higher with early physical therapy than with usual care, and disability no different at a year.",
    ),
    ("brison2016", "Physiotherapy did not lead to better recovery than usual care at three months."),
    ("bleakley2010", "Function was better with early exercise than with rest and ice in week 1 (5.28 points)."),
    (
        "petersen2011",
        "Injury rates were lower with the Nordic exercise than with usual training: 3.8 against 13.1 per 100 seasons.",
    ),
    ("rompe2007", "VISA-A scores were higher with shockwave than with waiting, by 15 points."),
    ("rompe2008", "Shockwave gave 16 more points than eccentric loading on the VISA-A."),
    ("hickey2020", "Return to play took 17 days with pain allowed and 15 days without."),
    ("askling2013", "Players with the conventional protocol needed 51 days, those with the lengthening one 28."),
    ("malisoux2015", "Using several pairs was linked to fewer injuries than using one."),
    ("marrache2022", "Early therapy was associated with less imaging (OR 0.57) and fewer injections (OR 0.68)."),
    ("childs2015", "Costs were 60% lower with early guideline-based therapy."),
    ("horn2016", "Early treatment was associated with more frequent improvement than delayed treatment (OR 2.01)."),
    ("olaussen2013", "Steroid injections relieved pain better than no treatment in the short term."),
    ("moen2012", "Athletes recovered 32 days sooner with shockwave than without."),
    ("mulvad2018", "Shin pain took 70 days to heal, longer than kneecap pain with 49 days."),
    ("hoenig2023", "The navicular took almost three times as long as the tibia."),
    ("leppanen2024", "Acute injuries were more common with ankle and foot work than with stretching."),
    ("leppanen2024", "Overuse injuries were 39% less prevalent with hip and core work."),
    ("thomas2022", "Hip work lowered pain more than no treatment (SMD -0.6)."),
    ("karanasios2021", "Grip was stronger with shockwave than with sham, though not by enough to matter."),
    ("xue2024", "Pain was lower with shockwave than with the controls (SMD -1.95)."),
    ("surace2020", "Half of the pain relief that matters was not more frequent with shockwave than with sham."),
    ("riel2023", "Pain improved 9 points more with exercise plus injection than with advice alone."),
    ("riel2023", "Exercise alone was not better than advice."),
    ("winters2021", "Any improvement was far more likely with education than with waiting (OR 9.6)."),
    ("vandyk2019", "Teams that did Nordics had half as many hamstring injuries."),
    ("chan2018", "Gait retraining was followed by 62% fewer injuries."),
    ("lagas2020", "The use of a training schedule went with higher odds of tendinopathy (OR 1.8)."),
    ("buist2008", "Injury was not less frequent with the 10 percent rule than with the standard program."),
    ("desai2023", "Strength and foam rolling did not lower injury rates: 23% against 27.1%."),
    ("ferber2011", "Pain dropped by 40% in three weeks."),
    ("wroblewski2011", "Quadriceps size did not fall with age in masters athletes."),
    ("newman2017", "The sham group did as well as the shockwave group."),
)

WRONG = (
    ("toresdahl2020", "number-differs", "9.4% of the strength group had an overuse injury against 7.3% of controls."),
    ("coombes2013", "direction-reversed", "Recovery at one year was more common after steroid than after placebo."),
    ("coombes2013", "no-clear-effect", "Physiotherapy gave better recovery than no physiotherapy at one year."),
    ("zhang2024", "direction-reversed", "At one month pain was lower with shockwave than with a steroid injection."),
    ("lauersen2014", "no-clear-effect", "Stretching lowers the number of sports injuries."),
    ("hayden2021", "number-differs", "Pain fell more with exercise than with usual care, by about 25 points."),
    ("rhon2018", "direction-reversed", "Costs were lower with early physical therapy than with usual care."),
    (
        "petersen2011",
        "number-differs",
        "Injury rates were lower with the Nordic exercise than with usual training: 5.8 against 13.1 per 100 seasons.",
    ),
    ("rompe2007", "no-clear-effect", "Shockwave beat eccentric loading on the VISA-A at four months."),
    ("rompe2008", "number-differs", "Shockwave gave 26 more points than eccentric loading on the VISA-A."),
    (
        "askling2013",
        "other-arm",
        "Players with the conventional protocol needed 28 days, those with the lengthening one 51.",
    ),
    ("childs2015", "number-differs", "Costs were 80% lower with early guideline-based therapy."),
    ("leppanen2024", "number-differs", "Overuse injuries were 61% less prevalent with hip and core work."),
    ("thomas2022", "other-population", "Hip work lowered pain in runners with kneecap pain (SMD -0.6)."),
    ("xue2024", "number-differs", "Pain was lower with shockwave than with the controls (SMD -1.29)."),
    ("surace2020", "no-clear-effect", "Pain relief of 50% or more was more frequent with shockwave than with sham."),
    ("riel2023", "no-clear-effect", "Exercise was better than advice alone."),
    ("vandyk2019", "number-differs", "Teams that did Nordics had 75% fewer hamstring injuries."),
    ("lagas2020", "number-differs", "Of 1,929 runners, 10% developed Achilles tendinopathy."),
    (
        "buist2008",
        "no-clear-effect",
        "Injury was less frequent with the 10 percent rule than with the standard program.",
    ),
    ("ferber2011", "number-differs", "Hip abductor strength rose by 62% in three weeks."),
    ("petersen2011", "number-differs", "Nordics cut new hamstring injuries by 86%."),
    ("newman2017", "no-clear-effect", "Shockwave reduced running pain more than sham."),
)


@pytest.fixture(scope="module")
def judge(base: kb.Base) -> Judge:
    return Judge(base.corpus, base.graph, base.notices)


@pytest.fixture(scope="module")
def reader(base: kb.Base) -> Reader:
    return Reader(base.corpus)


def flags(judge: Judge, reader: Reader, key: str, text: str) -> list[Flag]:
    found = judge.statement(reader.read(text), [(key, Confidence.CERTAIN)], behind="")
    return [flag for flag in found if flag.rule != "contrary-evidence"]


@pytest.mark.parametrize(("key", "text"), TRUE)
def test_a_true_sentence_stays_silent(judge: Judge, reader: Reader, key: str, text: str) -> None:
    assert flags(judge, reader, key, text) == []


@pytest.mark.parametrize(("key", "rule", "text"), WRONG)
def test_a_wrong_sentence_does_not(judge: Judge, reader: Reader, key: str, rule: str, text: str) -> None:
    assert rule in {flag.rule for flag in flags(judge, reader, key, text)}


def test_the_wording_that_is_proposed_is_never_an_alarm_itself(base: kb.Base, judge: Judge, reader: Reader) -> None:
    for key, study in base.corpus.studies.items():
        for finding in study.findings:
            text = wording.sentence(study, finding, base.corpus)
            assert not text or flags(judge, reader, key, text) == [], text


def test_most_results_told_the_other_way_round_are_found(base: kb.Base, judge: Judge, reader: Reader) -> None:
    turned = {"less frequent": "more frequent", "more frequent": "less frequent", "lower with": "higher with"}
    turned |= {"higher with": "lower with", "better with": "worse with"}
    told = found = 0
    for key, study in base.corpus.studies.items():
        for finding in study.findings:
            text = wording.sentence(study, finding, base.corpus) or ""
            wrong = next((text.replace(one, other) for one, other in turned.items() if one in text), None)
            if wrong is not None:
                told += 1
                rules = {flag.rule for flag in flags(judge, reader, key, wrong)}
                found += bool(rules & {"direction-reversed", "other-arm"})
    assert told >= 100
    assert found >= 0.7 * told


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Pain improved more with tape than without.", Sign.GOOD),
        ("Tape reduced pain 2.5 points more than advice.", Sign.DOWN),
        ("Improvement in pain was smaller with tape than with advice.", Sign.BAD),
        ("Time to recovery was shorter with tape than with advice.", Sign.DOWN),
        ("Lower limb injuries were more frequent with tape than with advice.", Sign.UP),
        ("Tape was linked to fewer injuries.", Sign.DOWN),
        ("Recovery was better with tape than with usual care.", Sign.GOOD),
        ("Recovery was better than usual.", None),
        ("Pain was lower and function higher with tape than with advice.", None),
        ("Pain was no lower with tape than with advice.", None),
        ("Tape, which costs less, was chosen rather than advice.", None),
    ],
)
def test_one_comparative_tells_which_way(text: str, sign: Sign | None) -> None:
    found = comparative(text)
    assert (found.sign if found else None) is sign


def test_a_message_gives_the_result_that_it_rests_on(judge: Judge, reader: Reader) -> None:
    told = flags(judge, reader, "hott2019", "Hip exercise improves kneecap pain more than free activity at 3 months.")
    assert [flag.rule for flag in told] == ["no-clear-effect"]
    assert "MD 1 point on 0-100, 95% CI -4.6 to 6.6" in told[0].message
