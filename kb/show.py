"""A page about one thing of the base, for reading in a terminal: sections of plain lines, drawn with rich."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.answers.answer import of_trials
from kb.appraisal import tools
from kb.appraisal.bias import judged_by
from kb.appraisal.level import SOURCE, level, question_of
from kb.appraisal.signals import signals
from kb.cite import vancouver
from kb.model import Condition, Intervention, InterventionKind, Outcome
from kb.pubmed.notices import marked
from kb.tables import UNKNOWN, bearing_words, effect, favours, left_out_notes, study_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kb.appraisal.signals import Signal
    from kb.base import Base
    from kb.model import Claim, Finding, Study, Term
    from kb.naming import Thing
    from kb.pubmed.notices import Notice


_ANSWERS = 12
"""Lines that the answers of a term may take."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What ``kb show`` prints."""

    noun: str
    id: str
    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...] = field(default=())


def page(base: Base, thing: Thing) -> Page:
    """The page of a thing that :meth:`kb.base.Base.resolve` found."""
    makers: Mapping[str, Callable[[Base, str], Page]] = {
        "study": _study,
        "finding": _finding,
        "claim": _claim,
        "citation": _citation,
        "post": _post,
    }
    if thing.noun in makers:
        return makers[thing.noun](base, thing.id)
    return _term(base, thing.noun, thing.id)


def _sections(*items: tuple[str, Iterable[str]]) -> tuple[Section, ...]:
    made = ((heading, tuple(lines)) for heading, lines in items)
    return tuple(Section(heading, lines) for heading, lines in made if lines)


def _labels(base: Base, vocabulary: str, ids: Iterable[str]) -> str:
    terms = base.corpus.vocabulary(vocabulary)
    return ", ".join(terms[i].label if i in terms else i for i in ids)


# --- studies ---------------------------------------------------------------------------------------------------


def _study(base: Base, key: str) -> Page:
    study = base.corpus.studies[key]
    reference = base.corpus.references[key]
    resting = base.resting_on(key)
    sample = [f"{study.n_studies} studies"] if study.n_studies is not None else []
    sample += [f"{study.n_participants:,} participants"] if study.n_participants is not None else []
    design = study.design.words + (f" ({study.design_detail})" if study.design_detail else "")
    missing = f"incomplete: {', '.join(reference.missing)} not seen yet" if reference.missing else None
    notices = base.notices.get(key, ())
    mark = base.notice_mark(key)
    gone = ["It is left out of every table and summary."] if key in base.retracted else []
    lead = [
        *([f"{mark}. {' '.join(gone)}".rstrip()] if mark else []),
        marked(vancouver(reference), notices),
        f"Design: {design}",
        f"Sample: {', '.join(sample) or UNKNOWN}",
        f"Population: {study.population or UNKNOWN}",
        f"Conditions: {_labels(base, 'conditions', study.condition_ids) or 'none'}",
        f"Interventions: {_labels(base, 'interventions', study.intervention_ids) or 'none'}",
        f"Comparator: {study.comparator or UNKNOWN}",
        f"Follow-up: {study.follow_up or UNKNOWN}",
        f"Funding and conflicts: {study.funding_or_conflicts or UNKNOWN}",
        f"Level of evidence: {_levels(base, study)}",
        f"Risk of bias: {_risk_of_bias(study)}",
        f"Checked: {study.verification.value}" + (f"; {missing}" if missing else ""),
    ]
    return Page(
        "study",
        key,
        f"{study_label(base.corpus, key, base.notices)}: {reference.title or '[title unknown]'}",
        tuple(lead),
        _sections(
            ("Notices", (_notice_line(notice) for notice in notices)),
            ("Conclusion (our words)", [study.conclusion] if study.conclusion else []),
            ("Findings", (_finding_line(base, finding) for finding in study.findings)),
            ("Limitations", study.limitations),
            ("Signals, computed", (_signal_line(signal) for signal in signals(study))),
            ("Second reading", _second_reading(study)),
            ("Claims that rest on it", (_claim_line(base, claim, key) for claim in resting.claims)),
            ("Posts", (f"{post}: {base.corpus.posts[post].title}" for post in resting.posts)),
            ("Notes", (note.text for note in study.notes)),
            ("Results left out", (f"{item.as_reported}: {item.reason}" for item in study.left_out)),
            ("To check: recalled, not seen; no fact yet", study.to_check),
            ("Read in", (f"{source.id} {source.url or source.note}" for source in study.sources)),
        ),
    )


