"""Another population, condition, intervention or outcome than the study's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.citations.flag import Severity
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, ids, nouns, words
from kb.model import ClaimDirection, Design, Direction, InterventionKind, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.claims.judge_case import Case
    from kb.claims.says import Said

EFFECTS = frozenset({ClaimDirection.BENEFIT, ClaimDirection.HARM, ClaimDirection.CAUSE, ClaimDirection.NO_EFFECT})
"""Kinds of statement that tell what something does."""
OPEN = frozenset(
    {Design.NARRATIVE_REVIEW, Design.SCOPING_REVIEW, Design.UMBRELLA_REVIEW, Design.GUIDELINE, Design.COMMENTARY}
    | {Design.UNKNOWN, Design.PROTOCOL}
)
"""Designs that cover more than any list of findings holds."""

_TELLING = ("athletes", "runners", "cyclists", "military-personnel")
"""Told populations that can differ: what somebody does in sport or service. Age, sex and health are another matter."""
_OLD = "older-adults"
_YOUNG = ("military-personnel", "college-athletes", "adolescents", "children")
"""Populations with hardly anybody old among them, and the other way round."""
_LEVELS = (
    (
        re.compile(r"\b(?:elite|professional|world-class|olympic|top-level)\b", re.IGNORECASE),
        ("novice-runners", "recreational-runners"),
    ),
    (re.compile(r"\b(?:novice|beginn\w{2,4}|recreational|amateur)\b", re.IGNORECASE), ("elite-athletes",)),
)
"""Words for a level of sport, and populations that are of another level."""
_KNOWN = (
    *_TELLING, "sports-officials", "hikers", "workers", "untrained-adults", "general-patients", "general-population",
    "health-plan-members", "healthy-adults", "prisoners", "animals", "cadavers", "cell-cultures", "computer-models",
)  # fmt: skip
"""Studied populations that say as much."""
_OPEN_GROUPS = frozenset({"physically-active-people", "literature-only", "clinicians"})
"""A study in one of these may have included anybody."""

UMBRELLAS = frozenset(
    {
        "abnormal-running-mechanics", "acute-injury", "aging", "age-related-strength-loss",
        "chronic-musculoskeletal-pain", "deconditioning", "joint-stiffness", "lower-limb-tendinopathy",
        "movement-impairment", "musculoskeletal-disorder", "musculoskeletal-pain", "neurological-disorder",
        "overtraining", "overuse-injury", "postoperative-recovery", "running-related-injury", "sarcopenia",
        "scapular-dyskinesis", "serious-pathology", "soft-tissue-injury", "sports-injury", "tendinopathy",
        "upper-limb-tendinopathy",
    }
)  # fmt: skip
"""Conditions that say when or how something arose rather than what and where: they go with any diagnosis."""
_OVERLAPPING = (
    frozenset({"subacromial-shoulder-pain", "rotator-cuff-tendinopathy", "shoulder-bursitis", "rotator-cuff-disease"}),
    frozenset({"ankle-sprain", "chronic-ankle-instability"}),
    frozenset({"stress-fracture", "stress-reaction", "tibial-bone-stress-injury", "tibial-stress-fracture"}),
    frozenset({"patellofemoral-pain", "chondromalacia-patellae"}),
    frozenset({"athletic-pubalgia", "groin-pain", "osteitis-pubis"}),
    frozenset({"low-back-pain", "chronic-low-back-pain", "acute-low-back-pain", "sciatica"}),
)
"""Names that studies use for the same people."""

_APART = frozenset({"acute-low-back-pain", "chronic-low-back-pain"})
_SPINAL = frozenset({"low-back-pain", "chronic-low-back-pain", "chronic-spinal-pain"})
"""Studies of spinal pain are mostly of backs; a neck is not a back, though both are wider terms' parts."""

