"""Sentences as clinics write them, about studies of the base: the true ones stay silent, the wrong ones do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import kb
from kb.citations.flag import Flag, Severity
from kb.citations.resolution import Confidence
from kb.claims.judge import Judge
from kb.claims.read import Reader

Tell = Callable[..., list[Flag]]

TRUE = (
    (
        "dijkhuis2020",
        "Injury risk was 4.5 times as high after a small two-week rise of the workload ratio in 23 runners.",
    ),
    (
        "noehren2011",
        "Ten runners with kneecap pain went from 5 to 0.5 points of pain while running after hip-control retraining.",
    ),
    (
        "grau2008",
        "Grau and colleagues found no difference in hip strength between runners with and without IT band syndrome.",
    ),
    (
        "lauersen2018",
        "Strength training lowered the risk of sports injury to about a third in trials with 7,738 people.",
    ),
    (
        "lauersen2018",
        "Each 10% more strength training went with a risk of injury more than four percentage points lower.",
    ),
    ("buist2008", "In 532 novice runners, 20.8% of the graded group and 20.3% of the standard group were injured."),
    ("buist2008", "The ten percent rule did not lower the number of injuries in novice runners."),
    (
        "rathleff2015",
        "At three months heavy strength training scored 29 points better on the foot function index than stretching.",
    ),
    ("rathleff2015", "At one, six and twelve months strength training and stretching did not differ for heel pain."),
    (
        "bayer2017",
        (
            "Athletes who began rehabilitation after two days were back after 62.5 days, those who waited nine "
            "days after 83."
        ),
    ),
    ("bayer2017", "Starting early shortened the return to sport by about three weeks, without more reinjuries."),
    ("nakagawa2012", "Women with kneecap pain had 18% less eccentric hip abduction strength than controls."),
    ("lee2021b", "Dynamic and static stretching gave the same pain relief in 44 patients with kneecap pain."),
    (
        "horn2018",
        "Patients with neck pain who started physical therapy late were more likely to get opioids (odds ratio 2.79).",
    ),
    (
        "pinitkwamdee2020",
        "Shockwave and sham shockwave did not differ in pain at 24 weeks in 31 people with insertional Achilles pain.",
    ),
    (
        "rompe2008",
        (
            "Shockwave improved the VISA-A by 16 points more than eccentric loading at four months in "
            "insertional Achilles pain."
        ),
    ),
    ("rompe2008", "64% recovered with shockwave and 28% with eccentric loading."),
    ("winters2013", "A brace did not ease shin splints more than no brace."),
    ("askling2013", "The lengthening protocol took 28 days, the conventional protocol 51."),
    (
        "askling2013",
        "Elite footballers were back 23 days sooner with lengthening exercises than with conventional exercises.",
    ),
    ("askling2013", "Reinjuries were rare: none with the lengthening protocol and one with the conventional protocol."),
    (
        "coombes2013",
        "At a year 83% of the steroid group and 96% of the placebo group had recovered or were much improved.",
    ),
    ("coombes2013", "Recurrence was 54% after steroid injection and 12% after placebo injection."),
    ("coombes2013", "After a placebo injection only 12% had a recurrence, after a steroid injection 54%."),
    ("coombes2013", "Physiotherapy made no difference at one year: 91% with it and 88% without it recovered."),
    (
        "olaussen2013",
        "Steroid injection eased tennis elbow pain in the first 12 weeks, but did worse than other care at 26 weeks.",
    ),
    ("xiong2024", "Shockwave reduced upper limb tendon pain more than placebo at three months."),
    ("korakakis2018", "For mid-portion Achilles pain, shockwave did better than waiting by 15.4 points on the VISA-A."),
    (
        "korakakis2018",
        "For mid-portion Achilles pain, shockwave and eccentric training were about equal at four months.",
    ),
    ("morrissey2021", "Taping eased the first steps in plantar fasciitis in the short term."),
    ("hott2020", "One year on, hip exercise was no better than free activity for kneecap pain."),
    ("nakaoka2021", "Under a workload ratio of 0.70 the predicted risk of injury was 9.6%, over 1.38 it was 1.3%."),
    (
        "impellizzeri2021b",
        (
            "Nordic exercise had no clear effect on hamstring injuries when the review was done again (RR 0.59, "
            "95% CI 0.27 to 1.29)."
        ),
    ),
    ("denninger2018", "Direct access saved 1,543 dollars per patient in claims."),
    ("denninger2018", "Pain and disability improved alike in both groups."),
    ("ferber2015", "Hip and core training and knee training both eased kneecap pain; the hip group a week sooner."),
    ("ferber2015", "The hip group gained more hip strength than the knee group."),
    (
        "fritz2015",
        (
            "Early physical therapy improved the Oswestry score by 3.2 points more than usual care at three "
            "months in acute back pain."
        ),
    ),
    ("fritz2015", "At one year early physical therapy and usual care did not differ."),
    (
        "mckay2020",
        "Three exercise programs did not differ clearly in 24 women with IT band syndrome after eight weeks.",
    ),
    (
        "pringels2025",
        (
            "Avoiding end-range ankle bending improved the VISA-A by 12.9 points more than loading with deep "
            "bending at 12 weeks."
        ),
    ),
    ("ramskov2015", "In novice runners, stronger hips went with a lower risk of kneecap pain early on."),
    ("hickey2020", "Pain-free and pain-threshold rehabilitation led to return to play after 15 and 17 days."),
    ("hickey2020", "Training into pain brought back more knee flexor strength than pain-free training."),
    ("sharma2014", "Gait retraining with feedback, exercises and stretching cut shin splints by 75% in army recruits."),
    ("sharma2014", "For every 14 recruits who were retrained with exercises, one case of shin splints was avoided."),
    ("wu2024", "Prevention programs did not lower the injury risk of endurance runners overall."),
    ("ramskov2018", "Adding intensity or adding volume first made no difference to injury in 839 runners."),
    (
        "nielsen2014",
        (
            "Runners who raised weekly distance by over 30% had about 59% more distance-related injuries, but "
            "the difference was not significant (HR 1.59, 95% CI 0.96 to 2.66)."
        ),
    ),
    ("wang2016", "Prehabilitation reduced pain within four weeks of joint replacement."),
    (
        "petersen2011",
        (
            "Nordic exercise cut hamstring injuries in footballers by about 70%: 15 in the exercise group and 52 "
            "in the controls."
        ),
    ),
    ("petersen2011", "New hamstring injuries fell by 59% and recurrent ones by 86% with the Nordic exercise."),
    ("petersen2011", "There were 15 hamstring injuries in the Nordic group and 52 in the control group."),
    ("petersen2011", "Without the Nordic exercise footballers had 52 hamstring injuries, with it 15."),
    (
        "taddei2020",
        (
            "Foot core training paid off: 14% of the trained runners were injured in a year, against 32.8% of "
            "the controls."
        ),
    ),
    ("taddei2020", "In a year 32.8% of the controls and 14% of the foot-strength group were injured."),
    ("rompe2009", "Shockwave added to eccentric loading brought success in 82%, loading alone in 56%."),
    ("rompe2009", "With eccentric loading alone 56% recovered, with added shockwave 82%."),
    ("rompe2009", "At one year the combined group was no longer ahead."),
    ("rompe2009", "At four months the combined group was well ahead."),
    ("leppanen2024", "Hip and core exercise lowered overuse injuries by 39%, ankle and foot exercise did not."),
    ("leppanen2024", "Ankle and foot exercises went with more acute injuries than stretching."),
    ("riel2023", "Exercise added nothing to advice and a heel cup for heel pain."),
    ("riel2023", "Exercise plus an injection reduced heel pain 9.1 points more than advice at 12 weeks."),
    ("zhang2024", "At one month a steroid injection did better than shockwave, at three months shockwave did."),
    ("lagas2020", "About one in twenty runners developed Achilles tendinopathy within 20 weeks."),
    ("lagas2020", "Runners in compression socks had Achilles tendinopathy more often (OR 1.7)."),
    ("willy2011", "Six weeks of hip strengthening made women stronger but did not change their running mechanics."),
    ("willy2011", "Hip strengthening improved single-leg squat mechanics in healthy women."),
    ("noehren2007", "Women who later got IT band syndrome ran with greater hip adduction."),
    (
        "yeung2011",
        "Stretching did not clearly lower the risk of injury in runners and recruits (RR 0.85, 95% CI 0.65 to 1.12).",
    ),
    ("malisoux2015", "Runners who rotated shoes had a 39% lower risk of injury."),
    ("yates2004", "Female recruits got shin splints about twice as often as male recruits."),
    ("yates2004", "53% of the women and 28% of the men developed shin splints."),
    ("staples2008", "In 68 adults shockwave was no better than sham for tennis elbow."),
    ("staples2008", "Both shockwave groups improved in pain over the trial."),
    ("pinitkwamdee2020", "Pain fell in both groups over 24 weeks."),
    (
        "vandegraaf2018",
        "Physical therapy was noninferior to early surgery for knee function over 24 months in 321 people.",
    ),
    ("engebretsen2009", "Supervised exercise beat radial shockwave for shoulder pain in 104 adults."),
    ("hott2019", "Kneecap pain improved in all three groups, and hip exercise was not better than free activity."),
    ("leppanen2024", "With hip and core work, overuse injuries in beginners fell."),
    ("hickey2020", "Training up to the pain threshold and pain-free training took about as long until return to play."),
)

WRONG = (
    ("buist2008", "no-clear-effect", "Sticking to the ten percent rule prevents injuries in beginners who run."),
    ("buist2008", "no-clear-effect", "Adding no more than 10% per week prevents running injuries."),
    ("yeung2011", "no-clear-effect", "Stretching lowers the risk of running injuries."),
    ("hott2019", "no-clear-effect", "Hip training eased kneecap pain compared with free physical activity."),
    ("riel2023", "no-clear-effect", "Exercise eases heel pain more than advice."),
    (
        "leppanen2024",
        "no-clear-effect",
        "Exercises for the foot and ankle: foot and ankle strengthening prevents overuse injuries in novices.",
    ),
    ("nielsen2014", "no-clear-effect", "Those who raised their weekly distance by over 30% had more injuries."),
    ("rompe2009", "no-clear-effect", "After one year the combined group was still ahead."),
    ("coombes2013", "no-clear-effect", "Physiotherapy clearly improved recovery after one year."),
    ("willy2011", "no-clear-effect", "Strengthening the hips reduces hip adduction while running."),
    ("staples2008", "no-clear-effect", "Real shockwave relieves the pain of tennis elbow."),
    (
        "hickey2020",
        "no-clear-effect",
        "Training into pain got men back to play two days sooner than pain-free training.",
    ),
    ("petersen2011", "other-arm", "Of the players 52 were hurt in the Nordic group and 15 in the control group."),
    (
        "askling2013",
        "other-arm",
        "Full training took 51 days with the lengthening protocol and 28 with the conventional protocol.",
    ),
    ("askling2013", "other-arm", "Lengthening exercises had them back after 51 days instead of 28."),
    ("taddei2020", "other-arm", "Foot training pays: 32.8% of the trained runners got injured, 14% of the controls."),
    ("coombes2013", "other-arm", "Relapse came in 12% after a steroid injection and in 54% after placebo."),
    ("chan2018", "other-arm", "38% of the retrained runners got hurt, against 16% of the controls."),
    (
        "coombes2013",
        "number-differs",
        "At one year 83% of the steroid group and 96% of the placebo group had a recurrence.",
    ),
    ("petersen2011", "number-differs", "Reinjuries dropped by 59%."),
    ("lagas2020", "number-differs", "One in five runners developed Achilles tendinopathy."),
    ("lagas2020", "number-differs", "One in five developed it."),
    ("malisoux2015", "causal-wording", "Rotating shoes reduces the risk of injury."),
    ("malisoux2015", "causal-wording", "Several pairs of shoes protect, and shoe rotation lowers injury rates."),
    ("malisoux2015", "causal-wording", "Shoe rotation protects runners from injury."),
    ("lagas2020", "causal-wording", "Compression socks caused Achilles tendinopathy in runners."),
    ("noehren2007", "other-population", "Male runners with greater hip adduction went on to IT band syndrome."),
    ("zhang2024", "direction-reversed", "After one month shockwave beats steroid by 1.14 points."),
    ("zhang2024", "direction-reversed", "At one month shockwave wins over steroid injection for pain."),
    ("zhang2024", "direction-reversed", "For tennis elbow pain shockwave outperforms cortisone at one month."),
    ("engebretsen2009", "direction-reversed", "For shoulder pain radial shockwave is superior to supervised exercise."),
)


@pytest.fixture(scope="module")
def tell(base: kb.Base) -> Tell:
    reader, judge = Reader(base.corpus), Judge(base.corpus, base.graph, base.notices)

    def told(text: str, *keys: str, behind: str | None = None, subject: str | None = None) -> list[Flag]:
        about = reader.read(subject) if subject else None
        studies = [(key, Confidence.CERTAIN) for key in keys]
        return judge.statement(reader.read(text), studies, behind=behind, subject=about)

    return told


def rules(flags: list[Flag]) -> list[str]:
    return [flag.rule for flag in flags if flag.rule != "contrary-evidence"]


@pytest.mark.parametrize(("key", "text"), TRUE)
def test_a_true_sentence_stays_silent(tell: Tell, key: str, text: str) -> None:
    assert rules(tell(text, key)) == []


@pytest.mark.parametrize(("key", "rule", "text"), WRONG)
def test_a_wrong_sentence_does_not(tell: Tell, key: str, rule: str, text: str) -> None:
    assert rule in rules(tell(text, key))


def test_the_rest_of_a_combination_may_stand_in_the_next_sentence(tell: Tell) -> None:
    text = "Hip strengthening reduced overuse injuries in novice runners."
    severities = []
    for behind in (None, "We book visits by telephone.", "It was given together with other exercises."):
        found = tell(text, "leppanen2024", behind=behind)
        severities.append([flag.severity for flag in found if flag.rule == "other-intervention"])
    assert severities == [[Severity.NOTE], [Severity.WARNING], []]


def test_a_number_may_be_that_of_another_study_named_beside(tell: Tell) -> None:
    alone = "A trial of 700 runners looked at the ten percent rule (Buist et al., 2008)."
    joined = alone + " Another followed 700 marathon runners (Somebody et al., 2011)."
    assert rules(tell(alone, "buist2008")) == ["number-differs"]
    assert rules(tell(joined, "buist2008")) == []
    assert rules(tell("The rule was tried in 700 runners [1], and in others [2].", "buist2008")) == []


def test_contrary_studies_share_the_condition_not_an_umbrella(tell: Tell) -> None:
    text = "Shockwave eases pain in tendinopathy."
    for flag in tell(text, "rompe2008", subject="Tendinopathy and shockwave"):
        assert flag.rule != "contrary-evidence", flag.message


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("willy2011", "Gait drills in men who run changed hip mechanics.", "healthy women aged 18-35"),
        ("rompe2009", "Shockwave added to loading helped runners.", "Chronic (6 months or more)"),
    ],
)
def test_who_was_studied_is_told_in_the_words_of_the_study(tell: Tell, key: str, text: str, message: str) -> None:
    (flag,) = [flag for flag in tell(text, key) if flag.rule == "other-population"]
    assert message in flag.message


def test_a_message_names_a_term_not_a_piece_of_a_sentence(tell: Tell) -> None:
    (flag,) = [flag for flag in tell("Strong glutes prevent injuries.", "lewis2018") if flag.rule == "other-outcome"]
    assert flag.message.startswith("The statement is about injury"), flag.message


def test_both_groups_doing_better_is_no_effect_told(tell: Tell) -> None:
    assert rules(tell("Pain improved in both shockwave groups.", "staples2008")) == []
    assert rules(tell("Shockwave improved pain more than sham.", "staples2008")) == ["no-clear-effect"]


def test_many_numbers_and_names_take_no_time_to_speak_of(tell: Tell) -> None:
    tell("15 Nordic 52 control " * 3_000 + "improvement " * 20_000 + "Abc Abc " * 20_000, "petersen2011")
