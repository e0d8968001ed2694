"""Outcomes as parts of a sentence: what reduces, improves or shortens them, for clinicians and for patients."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from kb.answers.words_terms import CLAUSE, GERUNDS, inside, is_plural


class Style(NamedTuple):
    """How an outcome changes: the verb, its noun, and what it is on the better and the worse side."""

    verb: str
    noun: str
    good: str
    bad: str


REDUCE = Style("reduce", "reduction in", "lower", "higher")
FEWER = Style("reduce", "reduction in", "fewer", "more")
IMPROVE = Style("improve", "improvement in", "better", "worse")
INCREASE = Style("increase", "increase in", "higher", "lower")
SHORTEN = Style("shorten", "reduction in", "shorter", "longer")
CHANGE = Style("change", "change in", "different", "different")


@dataclass(frozen=True, slots=True)
class Phrase:
    """An outcome in a sentence.

    Parameters
    ----------
    text
        Noun phrase without article, or a clause ("how far the ankle bends").
    count
        Whether it takes an article.
    people
        For what happens to people: the verb phrase in its base and past form.
    """

    text: str
    style: Style
    count: bool = False
    plural: bool = False
    people: tuple[str, str] | None = None

    @property
    def clause(self) -> bool:
        """Whether adjectives cannot stand before it."""
        return bool(CLAUSE.match(self.text)) or self.text.split(" ", 1)[0] in {*GERUNDS, "the", "your"}

    @property
    def definite(self) -> str:
        """With its definite article where it takes one."""
        return f"the {self.text}" if self.count else self.text

    def against(self, adjective: str) -> str:
        """With an adjective: "a higher risk of injury"."""
        return f"{'a ' if self.count else ''}{adjective} {self.text}"


_RISK = frozenset(
    {
        "acute injury",
        "adverse events",
        "dropout",
        "lower limb injury",
        "new or worsening pain",
        "overuse injury",
        "persistent pain",
        "re-injury",
        "recurrence",
        "running-related injury",
        "serious adverse events",
        "substantial or major injury",
        "surgical complications",
    }
)
_CHANCE = {
    "acceptable symptom state": "an acceptable symptom state",
    "clinically important improvement": "a clinically important improvement",
    "complete recovery": "complete recovery",
    "treatment success": "treatment success",
    "return to activity": "return to activity",
    "return to sport": "return to sport",
    "return to running": "return to running",
    "race start and completion": "starting and completing the race",
}
_OUTCOMES = {
    "balance and postural control": Phrase("balance and postural control", IMPROVE, plural=True),
    "bone density": Phrase("bone density", INCREASE),
    "calcification resorption": Phrase("calcification resorption", INCREASE),
    "care received as recommended": Phrase("receipt of recommended care", INCREASE),
    "collagen synthesis": Phrase("collagen synthesis", INCREASE),
    "foot health status questionnaire, pain": Phrase(
        "pain score of the Foot Health Status Questionnaire", IMPROVE, count=True
    ),
    "function and disability": Phrase("function", IMPROVE),
    "global rating of change": Phrase("global rating of change", IMPROVE, count=True),
    "hop test": Phrase("hop test performance", IMPROVE),
    "incidence of a named condition": Phrase("incidence of {condition}", REDUCE, count=True),
    "lean mass and muscle size": Phrase("lean mass and muscle size", INCREASE, plural=True),
    "length of stay": Phrase("length of stay", SHORTEN, count=True),
    "muscle activation timing": Phrase("muscle activation timing", IMPROVE),
    "nirschl phase rating": Phrase("Nirschl phase rating", REDUCE, count=True),
    "numeric pain rating scale": Phrase("pain on the numeric rating scale", REDUCE),
    "outcome after surgery": Phrase("outcome after surgery", IMPROVE, count=True),
    "physical activity level": Phrase("physical activity level", INCREASE, count=True),
    "physician and emergency visits": Phrase("physician and emergency visits", FEWER, plural=True),
    "range of motion and flexibility": Phrase("range of motion and flexibility", IMPROVE, plural=True),
    "race time": Phrase("race time", SHORTEN, count=True),
    "stiffness (symptom)": Phrase("stiffness", REDUCE),
    "time to recovery": Phrase("time to recovery", SHORTEN, count=True),
    "time to return to sport": Phrase("time to return to sport", SHORTEN, count=True),
    "visual analogue scale for pain": Phrase("pain on the visual analogue scale", REDUCE),
    "womac index": Phrase("WOMAC score", IMPROVE, count=True),
}
_INSTRUMENT = re.compile(
    r"\b(?:score|index|scale|questionnaire|form|evaluation|survey|test|visa-[ap]|vas|womac)\b", re.IGNORECASE
)
_QUALITIES = frozenset({"test accuracy and validity", "test reliability", "physical performance test"})


def outcome_phrase(label: str, better: str | None, condition: str | None) -> Phrase:
    """An outcome for a clinician.

    Examples
    --------
    >>> outcome_phrase("VISA-A", "higher", None).definite, outcome_phrase("Acute injury", "lower", None).definite
    ('the VISA-A score', 'the risk of acute injury')
    """
    folded = label.casefold()
    if folded in _OUTCOMES:
        found = _OUTCOMES[folded]
        return replace(found, text=found.text.replace("{condition}", condition or "the condition"))
    if folded in _RISK:
        return Phrase(f"risk of {inside(label)}", REDUCE, count=True)
    if folded in _CHANCE:
        return Phrase(f"chance of {_CHANCE[folded]}", INCREASE, count=True)
    style = _style(better)
    if _INSTRUMENT.search(label) and folded not in _QUALITIES:
        ends = folded.endswith(("score", "index"))
        return Phrase(inside(label) if ends else f"{inside(label)} score", IMPROVE if better else CHANGE, count=True)
    text = inside(label)
    plural = is_plural(text)
    return Phrase(text, FEWER if plural and style is REDUCE and text.endswith("visits") else style, plural=plural)


def _style(better: str | None) -> Style:
    return {"higher": IMPROVE, "lower": REDUCE}.get(better or "", CHANGE)


_PEOPLE = {
    "back to running": ("get back to running", "got back to running"),
    "back to sport": ("get back to sport", "got back to sport"),
    "back to what you want to do": ("get back to what they want to do", "got back to what they want to do"),
    "care you end up needing": ("need more care", "needed more care"),
    "coming back": ("have it come back", "had it come back"),
    "fully recovered": ("fully recover", "fully recovered"),
    "getting better": ("get better", "got better"),
    "getting injured again": ("get injured again", "got injured again"),
    "getting the recommended care": ("get the advised care", "got the advised care"),
    "getting to the start and the finish": ("start and finish their race", "started and finished their race"),
    "improvement big enough to matter": ("improve enough to matter", "improved enough to matter"),
    "injections": ("get an injection", "got an injection"),
    "needing surgery": ("need surgery", "needed surgery"),
    "opioid painkillers": ("take opioid painkillers", "took opioid painkillers"),
    "scans and x-rays": ("get scans or X-rays", "got scans or X-rays"),
    "share of people who got much better": ("get much better", "got much better"),
    "sticking to the program": ("stick to the program", "stuck to the program"),
    "stopping early": ("stop early", "stopped early"),
    "symptoms you can live with": ("have symptoms they can bear", "had symptoms they can bear"),
    "taking an active part in your care": ("take an active part in their care", "took an active part in their care"),
    "serious harm": ("have serious harm", "had serious harm"),
}
_EVENTS = {
    "complications after surgery": "had complications",
    "injuries that stop you": "got an injury that stopped them",
    "leg injuries": "got a leg injury",
    "new injuries": "got injured",
    "overuse injuries": "got an overuse injury",
    "running injuries": "got a running injury",
    "side effects": "had side effects",
    "sudden injuries": "got a sudden injury",
}
_PLAIN_OUTCOMES = {
    "amount of muscle": Phrase("amount of muscle", INCREASE, count=True),
    "arthritis questionnaire: function part": Phrase(
        "score on the function part of the arthritis questionnaire", IMPROVE, count=True
    ),
    "foot health questionnaire: pain part": Phrase(
        "score on the pain part of the foot health questionnaire", IMPROVE, count=True
    ),
    "back pain questionnaire": Phrase("back pain score", IMPROVE, count=True),
    "building new collagen": Phrase("how much new collagen the body builds", IMPROVE),
    "calcium deposit dissolving": Phrase("how well the calcium deposit dissolves", IMPROVE),
    "complications after surgery": Phrase("problems after surgery", FEWER, plural=True),
    "days in hospital": Phrase("days in hospital", FEWER, plural=True),
    "doctor and emergency visits": Phrase("doctor and emergency visits", FEWER, plural=True),
    "feeling stiff": Phrase("stiffness", REDUCE),
    "feeling that a joint gives way": Phrase("the feeling that a joint gives way", REDUCE),
    "finishing time": Phrase("finishing time", SHORTEN, count=True),
    "bouncing up and down": Phrase("bouncing when running", CHANGE),
    "changes on a scan that cause no pain": Phrase("scan findings that cause no pain", CHANGE, plural=True),
    "changes seen on a scan": Phrase("scan findings", FEWER, plural=True),
    "flat or high arch": Phrase("the shape of the arch", CHANGE),
    "heel or forefoot landing": Phrase("how the foot lands", CHANGE),
    "how long recovery takes": Phrase("recovery time", SHORTEN, count=True),
    "how much it hurts": Phrase("pain", REDUCE),
    "how long until you are back at sport": Phrase("time away from sport", SHORTEN, count=True),
    "how quickly a muscle switches on": Phrase("how quickly a muscle switches on", IMPROVE),
    "length of your stride": Phrase("the length of the stride", CHANGE),
    "muscle and fat share of the body": Phrase("how much muscle and fat the body has", CHANGE),
    "state of tendon, muscle, bone and fascia": Phrase("the state of tendon, muscle, bone and fascia", CHANGE),
    "state of the tendon": Phrase("the state of the tendon", CHANGE),
    "thickness of the tendon": Phrase("how thick the tendon is", CHANGE),
    "how good the research is": Phrase("how good the research is", CHANGE),
    "nerves driving muscles better": Phrase("how well nerves drive muscles", IMPROVE),
    "new cases of one diagnosis": Phrase("new cases of {condition}", FEWER, plural=True),
    "pain from 0 to 10": Phrase("pain on a scale from 0 to 10", REDUCE),
    "pain marked on a line": Phrase("pain", REDUCE),
    "result for the money": Phrase("what you get for the money", IMPROVE),
    "sore muscles after exercise": Phrase("muscle soreness after exercise", REDUCE),
    "what you can and cannot do": Phrase("what people can do", IMPROVE),
    "whether a test gives the same result twice": Phrase("how often a test gives the same result twice", IMPROVE),
}
_PLAIN_INSTRUMENT = re.compile(r"\b(?:questionnaire|score|rating|scale|test)\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:injuries|side effects|new cases|visits|days)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you are|you end|your|yourself|you)\b")
_THEY = {"you are": "people are", "you end": "people end", "your": "their", "yourself": "themselves", "you": "people"}


def plain_outcome_phrase(label: str, better: str | None, condition: str | None) -> Phrase:
    """An outcome for a patient.

    Examples
    --------
    >>> plain_outcome_phrase("Foot questionnaire", "lower", None).definite
    'the score on the foot questionnaire'
    """
    folded = label.casefold()
    if folded in _PLAIN_OUTCOMES:
        found = _PLAIN_OUTCOMES[folded]
        return replace(found, text=found.text.replace("{condition}", condition or "the problem"))
    if folded in _PEOPLE:
        base, past = _PEOPLE[folded]
        return Phrase(f"how many people {base}", _style(better), people=(base, past))
    text = _YOU.sub(lambda match: _THEY[match[0]], inside(label))
    if CLAUSE.match(text):
        return Phrase(text, _style(better))
    if _PLAIN_INSTRUMENT.search(text):
        style = IMPROVE if better else CHANGE
        if re.search(r"\b(?:score|rating)\b", text):
            return Phrase(text, style, count=True, plural=is_plural(text))
        return Phrase(f"score on the {text}", style, count=True)
    plural = is_plural(text)
    style = _style(better)
    return Phrase(text, FEWER if style is REDUCE and _COUNTED.search(text) else style, plural=plural)


def event(label: str) -> str | None:
    """What happened to people with this outcome, in the past, for counts of people; None where no words are known."""
    folded = label.casefold()
    return _PEOPLE[folded][1] if folded in _PEOPLE else _EVENTS.get(folded)