_GIVEN = frozenset({InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE})
_RELATED = frozenset({Direction.ASSOCIATION, Direction.NO_ASSOCIATION})
_CAUSE = InterventionKind.EXPOSURE
_CONTROL = InterventionKind.CONTROL
_FELT = ("occurrence", "pain", "function", "recovery", "quality-of-life", "satisfaction", "joint-instability")
"""Outcomes that a patient feels or suffers; one does not stand for another, but a study of one may speak of another."""
_NOT_FELT = ("healthcare-use", "cost", "performance")
MORE = (ClaimDirection.ASSOCIATION, ClaimDirection.COMPARISON)
"""Kinds of statement that may tell as much, in other words."""
_FEW = 6
"""Terms below one that are so like each other that one of them told for another is a mistake."""
_ALONGSIDE = re.compile(
    r"\b(?:combin\w{1,6}|plus|together|added|adding|alongside|on top of|in addition|as well as|package"
    r"|multi\w{4,12})\b",
    re.IGNORECASE,
)
_WRAPPERS = frozenset(
    {"injury-prevention-program", "home-exercise-program", "supervised-exercise", "remote-supervision"}
    | {"patient-education", "exercise-therapy", "physical-therapy", "self-management-class", "usual-training"}
)
"""Terms that say how something was given, or that it was given with exercise or advice, as nearly everything is."""
_PLAIN = frozenset(
    {"treatment", "therapy", "training", "program", "programme", "based", "care", "conventional", "management", "added"}
    | {"injury", "injuries", "prevention", "sports", "running", "runners"}
)
"""Words of names that do not tell one treatment from another."""
_SHORT = 140
"""Characters of a description of people that fit into a message."""
_SAY_LITTLE = frozenset({"general patients", "patients", "adults"})
_EXCEPTED = re.compile(
    r"\b(?:not|nor|unlike|rather than|instead of|outside|except|excluding|other than)\s"
    r"(?:(?:in|of|on|among|for|with|about|only|just|specific(?:ally)? (?:to|for|in))\s){0,2}(?:the\s|[a-z]{3,15}\s)?$",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|no|without|never|outside|except)\b")


def population(case: Case) -> Iterator[Point]:
    """Told of people whom the study did not include."""
    studied = _each((*case.study.populations, *(p for f in case.study.findings for p in f.populations)))
    young = any(_under(case, "population", one, _YOUNG) for one in studied) and _OLD not in studied
    telling = (*_TELLING, _OLD) if young else _TELLING
    told = [
        said
        for said in case.says.populations
        if _under(case, "population", said.id, telling) and not _left_out(case, said)
    ]
    known = [one for one in studied if _under(case, "population", one, _KNOWN)]
    if not told or not known or _OPEN_GROUPS & set(studied):
        return
    if case.says.direction is ClaimDirection.DESCRIPTION and case.study.n_studies is not None:
        return  # reviews are cited for what their introductions say of others
    same = any(_same_people(case, said.id, one) for said in told for one in known)
    if (same and not _other_level(case, told, known)) or _named(case, told, "populations"):
        yield Point("other-population")
        return
    whom = wording.named(case.corpus.populations, known)
    who = case.study.population or whom
    if len(who) > _SHORT or who.casefold() in _SAY_LITTLE:
        who = wording.people(case.study, case.corpus) if whom.casefold() in _SAY_LITTLE else whom
    message = f"The statement is about {nouns(told, case.corpus.populations)}; {case.label} studied others: {who}."
    detail = f"{whom} ({case.study.population})" if case.study.population else whom
    yield Point(
        "other-population",
        case.flag("other-population", message, found=words(told), findings=case.nearest()[:1], expected=detail),
    )


def _left_out(case: Case, said: Said) -> bool:
    """Whether the statement names a term as what it is not about: "but not in runners"."""
    return _EXCEPTED.search(case.says.text[max(0, said.start - 50) : said.start]) is not None


def _other_level(case: Case, told: Sequence[Said], known: Sequence[str]) -> bool:
    """Whether a level of sport stands right before the told people, and everybody studied was of another one."""
    for said in told:
        here = case.says.text[max(0, said.start - 16) : said.end]
        for pattern, others in _LEVELS:
            if pattern.search(here) and all(_under(case, "population", one, others) for one in known):
                return True
    return False