def _levels(base: Base, study: Study) -> str:
    """OCEBM's level for each question that the findings of a study answer."""
    known = base.corpus.interventions
    named = [i for finding in study.findings for i in finding.interventions] or study.intervention_ids
    kinds = [known[i].kind for i in named if i in known and known[i].kind is not InterventionKind.CONTROL]
    asked = dict.fromkeys(map(question_of, kinds)) or {question_of(None): None}
    of_randomized = True if of_trials(base.corpus, study) else None
    told = [str(level(study.design, question, of_trials=of_randomized)) for question in asked]
    return f"{'; '.join(told)}; {SOURCE}"


def _risk_of_bias(study: Study) -> str:
    """What people judged, and who; what nobody judged is not assessed."""
    told = []
    for appraisal in judged_by(study):
        tool = tools.load().get(appraisal.tool)
        said = tools.overall(appraisal)
        whole = tool.judgement(said, whole=True) if tool and said else None
        what = (whole.label if whole else said) or "no whole judgement"
        if tool and tool.score and appraisal.score is not None:
            what = f"{appraisal.score:g} of {tool.score[1]:g}"
        when = f" on {appraisal.on.isoformat()}" if appraisal.on else ""
        told.append(f"{tool.name if tool else appraisal.tool}: {what}, judged by {appraisal.by}{when}")
    return "; ".join(told) or tools.NOT_ASSESSED


def _signal_line(signal: Signal) -> str:
    return f"{signal.words}{' (reason for care)' if signal.concern else ''}"


def _notice_line(notice: Notice) -> str:
    return "; ".join(part for part in (str(notice), notice.printed, notice.note, notice.source) if part)


def _second_reading(study: Study) -> list[str]:
    if study.second_reading is None:
        return []
    reading = study.second_reading
    lines = [f"{reading.outcomes_agreed} values agreed, {len(reading.differences)} differed"]
    right = {"recorded": "first reading right", "seen": "second reading right", "unclear": "not settled"}
    lines += [
        f"{d.field}: first {d.recorded}; second {d.seen} ({right[d.which_is_right]}: {d.why})"
        for d in reading.differences
    ]
    return lines


def _finding_line(base: Base, finding: Finding) -> str:
    outcome = _labels(base, "outcomes", finding.outcomes)
    when = f", {finding.timepoint}" if finding.timepoint else ", time unknown"
    note = f" ({finding.note})" if finding.note else ""
    return f"{finding.as_reported} [{outcome}]{when}: {effect(finding)}; {favours(base.corpus, finding)}{note}"


def _finding(base: Base, identifier: str) -> Page:
    key, _, number = identifier.partition(".")
    study = base.corpus.studies[key]
    finding = next(f for f in study.findings if f.id == number)
    sources = {source.id: source.url or source.note or UNKNOWN for source in study.sources}
    lead = [
        f"Study: {study_label(base.corpus, key, base.notices)} ({key})",
        f"Population: {_labels(base, 'populations', finding.populations) or UNKNOWN}",
        f"Condition: {_labels(base, 'conditions', finding.conditions) or 'none'}",
        f"Intervention: {_labels(base, 'interventions', finding.interventions) or 'none'}",
        f"Comparator: {_labels(base, 'interventions', finding.comparators) or study.comparator or UNKNOWN}",
        f"Outcome: {_labels(base, 'outcomes', finding.outcomes)}",
        f"Timepoint: {finding.timepoint or UNKNOWN}",
        f"Effect: {effect(finding)}",
        f"Direction: {favours(base.corpus, finding)}",
    ]
    lead += [f"Note: {finding.note}"] if finding.note else []
    read_in = (sources[source] for source in finding.read_in)
    return Page("finding", identifier, finding.as_reported, tuple(lead), _sections(("Read in", read_in)))


# --- posts -----------------------------------------------------------------------------------------------------


def _claim_of(base: Base, identifier: str) -> Claim:
    slug, _, number = identifier.rpartition(".")
    return next(claim for claim in base.corpus.posts[slug].claims if claim.id == number)


def _claim_line(base: Base, identifier: str, study: str | None = None) -> str:
    claim = _claim_of(base, identifier)
    bearings = [e.bearing for e in claim.evidence if e.study == study] or [claim.verdict.bearing]
    gone = sorted({e.study for e in claim.evidence if e.study} & base.retracted)
    judged = bearing_words(bearings[0]) + (f"; rests on retracted {', '.join(gone)}" if gone else "")
    return f"{identifier}: {claim.statement} [{judged}]"


