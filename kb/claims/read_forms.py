"""The forms in which a text may write the name of a term: plural, hyphen, turned round; and names that mislead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

ABBREVIATION = re.compile(r"[A-Z][A-Z0-9]{1,7}s?")
"""A name in capitals, which counts in capitals only: PASS and MID are words, too."""

_PREFIX = re.compile(r"\b(non|mid|re|pre|post|over|anti|co)-?(?=[a-z]{4})", re.IGNORECASE)
_TURNED = (
    (
        re.compile(r"(.{3,40}) (weakness)"),
        ("weak {0}", "weakness of {0}", "weakness in {0}", "{0} are weak", "weaker {0}"),
    ),
    (re.compile(r"(.{3,40}) (tightness)"), ("tight {0}", "tightness in {0}", "shortened {0}")),
    (re.compile(r"(.{3,40}) (strengthening)"), ("strengthening {0}", "strengthen {0}")),
    (re.compile(r"(.{3,40}) (stretching)"), ("stretching {0}", "stretch {0}", "{0} stretch")),
    (re.compile(r"(.{3,40}) (strength)"), ("strength of {0}", "strength in {0}")),
    (re.compile(r"(.{3,40}) (pain)"), ("pain in {0}", "painful {0}")),
    (re.compile(r"(.{3,40}) (osteoarthritis|tendinopathy|bursitis)"), ("{1} of {0}", "{1} in {0}")),
    (re.compile(r"(.{3,40}) (tear|strain|rupture)"), ("torn {0}", "{1} of {0}", "{0} {1} injury")),
    (re.compile(r"(.{3,40}) (syndrome)"), ("{0} syndrome pain",)),
)
_NO_PLURAL = ("ss", "us", "is")

MORE_FORMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("conditions", "medial-tibial-stress-syndrome"): ("tibial stress syndrome", "shin splint"),
    ("conditions", "patellofemoral-pain"): ("patellofemoral syndrome", "kneecap pain"),
    ("conditions", "iliotibial-band-syndrome"): ("IT band problems", "IT band issues"),
    ("conditions", "meniscal-tear"): ("degenerative meniscus tear",),
    ("conditions", "rotator-cuff-disease"): ("rotator cuff injury", "rotator cuff pain"),
    ("conditions", "chronic-low-back-pain"): ("chronic back pain", "chronic lower back pain"),
    ("conditions", "acute-low-back-pain"): ("acute back pain", "acute lower back pain"),
    ("conditions", "tendinopathy"): ("tendon injury", "tendon problem"),
    ("interventions", "strengthening-exercise"): ("strength train", "strength program", "strengthening program"),
    ("interventions", "exercise-therapy"): (
        "exercise-based treatment",
        "exercise-based rehabilitation",
        "exercise alone",
        "exercise combined",
        "exercise plus",
        "supervised exercise",
    ),
    ("interventions", "rest"): ("rest alone", "than rest", "rest only", "resting alone", "like rest"),
    ("interventions", "tendon-loading"): ("loading protocol", "progressive loading protocol", "loading alone"),
    ("interventions", "patient-education"): ("education alone", "than advice", "advice alone", "advice only"),
    ("interventions", "pain-free-controls"): (
        "healthy individual",
        "healthy people",
        "healthy participant",
        "uninjured control",
        "uninjured people",
        "pain-free runner",
        "runner without pain",
        "people without pain",
        "individuals without pain",
        "without knee pain",
    ),
    ("interventions", "shockwave"): ("shockwave treatment",),
    ("interventions", "radial-shockwave"): ("radial shockwave", "radial ESWT", "radial shockwave treatment"),
    ("interventions", "focused-shockwave"): (
        "focused shockwave",
        "focused ESWT",
        "focussed shockwave",
        "focused shockwave treatment",
    ),
    ("interventions", "smoking"): ("smoker", "cigarette"),
    ("interventions", "minimally-invasive-surgery"): ("keyhole surgery",),
    ("interventions", "corticosteroid-injection"): ("steroid shot", "steroid", "cortisone", "corticosteroid"),
    ("interventions", "eccentric-exercise"): ("eccentric heel drop", "eccentric heel raise", "heel drop"),
    ("interventions", "foam-rolling"): ("foam roll",),
    ("interventions", "platelet-rich-plasma"): ("platelet rich plasma therapy",),
    ("interventions", "cadence-increase"): (
        "increasing cadence",
        "increase cadence",
        "increasing step rate",
        "increase step rate",
        "raising cadence",
        "raise cadence",
        "raised cadence",
        "raising step rate",
        "raised step rate",
        "higher cadence",
        "quicker cadence",
        "faster cadence",
    ),
    ("interventions", "training-load-increase"): (
        "increase in weekly mileage",
        "increase weekly mileage",
        "weekly mileage increase",
        "mileage increase",
        "increase in mileage",
        "increase mileage",
        "increase in training load",
        "increase in training volume",
        "increase in running volume",
        "increase in training",
        "training load error",
        "increased weekly distance",
        "increase weekly distance",
        "raised weekly distance",
        "raise weekly distance",
        "increased weekly mileage",
        "raised weekly mileage",
        "weekly distance increase",
        "increase in weekly distance",
    ),
    ("interventions", "hamstring-lengthening-exercise"): ("lengthening exercise", "lengthening program"),
    ("interventions", "conventional-hamstring-exercise"): ("conventional protocol", "conventional program"),
    ("interventions", "pain-threshold-rehabilitation"): (
        "pain-threshold training",
        "pain threshold training",
        "training at pain threshold",
        "training into pain",
    ),
    ("interventions", "hip-strengthening"): ("hip training", "hip work"),
    ("interventions", "knee-strengthening"): ("knee training", "knee work"),
    ("interventions", "foot-ankle-strengthening"): (
        "foot training",
        "ankle and foot exercise",
        "foot and ankle exercise",
    ),
    ("interventions", "pain-free-rehabilitation"): ("pain-free training", "training without pain"),
    ("interventions", "shoe-rotation"): (
        "several pairs of shoes",
        "more than one pair of shoes",
        "different pairs of shoes",
        "rotated shoes",
        "rotate shoes",
        "rotated their shoes",
    ),
    ("interventions", "early-physical-therapy"): (
        "physical therapy early",
        "physical therapy sooner",
        "early initiation of physical therapy",
        "early treatment",
        "early PT",
    ),
    ("interventions", "foot-strike-change"): ("modifying foot strike pattern", "changing foot strike"),
    ("interventions", "orthoses"): ("foot orthosis",),
    ("outcomes", "injury-incidence"): (
        "risk of injury",
        "chance of injury",
        "rate of injury",
        "injury occurrence",
        "injury prevention",
        "prevent injury",
        "preventing injury",
        "fewer injuries",
        "risk of getting injured",
        "be injured",
        "were injured",
        "was injured",
        "get injured",
        "got injured",
        "getting injured",
        "pick up an injury",
        "free of injury",
        "free from injury",
        "injury-free",
        "stay injury free",
    ),
    ("outcomes", "running-injury-incidence"): (
        "running injury rate",
        "risk of running injury",
        "prevent running injury",
        "fewer running injuries",
    ),
    ("outcomes", "function"): ("function", "functional outcome", "functional score", "functional improvement"),
    ("outcomes", "time-to-recovery"): ("recover faster", "faster recovery", "speed recovery", "speed up recovery"),
    ("outcomes", "performance"): ("improve performance", "better performance", "improving performance"),
    ("outcomes", "opioid-use"): ("opioid", "opioid medication", "prescribed opioids"),
    ("outcomes", "range-of-motion"): ("range of motion",),
    ("outcomes", "cost"): ("healthcare spending",),
    ("outcomes", "recurrence"): ("reoccurrence", "come back", "came back"),
    ("outcomes", "patellofemoral-joint-stress"): ("contact pressure",),
    ("outcomes", "time-to-return-to-sport"): ("back to play", "back to sport", "back in play"),
    ("outcomes", "pain"): ("pain relief", "pain level"),
}
"""Names in common use that the vocabularies do not hold."""

NO_NAMES = frozenset(
    {
        *(("populations", word) for word in ("patient", "adult", "aged", "expert", "physical therapist", "youth")),
        *(
            ("populations", word)
            for word in ("clinical expert", "walker", "senior", "active people", "health professional")
        ),
        *(("conditions", word) for word in ("ageing", "aging", "getting older", "stroke", "red flag")),
        *(("interventions", word) for word in ("stress", "age", "sex", "gender", "rest", "ice", "heat", "diet", "pt")),
        *(
            ("interventions", word)
            for word in ("consistency", "medicine", "isometric", "advice", "education", "diagnosis")
        ),
        *(("interventions", word) for word in ("recovery time", "posture", "aging", "workload", "brace")),
        *(("interventions", word) for word in ("running speed", "running pace", "adequate recovery", "patient goal")),
        *(("outcomes", word) for word in ("safety", "harm", "mechanic", "onset", "frequency", "engagement", "power")),
        *(("outcomes", word) for word in ("validity", "performance", "improvement", "mobility", "cure", "mood")),
        *(("outcomes", word) for word in ("recommendation", "complication", "sensitivity", "specificity", "scan")),
        *(("outcomes", word) for word in ("number of session", "treatment duration", "number of study", "injection")),
        *(("outcomes", word) for word in ("running speed",)),
        *(("outcomes", word) for word in ("expectation", "discharged", "training error", "energy level", "healing")),
    }
)
"""Names that are mostly another thing in running text, in the form of :func:`stem`; the term's other names stay."""


