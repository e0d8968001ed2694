"""Parts of the page of a question: a lead, the reasons for its certainty, who disagrees, what is left out."""

from __future__ import annotations

from itertools import count as count_from
from typing import TYPE_CHECKING

from kb.answers import report
from kb.answers.words_terms import named
from kb.appraisal import tools
from kb.appraisal.bias import judged_by
from kb.notebook import answers, evidence, sections
from kb.notebook.html import count, details, escape, figure, listing, note, paragraph, table, traced
from kb.tables import UNKNOWN, effect, favours, study_label

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from kb.answers.answer import Answer, Dissent, Result
    from kb.base import Base
    from kb.figures import Harvest
    from kb.model import Corpus, Finding, RiskOfBias

LEFT_OUT = ("study", "compared with", "timepoint", "what it found", "direction", "why it is not among the results")
RULES = {
    "1": "GRADE handbook (Schünemann et al. 2013)",
    "2": "GRADE guidelines 4, risk of bias (Guyatt et al. 2011, J Clin Epidemiol 64:407)",
    "3": "GRADE guidelines 5, publication bias (Guyatt et al. 2011, J Clin Epidemiol 64:1277)",
    "4": "GRADE guidelines 6, imprecision (Guyatt et al. 2011, J Clin Epidemiol 64:1283)",
    "5": "GRADE guidelines 7, inconsistency (Guyatt et al. 2011, J Clin Epidemiol 64:1294)",
    "6": "GRADE guidelines 8, indirectness (Guyatt et al. 2011, J Clin Epidemiol 64:1303)",
    "7": "GRADE guidelines 9, rating up (Guyatt et al. 2011, J Clin Epidemiol 64:1311)",
    "house rule": "house rule, stricter than GRADE: what nobody judged is never low risk",
}
"""Sources of the rules as :mod:`kb.appraisal.certainty` numbers them."""


def leads(base: Base, results: Sequence[Result], up: str | None, *, before: Result | None = None) -> list[str]:
    """The leading results; who was studied is said once where it is the same study as ``before``."""
    earlier = [before.studies if before else None, *(result.studies for result in results)]
    return [
        _lead(base, result, up, again=result.studies == last) for result, last in zip(results, earlier, strict=False)
    ]


def facts(results: Sequence[Result]) -> dict[str, object]:
    """The leading results as plain data, by comparator and time, for the comparison of builds."""
    told: dict[str, object] = {}
    for result in results:
        name = f"{result.treatment} against {named(result.compared_with)}, {result.measure}, {result.when}"
        told[_unused(name, told)] = {
            "estimate": result.estimate,
            "interval": [result.ci_low, result.ci_high],
            "certainty": result.certainty.words,
            "studies": [*result.studies],
        }
    return told


def _unused(name: str, taken: Container[str]) -> str:
    return next(each for n in count_from(1) if (each := name if n == 1 else f"{name} ({n})") not in taken)


def without_estimate(base: Base, found: Answer, up: str | None) -> list[str]:
    """What each finding without a comparable estimate found, as items of a list."""
    items = []
    for row in left_out(base, found, up):
        study, against, when, told, direction, _ = row
        items.append(f"{study}, against {against}, {when}: {told.replace('<br>', ', ')}. {direction.capitalize()}.")
    return items


def _lead(base: Base, result: Result, up: str | None, *, again: bool) -> str:
    """One leading result: a sentence, its numbers, how sure and who says so."""
    corpus = base.corpus
    against = (
        f"Against {named(result.compared_with)}"
        if result.compared_with != "no comparator named"
        else "Without a comparator"
    )
    studied = f"Measured: {escape(result.printed.as_reported)}. " if result.printed else ""
    studied += "" if again else f"Studied in: {sections.prose(base, people(corpus, result), up)}."
    return (
        '<div class="kb-claim">'
        + paragraph(f"<strong>{escape(against)}, {escape(result.when)}</strong>")
        + paragraph(escape(result.clinician), "kb-lead")
        + paragraph(f"{answers.numbers_of(escape(result.numbers), result)}: {escape(report.side_words(result))}.")
        + paragraph(f"{source(base, result, up)}. {studied}".strip(), "kb-small")
        + "</div>"
    )


def source(base: Base, result: Result, up: str | None) -> str:
    """Where a result comes from, linked."""
    links = ", ".join(
        sections.study_link(base, study, up, min(f for s, f in result.findings if s == study))
        for study in result.studies
    )
    people_known = f", n = {result.n:,}" if result.n is not None else ""
    if result.kind == "review":
        design = base.corpus.studies[result.studies[0]].design.words
        of = f" of {result.k} studies" if result.k and result.k > 1 else ""
        return f"{links} ({escape(design)}{of}{people_known})"
    if result.kind == "study":
        return f"{links} ({escape(base.corpus.studies[result.studies[0]].design.words)}{people_known})"
    return f"{result.k} studies pooled{people_known}: {links}"