def _same_people(case: Case, told: str, studied: str) -> bool:
    """Same, or one a part of the other; whoever runs or plays is an athlete where the text says no more."""
    if told == _OLD and not _under(case, "population", studied, (_OLD, *_YOUNG)):
        return False  # whoever was studied beside the young does not make them old
    closeness = case.terms.closeness("population", told, studied)
    if closeness <= Closeness.NARROWER:
        return True
    if closeness is Closeness.WIDER:
        return not (studied == "athletes" and "runners" in case.terms.above("population", told))
    up_told, up_studied = (case.terms.above("population", one) for one in (told, studied))
    if told == "athletes":
        return "physically-active-people" in up_studied
    return "runners" in up_told and "runners" in up_studied


def condition(case: Case) -> Iterator[Point]:
    """Told of another diagnosis than the study's."""
    told = [said for said in case.says.conditions if said.id not in UMBRELLAS and not _left_out(case, said)]
    studied = _each((*case.study.condition_ids, *(c for f in case.study.findings for c in f.conditions)))
    if not told or not studied or len(told) != len(case.says.conditions) or set(studied) & UMBRELLAS:
        return
    if any(_same_complaint(case, said.id, one) for said in told for one in studied) or _named(case, told, "conditions"):
        yield Point("other-condition")
        return
    what = wording.named(case.corpus.conditions, studied)
    message = f"The statement is about {nouns(told, case.corpus.conditions)}; {case.label} studied {what}."
    yield Point(
        "other-condition",
        case.flag("other-condition", message, found=words(told), findings=case.nearest()[:1], expected=what),
    )


def _same_complaint(case: Case, told: str, studied: str) -> bool:
    if case.terms.closeness("condition", told, studied) < Closeness.OTHER:
        return True
    if {told, studied} <= _SPINAL:
        return True
    if {told, studied} == _APART:
        return False  # a back that has hurt for days and one that has hurt for months are told apart by definition
    up_told, up_studied = (case.terms.above("condition", one) for one in (told, studied))
    return any(group & up_told and group & up_studied for group in _OVERLAPPING)


def intervention(case: Case) -> Iterator[Point]:
    """Told of a treatment or cause that the study did not look at, or of one part of a combination."""
    # What it was compared with, no treatment or a placebo, is no treatment told.
    told = [s for s in case.says.interventions if not _is_outcome(case, s) and _kind(case, s.id) is not _CONTROL]
    sides = (x for f in case.study.findings for x in (*f.interventions, *f.comparators))
    studied = [x for x in _each((*case.study.intervention_ids, *sides)) if _kind(case, x) in (*_GIVEN, _CAUSE)]
    if not told or not studied or case.study.design in OPEN:
        return
    if any(_kind(case, said.id) not in (*_GIVEN, _CAUSE) for said in told):
        return
    if any(_kind(case, said.id) is _CONTROL for said in case.says.interventions):
        # Told against nothing: that it belongs to the other treatments which the study compared with says no more.
        tested = {x for f in case.study.findings for x in f.interventions} | {*case.study.intervention_ids}
        studied = [x for x in studied if x in tested or not _wider(case, told, x)]
    near = case.terms.nearest("intervention", ids(told), studied) < Closeness.OTHER
    if near and (swapped := _swapped(case, told, studied)):
        said, instead = swapped
        what = wording.named(case.corpus.interventions, [instead])
        message = f"The statement is about {nouns([said], case.corpus.interventions)}; {case.label} studied {what}."
        flag = case.flag("other-intervention", message, found=said.words, findings=case.nearest()[:1], expected=what)
        yield Point("other-intervention", flag)
    elif near or _named(case, told, "interventions"):
        yield Point("other-intervention")
        yield from _part_only(case, [said for said in told if _given(case, said.id)])
    elif _comparable_kinds(case, told, studied):
        what = wording.named(case.corpus.interventions, studied)
        message = f"The statement is about {nouns(told, case.corpus.interventions)}; {case.label} studied {what}."
        flag = case.flag("other-intervention", message, found=words(told), findings=case.nearest()[:1], expected=what)
        yield Point("other-intervention", flag)


def _wider(case: Case, told: Sequence[Said], studied: str) -> bool:
    return any(case.terms.closeness("intervention", said.id, studied) is Closeness.WIDER for said in told)