def _claim(base: Base, identifier: str) -> Page:
    claim = _claim_of(base, identifier)
    verdict = claim.verdict
    who = f"reviewed by {verdict.reviewed_by} on {verdict.reviewed_on}" if verdict.reviewed_by else verdict.basis
    pico = {
        "Population": _labels(base, "populations", claim.populations),
        "Condition": _labels(base, "conditions", claim.conditions),
        "Intervention": _labels(base, "interventions", claim.interventions),
        "Comparator": _labels(base, "interventions", claim.comparators),
        "Outcome": _labels(base, "outcomes", claim.outcomes),
    }
    lead = [f"{role}: {text}" for role, text in pico.items() if text]
    lead += [
        f"Says: {claim.direction.value.replace('-', ' ')}, worded as {claim.wording.value}",
        f"Magnitude: {claim.magnitude or 'none given'}",
        f"Verdict: {bearing_words(verdict.bearing)} ({who})",
        f"Why: {verdict.reason}",
    ]
    judged = (
        f"{study_label(base.corpus, e.study, base.notices) + f' ({e.study})' if e.study else 'no study of the base'}: "
        f"{bearing_words(e.bearing)}, {e.relation.value.replace('-', ' ')}"
        f"{', cited by the post' if e.citation else ''}. {e.reason}"
        for e in claim.evidence
    )
    against = (
        f"{study_label(base.corpus, c.study, base.notices)} ({c.study}): {c.reason} "
        f"({'judged by the curator' if c.judged else 'by rule: the finding points the other way'})"
        for c in base.contradicting(identifier)
    )
    return Page(
        "claim", identifier, claim.statement, tuple(lead), _sections(("Evidence", judged), ("Against it", against))
    )


def _citation(base: Base, identifier: str) -> Page:
    slug, _, number = identifier.rpartition(".")
    citation = next(c for c in base.corpus.posts[slug].citations if c.id == number)
    printed = citation.as_published.model_dump(exclude_none=True)
    lead = [f"{name.capitalize()}: {value}" for name, value in printed.items()] or ["The post gives no detail"]
    meant = citation.study
    known = marked(vancouver(base.corpus.references[meant]), base.notices.get(meant, ())) if meant else UNKNOWN
    lead.append(f"Means: {known}")
    return Page("citation", identifier, f"As published in {base.corpus.posts[slug].title}", tuple(lead))


def _behind(base: Base, key: str | None) -> str:
    """The mark of a study behind its key."""
    said = base.notice_mark(key) if key else ""
    return f" [{said}]" if said else ""


def _post(base: Base, slug: str) -> Page:
    post = base.corpus.posts[slug]
    lead = [
        f"URL: {post.url or UNKNOWN}",
        f"Date: {post.date or UNKNOWN}",
        f"Names conditions: {_labels(base, 'conditions', post.topics.conditions) or 'none'}",
        f"Names interventions: {_labels(base, 'interventions', post.topics.interventions) or 'none'}",
    ]
    citations = (
        f"{c.id} {', '.join(str(v) for v in c.as_published.model_dump(exclude_none=True).values()) or 'no detail'}"
        f" -> {c.study or UNKNOWN}{_behind(base, c.study)}"
        for c in post.citations
    )
    claims = (_claim_line(base, f"{slug}.{claim.id}") for claim in post.claims)
    basis = sorted({claim.verdict.basis for claim in post.claims})
    return Page(
        "post",
        slug,
        post.title,
        tuple(lead),
        _sections(("Claims", claims), ("Verdicts", basis), ("Citations as published", citations)),
    )


# --- terms -----------------------------------------------------------------------------------------------------