def people(corpus: Corpus, result: Result) -> str:
    """Who was studied, as the studies describe it where there is one, else by group."""
    if len(result.studies) == 1 and (told := corpus.studies[result.studies[0]].population):
        return told
    ids = dict.fromkeys(p for key in result.studies for p in corpus.studies[key].populations)
    return ", ".join(corpus.populations[p].label for p in ids if p in corpus.populations) or "population unknown"


def measured(corpus: Corpus, result: Result) -> str:
    """The outcomes of the findings of a result."""
    printed = [result.printed] if result.printed else [row.printed for row in result.group.rows] if result.group else []
    ids = dict.fromkeys(outcome for finding in printed for outcome in finding.outcomes)
    return ", ".join(corpus.outcomes[i].label for i in ids)


def prediction(result: Result) -> str:
    """The prediction interval of a pool in words; empty where there is none."""
    pooled = result.pooled
    if pooled is None or pooled.prediction_low is None or pooled.prediction_high is None:
        return ""
    low, high = pooled.back(pooled.prediction_low), pooled.back(pooled.prediction_high)
    return f"to be expected in a new study ({pooled.level:g} % prediction interval): {low:.3g} to {high:.3g}"


def how_made(base: Base, found: Answer) -> str:
    """How pooled and converted numbers were made; nothing where all are as printed."""
    notes = [
        f"{named(result.compared_with)}, {result.when}: {text}"
        for result in found.results
        if result.group is not None
        for text in result.group.notes
    ]
    steps = [
        f"{result.review.label}, {result.when}: {text}"
        for result in found.results
        if result.review is not None and result.review.effect is not None
        for text in result.review.effect.how
    ]
    items = list(dict.fromkeys(notes + steps))
    return (
        details(
            f"How the numbers were made ({len(items)})",
            listing(escape(sections.with_names(base, item)) for item in items),
        )
        if items
        else ""
    )


# --- certainty -------------------------------------------------------------------------------------------------------


def reasons(leads: Sequence[Result], about: Sequence[str] = ()) -> tuple[str, list[str]]:
    """A table of steps for each way to a certainty, and the numbers of the rules that were used.

    ``about`` says what each result is about where that is not the page's own question.
    """
    said = {id(result): words for result, words in zip(leads, about, strict=False)}

    def named_here(result: Result) -> str:
        alone = result.compared_with == "no comparator named"
        against = "without a comparator" if alone else f"against {named(result.compared_with)}"
        return f"{said.get(id(result), '')}{against}, {result.when}"

    alike: dict[tuple[object, ...], list[Result]] = {}
    for result in leads:
        alike.setdefault((result.certainty,), []).append(result)
    parts: list[str] = []
    heads: list[str] = []
    used: dict[str, None] = {}
    for some in alike.values():
        certainty = some[0].certainty
        results = "; ".join(f"{named_here(r)}: {r.numbers}" for r in some)
        sure = f"{certainty.words[:1].upper()}{certainty.words[1:]}"
        heads.append(f"{sure}: {'; '.join(map(named_here, some))}")
        first = f"<strong>{escape(sure)}.</strong> {escape(results[:1].upper() + results[1:])}."
        head = paragraph(first)
        if certainty.overrule is not None:
            head += paragraph(escape(f"A person's reason: {certainty.overrule.reason}"))
        rows = [
            [escape(s.domain.value), _change(s.change), escape(s.reason), escape(_rule(s.source))]
            for s in certainty.steps
        ]
        used |= dict.fromkeys(step.source for step in certainty.steps)
        made = table("Steps of the certainty", ("domain", "change", "reason", "rule"), rows)
        told = made or paragraph(escape(_why_not(some[0])))
        parts.append(head + told)
    folded = [details(head, part) for head, part in zip(heads[1:], parts[1:], strict=True)]
    opened = [parts[0], *folded] if len(parts) > 2 else parts
    return "\n".join(opened), list(used)


def _change(change: int) -> str:
    return "0" if change == 0 else f"{change:+d}".replace("-", "−")


def _rule(number: str) -> str:
    return f"rule {number}" if number.isdigit() else number


def _why_not(result: Result) -> str:
    if result.certainty.level is None:
        return (
            "Nobody rated it, and the rules do not: it is not known that the review holds randomized trials only, so "
            "there is nothing to start from."
        )
    return "No step is recorded."


def rules(used: Iterable[str]) -> str:
    """What the numbers of the rules stand for."""
    known = [f"{_rule(number)}: {RULES[number]}" for number in sorted(used) if number in RULES]
    return details("The rules and where they come from", listing(map(escape, known))) if known else ""


# --- who disagrees, what is left out -------------------------------------------------------------------------------


def dissent(base: Base, item: Dissent, up: str | None) -> list[str]:
    """A row of a finding that points another way."""
    finding = _finding(base.corpus, item.study, item.finding)
    return [
        sections.study_link(base, item.study, up, item.finding),
        escape(named(item.compared_with)) if item.compared_with else UNKNOWN,
        escape(item.timepoint or UNKNOWN),
        _found(item.study, finding),
        escape(favours(base.corpus, finding)),
    ]