def stem(word: str) -> str:
    """A word as the index holds it: small letters, singular, without the owner's mark.

    Examples
    --------
    >>> [stem(word) for word in ("Tendinopathies", "runner's", "exercises", "epicondylitis", "programmes")]
    ['tendinopathy', 'runner', 'exercise', 'epicondylitis', 'program']
    """
    low = word.casefold().replace("’", "'").removesuffix("'s").rstrip("'")
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("xes", "sses", "ches", "shes")):
        return low[:-2]
    if low.endswith("s") and len(low) > 3 and not low.endswith(_NO_PLURAL):
        low = low[:-1]
    return {
        "programme": "program",
        "tendonitis": "tendinitis",
        "mobilisation": "mobilization",
        "stabilisation": "stabilization",
    }.get(low, low)


def forms_of(name: str) -> Iterator[str]:
    """Forms of a name.

    Examples
    --------
    >>> list(forms_of("hip weakness"))
    ['hip weakness', 'weak hip', 'weakness of hip', 'weakness in hip', 'hip are weak', 'weaker hip']
    >>> list(forms_of("mid-portion tear"))[:3]
    ['mid-portion tear', 'midportion tear', 'torn mid-portion']
    """
    plain = re.sub(r" \([^()]*\)", "", name)
    seen = {plain: None}
    for form in (plain, _PREFIX.sub(r"\1", plain), _PREFIX.sub(r"\1-", plain)):
        seen[form] = None
    if ABBREVIATION.fullmatch(plain) is None:
        for pattern, turned in _TURNED:
            if found := pattern.fullmatch(plain[:1].lower() + plain[1:]):
                seen.update((form.format(found[1], found[2]), None) for form in turned)
    return iter(seen)