def _swapped(case: Case, told: Sequence[Said], studied: Sequence[str]) -> tuple[Said, str] | None:
    """A told treatment that was not studied, and a studied one of the same kind that is not told; None without such.

    Of the same kind are two that stand right below a term with few below it: focused and radial shockwave.
    """
    terms = case.corpus.interventions
    for said in told:
        if case.terms.nearest("intervention", [said.id], studied) < Closeness.OTHER or not _given(case, said.id):
            continue
        if _named(case, [said], "interventions"):
            continue
        for other in studied:
            parents = {*terms[said.id].broader} & {*terms[other].broader} if other in terms else set()
            narrow = [x for x in parents if sum(x in term.broader for term in terms.values()) <= _FEW]
            if narrow and case.terms.nearest("intervention", ids(told), [other]) is Closeness.OTHER:
                return said, other
    return None


def _is_outcome(case: Case, said: Said) -> bool:
    """Whether the same words were read as an outcome, or the study measured what is told as a cause."""
    measured = {outcome for finding in case.study.findings for outcome in finding.outcomes}
    return said.id in measured or any(one.start < said.end and said.start < one.end for one in case.says.outcomes)


def _comparable_kinds(case: Case, told: Sequence[Said], studied: Sequence[str]) -> bool:
    """Whether a treatment is told where a treatment was studied, or one is told and only the other was studied.

    A trial of a treatment does not show a cause, nor does a cause show that a treatment works; both need a statement
    that tells one of them.
    """
    causes = {_kind(case, said.id) is _CAUSE for said in told}
    theirs = {_kind(case, x) is _CAUSE for x in studied}
    if causes == {False}:
        return False in theirs or case.says.direction in (*EFFECTS, *MORE)
    related = any(f.direction in _RELATED for f in case.study.findings) or case.study.design in wording.OBSERVATIONAL
    plain = causes == {True} and theirs == {False} and not related
    return plain and case.says.direction in {ClaimDirection.CAUSE, *MORE}


def _part_only(case: Case, told: Sequence[Said]) -> Iterator[Point]:
    """A combination told as one of its parts: every comparable finding has a further treatment beside it."""
    if case.says.direction not in EFFECTS or _several(told) or _ALONGSIDE.search(case.says.text):
        return  # who tells of more than one part, or that there was more, tells of a combination
    extras: set[str] = set()
    combined = []
    for finding in case.matched():
        mine = [
            x for x in finding.interventions if case.terms.nearest("intervention", ids(told), [x]) < Closeness.OTHER
        ]
        if not mine:
            continue
        beside = {
            x for x in finding.interventions if x not in mine and _given(case, x) and x not in finding.comparators
        }
        if beside <= _WRAPPERS or all(
            case.terms.closeness("intervention", said.id, x) is Closeness.WIDER for said in told for x in mine
        ):
            return
        extras |= beside
        combined.append(finding)
    if not combined or named_any(case, extras) or _titled(case, told, extras):
        return
    more = wording.named(case.corpus.interventions, sorted(extras))
    if case.behind is not None and (_ALONGSIDE.search(case.behind) or _with_other(case.behind)):
        return  # the next sentence tells it
    about = nouns(told, case.corpus.interventions)
    message = f"The statement tells of {about} alone; {case.label} tested it together with {more}."
    # What follows the statement may tell it: without sight of that, it is no more than a note.
    mild = Severity.NOTE if case.behind is None else None
    flag = case.flag("other-intervention", message, found=words(told), findings=combined, severity=mild)
    yield Point("combined", flag)


def _with_other(text: str) -> bool:
    return re.search(r"\b(?:part of a|along with|not (?:alone|on its own))\b", text, re.IGNORECASE) is not None


def _titled(case: Case, told: Sequence[Said], extras: set[str]) -> bool:
    """Whether the paper's own title calls what it tested by the told name alone."""
    reference = case.corpus.references.get(case.study.key)
    title = (reference.title or "" if reference else "").casefold().replace("-", " ")
    others = (term for x in extras for term in [case.corpus.interventions[x]])
    if any(name.casefold() in title for term in others for name in (term.label, *term.synonyms)):
        return False
    return any(name.replace("-", " ") in title for said in told for name in _names(case, said, "interventions"))