def _term(base: Base, noun: str, identifier: str) -> Page:
    vocabulary = f"{noun}s"
    term: Term = base.corpus.vocabulary(vocabulary)[identifier]
    answer = base.bearing_on(**{noun: identifier})
    below = sorted(graphs.narrower(base.graph, graphs.node(noun, identifier)) - {graphs.node(noun, identifier)})
    lead = [
        f"For patients: {term.patient_label}",
        f"Also: {', '.join(term.synonyms) or 'no synonym'}",
        f"Broader: {_labels(base, vocabulary, term.broader) or 'none'}",
        f"Narrower: {_labels(base, vocabulary, (name.split(':', 1)[1] for name in below)) or 'none'}",
        f"Codes: {_codes(term)}",
    ]
    lead += [f"Meant: {term.scope_note}"] if term.scope_note else []
    lead += [f"{name.capitalize()}: {value}" for name, value in _particulars(term)]
    gone = [key for key in answer.studies if key in base.retracted]
    lead.append(
        f"In the base, narrower terms included: {len(answer.studies) - len(gone)} studies, "
        f"{sum(1 for f in answer.findings if f.partition('.')[0] not in base.retracted)} findings, "
        f"{len(answer.claims)} claims in {len(answer.posts)} posts"
    )
    lead += left_out_notes(base.corpus, gone, base.notices)
    studies = (
        f"{key}: {study_label(base.corpus, key, base.notices)}, {base.corpus.studies[key].design.words}. "
        f"{base.corpus.studies[key].conclusion or 'conclusion unknown'}"
        for key in answer.studies
    )
    return Page(
        noun,
        identifier,
        term.label,
        tuple(lead),
        _sections(
            ("Answers", _answers(base, noun, identifier)),
            ("Studies", studies),
            ("Findings with an interval", _with_interval(base, answer.findings)),
            ("What posts claim", (_claim_line(base, claim) for claim in answer.claims)),
            ("Named by posts", _named_by(base, noun, identifier)),
        ),
    )


def _answers(base: Base, noun: str, identifier: str) -> list[str]:
    """The best estimates about a condition or an intervention, a line each, and how many more there are."""
    if noun not in {"condition", "intervention"}:
        return []
    from kb.answers.rows import answer_rows, certainty_words, favours_words
    from kb.answers.words_terms import named

    wanted = {name.split(":", 1)[1] for name in graphs.narrower(base.graph, graphs.node(noun, identifier))}
    questions = base.questions
    rows = answer_rows(questions, questions.about(**{f"{noun}s": wanted}))
    lines = []
    for row in rows[: _ANSWERS - (len(rows) > _ANSWERS)]:
        result, corpus = row.result, base.corpus
        about = f"{result.treatment} against {named(result.compared_with)}"
        ill = f" for {named(corpus.conditions[row.question.condition].label)}" if noun == "intervention" else ""
        lines.append(
            f"{corpus.outcomes[row.question.outcome].label}, {result.when}: {about}{ill}: {result.numbers}; "
            f"favours: {favours_words(result)}; certainty: {certainty_words(result)}"
        )
    more = len(rows) - len(lines)
    return [*lines, f"{more} more: kb synthesize, or the page of the {noun}"] if more else lines


def _codes(term: Term) -> str:
    codes = [f"MeSH {term.mesh}"] if term.mesh else []
    if isinstance(term, Condition):
        codes += [f"ICD-10-CM {code}" for code in term.icd10cm or ()]
    return ", ".join(codes) or UNKNOWN


def _particulars(term: Term) -> Iterable[tuple[str, str]]:
    if isinstance(term, Intervention):
        yield "kind", term.kind.value.replace("-", " ")
    if isinstance(term, Outcome):
        yield "better", term.better.value if term.better else "neither direction"
        yield "unit", term.unit or "depends on the instrument"
        for mcid in term.mcid:
            yield "MCID", f"{mcid.value} {mcid.unit} ({mcid.source})"


def _with_interval(base: Base, identifiers: Iterable[str]) -> Iterable[str]:
    for identifier in identifiers:
        key, _, number = identifier.partition(".")
        if key in base.retracted:
            continue
        finding = next(f for f in base.corpus.studies[key].findings if f.id == number)
        if finding.ci_low is not None and finding.ci_high is not None:
            yield f"{key}: {_finding_line(base, finding)}"


def _named_by(base: Base, noun: str, identifier: str) -> Iterable[str]:
    if noun not in {"condition", "intervention"}:
        return
    wanted = {name.split(":", 1)[1] for name in graphs.narrower(base.graph, graphs.node(noun, identifier))}
    for slug, post in sorted(base.corpus.posts.items()):
        if wanted & set(getattr(post.topics, f"{noun}s")):
            yield f"{slug}: {post.title}"


def to_text(page: Page) -> str:
    """The page as plain text, for pipes and tests; the terminal's width is the reader's own affair."""
    lines = [page.title, f"{page.noun} {page.id}", "", *page.lead]
    for section in page.sections:
        lines += ["", section.heading, *(f"- {line}" for line in section.lines)]
    return "\n".join(lines) + "\n"