def _finding(corpus: Corpus, key: str, identifier: str) -> Finding:
    return next(finding for finding in corpus.studies[key].findings if finding.id == identifier)


def _found(key: str, finding: Finding) -> str:
    effects = traced(escape(effect(finding)), f"{key}.{finding.id}")
    return f"{effects}<br><span class='kb-small'>{escape(finding.as_reported)}</span>"


def left_out(base: Base, found: Answer, up: str | None) -> list[list[str]]:
    """A row for each finding on the question that is not among the results, with the reason."""
    corpus = base.corpus
    outs = [
        (out.study, out.finding, out.reason) for out in found.comparison.excluded if out.study not in base.retracted
    ]
    outs += [(review.study, review.printed.id, why) for review, why in report.without_number(found)]
    rows = []
    for key, identifier, reason in outs:
        finding = _finding(corpus, key, identifier)
        theirs = " + ".join(corpus.interventions[i].label for i in finding.comparators if i in corpus.interventions)
        rows.append(
            [
                sections.study_link(base, key, up, identifier),
                escape(named(theirs) if theirs else evidence.sides(corpus, corpus.studies[key], finding)[1]),
                escape(finding.timepoint or UNKNOWN),
                _found(key, finding),
                escape(favours(corpus, finding)),
                escape(reason),
            ]
        )
    return rows


def harvest(base: Base, found: Answer) -> Harvest:
    """Directions of the findings that cannot be compared as numbers, a band a comparator."""
    from kb import figures

    corpus = base.corpus
    asked = found.question.intervention
    bands: dict[str, list[figures.HarvestBar]] = {}
    outs = [(out.study, out.finding) for out in found.comparison.excluded if out.study not in base.retracted]
    outs += [(review.study, review.printed.id) for review, _ in report.without_number(found)]
    for key, identifier in outs:
        study, finding = corpus.studies[key], _finding(corpus, key, identifier)
        theirs = " or ".join(corpus.interventions[i].label for i in finding.comparators if i in corpus.interventions)
        label = study_label(corpus, key)
        bar = figures.HarvestBar(
            f"{label}{f', {finding.timepoint}' if finding.timepoint else ''}",
            figures.way_of(finding.direction_for([asked])),
            study.n_participants,
            study.design,
        )
        bands.setdefault(f"Against {named(theirs)}" if theirs else "No comparator named", []).append(bar)
    treatment = named(corpus.interventions[asked].label)
    title = f"{corpus.outcomes[found.question.outcome].label}: {treatment}"
    return figures.compute_harvest(title, bands.items(), f"favours {treatment}", "favours the other side")


# --- risk of bias ----------------------------------------------------------------------------------------------------


def risk_of_bias(base: Base, keys: Sequence[str], up: str | None) -> tuple[str, str]:
    """Lights of what was judged, a figure a tool; the rest named as not assessed."""
    from kb import figures

    corpus = base.corpus
    by_tool: dict[str, list[tuple[str, RiskOfBias]]] = {}
    for key in keys:
        for appraisal in judged_by(corpus.studies[key]):
            by_tool.setdefault(appraisal.tool, []).append((study_label(corpus, key), appraisal))
    parts, words = [], []
    for name, judged in by_tool.items():
        tool = tools.load().get(name)
        if tool is None:
            continue
        with_domains = [(label, appraisal, None) for label, appraisal in judged if appraisal.domains]
        if with_domains:
            data = figures.compute_lights("Studies of this question", tool, with_domains)
            told = figures.lights_words(data)
            parts.append(figure(figures.draw_lights(data), figures.draw_lights(data, figures.WIDE), told))
            words.append(told)
        items = [_judged(label, appraisal) for label, appraisal in judged]
        parts.append(paragraph(f"<strong>{escape(tool.name)}</strong>") + listing(map(escape, items)))
        words += items
    silent = [key for key in keys if not corpus.studies[key].risk_of_bias]
    if silent:
        named_here = ", ".join(sections.study_link(base, key, up) for key in silent)
        told = f"Not assessed for {count(len(silent), 'study', 'studies')}"
        parts.append(paragraph(f"{told}: {named_here}."))
        parts.append(note("Not assessed means that nobody judged it, not that the risk is low."))
        words.append(told)
    return "\n".join(parts) or paragraph("No study."), "; ".join(words) or "No study"


def _judged(label: str, appraisal: RiskOfBias) -> str:
    said = tools.overall(appraisal)
    tool = tools.load().get(appraisal.tool)
    found = tool.judgement(said, whole=True) if tool and said else None
    score = f"{appraisal.score:g} of {tool.score[1]:g}" if tool and tool.score and appraisal.score is not None else ""
    what = score or (found.label if found else said) or "no whole judgement"
    when = f" on {appraisal.on.isoformat()}" if appraisal.on else ""
    of = f" (finding {appraisal.finding})" if appraisal.finding else ""
    return f"{label}: {what}, judged by {appraisal.by}{when}{of}"