def named_any(case: Case, identifiers: set[str], plain: frozenset[str] = frozenset()) -> bool:
    """Whether the statement's own words hold a name of one of the terms, or a telling word of its names."""
    text = case.says.text.casefold()
    terms = [case.corpus.interventions[x] for x in identifiers]
    own = {word for said in case.says.interventions for word in re.findall(r"[a-z]{5,}", said.words.casefold())}
    return any(
        name.casefold() in text
        or any(word in text for word in re.findall(r"[a-z]{5,}", name.casefold()) if word not in _PLAIN | own | plain)
        for term in terms
        for name in (term.label, *term.synonyms)
    )


def _several(told: Sequence[Said]) -> bool:
    """Whether none or more than one treatment is told, each place counted once."""
    return len({(said.start, said.end) for said in told}) != 1


def outcome(case: Case) -> Iterator[Point]:
    """Told of what people feel or suffer, measured was something else, such as mechanics, strength or cost."""
    study = case.study
    told = [said for said in case.says.outcomes if _group(case, said.id) in _FELT]
    if not told or len(told) != len(case.says.outcomes) or case.says.direction not in (*EFFECTS, *MORE):
        return
    if study.design in OPEN or study.verification is Verification.UNVERIFIED or not study.findings:
        return
    measured = _each(o for f in study.findings for o in f.outcomes)
    groups = {_group(case, one) for one in measured}
    if groups & {*_FELT, None} or _reported(case, told):
        yield Point("other-outcome")
        return
    what = wording.named(case.corpus.outcomes, measured)
    about = nouns(told, case.corpus.outcomes)
    message = f"The statement is about {about}; {case.label} measured {what}, which is not that."
    flag = case.flag(
        "other-outcome", message, found=words(told), findings=case.nearest()[:1] or study.findings[:1], expected=what
    )
    yield Point("other-outcome", flag)


def _group(case: Case, identifier: str) -> str | None:
    """What kind of outcome one is: its group, ``surrogate`` for what nobody feels, None where it is none of these."""
    above = case.terms.above("outcome", identifier)
    found = next((root for root in (*_FELT, *_NOT_FELT) if root in above), None)
    term = case.corpus.outcomes.get(identifier)
    return "surrogate" if term is not None and term.surrogate else found


def _reported(case: Case, told: Sequence[Said]) -> bool:
    """Whether results or conclusion name a told outcome, names of the studied conditions aside."""
    study = case.study
    lines = [study.conclusion or "", *(f.as_reported for f in study.findings), *(f.note or "" for f in study.findings)]
    text = "\n".join(lines).casefold()
    for identifier in study.condition_ids:
        term = case.corpus.conditions.get(identifier)
        for name in (term.label, *term.synonyms) if term else ():
            text = text.replace(name.casefold(), " ")
    return any(re.search(rf"\b{re.escape(name)}\b", text) for said in told for name in _names(case, said, "outcomes"))


def _names(case: Case, said: Said, vocabulary: str) -> set[str]:
    """Every name of a told term in lower case, the told words among them."""
    term = case.corpus.vocabulary(vocabulary).get(said.id)
    names = {said.words, *((term.label, *term.synonyms) if term else ())}
    return {name.casefold() for name in names if name}


def _kind(case: Case, identifier: str) -> InterventionKind | None:
    term = case.corpus.interventions.get(identifier)
    return term.kind if term is not None else None


def _given(case: Case, identifier: str) -> bool:
    return _kind(case, identifier) in _GIVEN


def _under(case: Case, kind: str, identifier: str, roots: Sequence[str]) -> bool:
    return not case.terms.above(kind, identifier).isdisjoint(roots)


def _named(case: Case, told: Sequence[Said], vocabulary: str) -> bool:
    """Whether the study's own texts name a told term, however it was curated; a denial does not count."""
    names = {name for said in told for name in _names(case, said, vocabulary)}
    for line in case.facts.text.split("\n"):
        if any(re.search(rf"\b{re.escape(name)}\b", line) for name in names) and not _NOT.search(line):
            return True
    return False


def _each(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
