"""The page of a study: what it found, how it was done, how far it can be trusted, and what rests on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kb.answers.answer import of_trials
from kb.answers.words_terms import named
from kb.appraisal.level import SOURCE, level, question_of
from kb.cite import author_year, vancouver
from kb.model import CertaintyLevel, InterventionKind
from kb.notebook import answers, evidence, sections, sources, study_figure, study_parts
from kb.notebook.html import Block, Heading, block, count, escape, link, listing, note, paragraph, table, tag, traced
from kb.pubmed.notices import marked
from kb.tables import UNKNOWN, effect, favours

if TYPE_CHECKING:
    from kb.answers.rows import AnswerRow
    from kb.base import Base
    from kb.model import Finding, Reference, Study

_PRINTED = 3
"""Findings that a printed page holds."""


class StudyPage:
    """What the base holds about one study; each method is one section.

    Parameters
    ----------
    base
        The evidence.
    key
        The study's key.
    up
        Way from the page to the site's root, e.g. ``../``; None where there is no site around it.

    Examples
    --------
    >>> import kb
    >>> page = StudyPage(kb.open(), "zhang2024")
    >>> page.title().text
    'Zhang et al. 2024'
    >>> 'id="f01"' in page.findings().html
    True
    """

    def __init__(self, base: Base, key: str, up: str | None = "../") -> None:
        self.base, self.key, self.up = base, key, up

    @property
    def study(self) -> Study:
        """The study itself."""
        return self.base.corpus.studies[self.key]

    @property
    def reference(self) -> Reference | None:
        """Its reference; None where nobody has recorded one."""
        return self.base.corpus.references.get(self.key)

    @cached_property
    def rows(self) -> list[AnswerRow]:
        """The best estimates of the base that rest on it."""
        return [row for row in self.base.best_estimates if self.key in row.result.studies]

    def title(self) -> Heading:
        """Author and year; with its journal, or its title, where another study has the same."""
        reference, label = self.reference, author_year(self.reference, self.key)
        if reference is None or not reference.title:
            return Heading(label if reference and reference.author else f"Reference unknown ({label})")
        if not reference.author:
            return Heading(f"{reference.title} ({reference.year or 'year unknown'})")
        references = self.base.corpus.references.values()
        twins = [other.shortjournal or other.journal for other in references if author_year(other, other.key) == label]
        journal = reference.shortjournal or reference.journal
        told = journal if journal and twins.count(journal) == 1 else reference.title
        return Heading(f"{label} ({told})" if len(twins) > 1 else label)

    def sections(self) -> list[tuple[str, Block]]:
        """Every section after the answer, with its heading."""
        return [
            ("What it found", self.findings()),
            ("Answers that rest on it", self.answers()),
            ("How it was done, and how far to trust it", self.appraisal()),
            ("What posts make of it", self.posts()),
            ("Record and notices", self.record()),
            ("How it was checked", self.checked()),
            ("To do", self.to_do()),
            ("Reference", self.references()),
        ]

    def blocks(self) -> list[Heading | Block]:
        """The whole page: its title, the answer, then each section after its heading."""
        made: list[Heading | Block] = [self.title(), self.answer()]
        for head, section in self.sections():
            made += [Heading(head), section]
        return made

    # --- sections ------------------------------------------------------------------------------------------------

    def answer(self) -> Block:
        """What was found, in a sentence that says whose it is; how sure; what kind of study; one picture."""
        study, reference = self.study, self.reference
        mark = self.base.notice_mark(self.key)
        gone = " It is left out of every table, summary and answer." if self.key in self.base.retracted else ""
        said = study.conclusion or "no conclusion is recorded; its findings are below."
        return block(
            paragraph(f"<strong>{escape(mark)}.</strong>{gone}", "kb-lead") if mark else "",
            paragraph(f"The study reports, in our words: <strong>{escape(said)}</strong>", "kb-lead"),
            paragraph(self._sure()),
            paragraph(f"{escape(self._kind())} {sections.prose(self.base, self._people(), self.up)}"),
            paragraph(f"{self._where()} {self._links()}"),
            study_figure.picture(self.base, study),
            words=f"{author_year(reference, self.key)}: {said}",
            style=True,
        )

    def _sure(self) -> str:
        """How sure its result is: as its authors graded it, and as the base rates the answers that rest on it."""
        told = []
        own = {f.certainty.level.value for f in self.study.findings if f.certainty}
        if own:
            told.append(f"Certainty as its authors graded it: {_levels(own)}.")
        by: dict[str, set[str]] = {}
        for row in self.rows:
            level, _, basis = row.result.certainty.words.partition(" (")
            by.setdefault(basis, set()).add(level.removesuffix(" certainty").replace(" ", "-"))
        if by:
            levels = [
                f"{_levels(some)}{f' ({basis}' if basis else ''}" for basis, some in sorted(by.items(), reverse=True)
            ]
            told.append(f"Certainty of the answers that rest on it: {'; '.join(levels)}.")
        if not told:
            return "Certainty: not rated. No answer here rests on the numbers of this study."
        return escape(" ".join(told))

    def _kind(self) -> str:
        study = self.study
        design = sections.design_words(study)
        detail = f" ({study.design_detail})" if study.design_detail else ""
        return f"{design[:1].upper()}{design[1:]}{detail}; {sections.sample_words(study)}; {self._level()}."

    def _level(self) -> str:
        known = self.base.corpus.interventions
        named = [i for f in self.study.findings for i in f.interventions] or self.study.intervention_ids
        kinds = [known[i].kind for i in named if i in known and known[i].kind is not InterventionKind.CONTROL]
        asked = dict.fromkeys(map(question_of, kinds)) or {question_of(None): None}
        randomized = True if of_trials(self.base.corpus, self.study) else None
        return "; ".join(str(level(self.study.design, question, of_trials=randomized)) for question in asked)

    def _people(self) -> str:
        study = self.study
        if not study.population and not study.follow_up:
            return "Who was studied, and for how long, is unknown."
        who = sections.sentence(study.population) if study.population else "Who was studied is unknown."
        return f"{who} Follow-up: {study.follow_up or UNKNOWN}."

    def _where(self) -> str:
        reference = self.reference
        if reference is None:
            return "Its reference is unknown."
        title = f"<cite>{escape(reference.title)}</cite>." if reference.title else "Title unknown."
        if not reference.journal and reference.year is None:
            return f"{title} Journal and year unknown."
        year = reference.year if reference.year is not None else "year unknown"
        return f"{title} {escape(reference.journal or 'Journal unknown')}, {year}."

    def _links(self) -> str:
        reference = self.reference
        found = []
        if reference and reference.pmid:
            found.append(link(f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/", f"PubMed {reference.pmid}"))
        if reference and reference.doi:
            found.append(link(f"https://doi.org/{reference.doi}", f"doi:{reference.doi}"))
        return ", ".join(found) or "No PubMed number or DOI is known."

    def findings(self) -> Block:
        """Every finding with its numbers, an anchor each."""
        study = self.study
        if not study.findings:
            told = "None of its results is recorded here: that means unknown, not that it found nothing."
            return block(paragraph(told), self._left_out(), words=told)
        columns = ("outcome", "studied", "effect", "direction", "about the number")
        rows = [self._finding(finding) for finding in study.findings]
        ids = [finding.id for finding in study.findings]
        return block(
            table("Findings", columns, rows, ids, printed=_PRINTED),
            answers.left_unprinted(len(rows), _PRINTED),
            note(
                "Results as the study reports them; nothing is pooled here. Intervals are 95 % unless another is named."
            ),
            self._left_out(),
            words=count(len(rows), "finding"),
        )

    def _finding(self, finding: Finding) -> list[str]:
        corpus, study = self.base.corpus, self.study
        ours, theirs = evidence.sides(corpus, study, finding)
        who = " + ".join(corpus.populations[i].label for i in finding.populations)
        about = " + ".join(corpus.conditions[i].label for i in finding.conditions)
        notes = [finding.note, f"As printed in the source: {finding.as_printed}" if finding.as_printed else None]
        told = sections.prose(self.base, " ".join(sections.sentence(text) for text in notes if text), self.up)
        source = sources.read_in(study, finding.read_in)
        small = "; ".join(
            (
                finding.timepoint or "timepoint unknown",
                about or "no condition named",
                who or "people unknown",
            )
        )
        return [
            f"{escape(evidence.outcome_words(corpus, finding))}<br><span class='kb-small'>{escape(small)}</span>",
            evidence.sides_words(ours, theirs),
            traced(escape(effect(finding)), f"{self.key}.{finding.id}"),
            escape(favours(corpus, finding)),
            f"<span class='kb-small'>{told} Source: {source}.</span>",
        ]

    def _left_out(self) -> str:
        items = [f"{escape(item.as_reported)}: {escape(item.reason)}" for item in self.study.left_out]
        return (
            paragraph("Further results of the study, and why they are not in the table:") + listing(items)
            if items
            else ""
        )

    def answers(self) -> Block:
        """The best estimates of the base that rest on it, alone or with others."""
        if not self.rows:
            told = "None: no finding of this study is the best estimate for a question, or pooled in one."
            return block(paragraph(told), words=told, printed=False)
        corpus = self.base.corpus
        rows = []
        for row in self.rows:
            question, result = row.question, row.result
            words = f"{answers.treatment_words(result)} for {named(corpus.conditions[question.condition].label)}"
            about = corpus.outcomes[question.outcome].label
            told = "" if about == corpus.conditions[question.condition].label else f": {named(about)}"
            page = f"{self.up}{row.page}.html" if self.up is not None and row.page else None
            rows.append(
                [
                    f"{link(page, words)}{escape(told)}",
                    escape(f"{named(result.compared_with)}, {result.when}"),
                    answers.numbers_of(escape(result.numbers), result),
                    tag(result.certainty.words),
                    escape(answers.source_of(self.base, row)),
                ]
            )
        columns = ("question", "compared with", "estimate", "certainty", "from")
        made = table("Best estimates that rest on this study", columns, rows)
        return block(made, note(answers.BY_RULE), words=count(len(rows), "answer"), printed=False)

    def appraisal(self) -> Block:
        """Level, risk of bias, what can be computed, and limitations; unknown is shown."""
        study = self.study
        return block(
            listing(study_parts.appraisal(study, self._level())),
            note(f"Levels of evidence: {SOURCE}. Where risk of bias was not assessed, it is unknown, not low."),
            study_parts.limitations(self.base, study, self.up),
            words="Appraisal",
            printed=False,
        )

    def posts(self) -> Block:
        """Which posts cite it, and which claims rest on it, with their verdicts."""
        body = study_parts.posts(self.base, self.key, self.up)
        return block(body, words="Posts and claims", printed=False)

    def record(self) -> Block:
        """PubMed's record as the base keeps it, with its source and date, and what became of the study."""
        return block(*study_parts.record(self.base, self.key), words="PubMed record", printed=False)

    def checked(self) -> Block:
        """What the curator saw of it, and where a second reading differed."""
        return block(*study_parts.checked(self.base, self.key, self.up), words="How it was checked", printed=False)

    def to_do(self) -> Block:
        """What is only recalled, and to be checked in the full text."""
        return block(sections.to_do(self.base, [self.key], self.up, alone=True), words="To-do", printed=False)

    def references(self) -> Block:
        """The reference, linked."""
        reference = self.reference
        if reference is None:
            return block(paragraph("It is unknown."), words="Unknown", printed=False)
        shown = marked(vancouver(reference), self.base.notices.get(self.key, ()))
        return block(paragraph(f"{escape(shown)}{sections.no_number(reference)}"), words=shown, printed=False)


def _levels(found: set[str]) -> str:
    """Some levels of certainty, the highest first; what is no level comes last.

    Examples
    --------
    >>> _levels({"low", "very-low", "moderate"}), _levels({"not-rated"})
    ('moderate, low or very low', 'not rated')
    """
    known = [level.value for level in CertaintyLevel]
    *most, last = sorted(found, key=lambda name: known.index(name) if name in known else len(known))
    return f"{', '.join(most)}{' or ' if most else ''}{last}".replace("-", " ")
