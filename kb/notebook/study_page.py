"""The page of a study: what it found, how it was done, how far it can be trusted, and what rests on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kb.answers.answer import of_trials
from kb.appraisal.level import SOURCE, level, question_of
from kb.cite import author_year, vancouver
from kb.model import InterventionKind
from kb.notebook import answers, evidence, sections, study_figure, study_parts
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
        """Author and year; with its journal, or its key, where another study has the same."""
        label = author_year(self.reference, self.key)
        references = self.base.corpus.references.values()
        twins = [other.shortjournal or other.journal for other in references if author_year(other, other.key) == label]
        journal = (self.reference.shortjournal or self.reference.journal) if self.reference else None
        told = journal if journal and twins.count(journal) == 1 else self.key
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
        title = reference.title if reference and reference.title else "Title unknown"
        mark = self.base.notice_mark(self.key)
        gone = " It is left out of every table, summary and answer." if self.key in self.base.retracted else ""
        said = study.conclusion or "no conclusion is recorded; its findings are below."
        return block(
            paragraph(f"<strong>{escape(mark)}.</strong>{gone}", "kb-lead") if mark else "",
            paragraph(f"The study reports, in our words: <strong>{escape(said)}</strong>", "kb-lead"),
            paragraph(self._sure()),
            paragraph(f"{escape(self._kind())} {escape(self._people())}"),
            paragraph(f"<cite>{escape(title)}</cite>. {escape(self._where())} {self._links()}"),
            study_figure.picture(self.base, study),
            words=f"{author_year(reference, self.key)}: {said}",
            style=True,
        )

    def _sure(self) -> str:
        """How sure its result is: as its authors graded it, and as the base rates the answers that rest on it."""
        told = []
        own = dict.fromkeys(f.certainty.level.value.replace("-", " ") for f in self.study.findings if f.certainty)
        if own:
            told.append(f"Certainty as its authors graded it: {', '.join(own)}.")
        levels = dict.fromkeys(row.result.certainty.words for row in self.rows)
        if levels:
            told.append(f"Certainty of the answers of the base that rest on it: {'; '.join(levels)}.")
        if not told:
            return "Certainty: not rated. No answer of the base rests on a number of this study alone or pooled."
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
        return f"People: {study.population or UNKNOWN}. Follow-up: {study.follow_up or UNKNOWN}."

    def _where(self) -> str:
        reference = self.reference
        if reference is None:
            return "Reference unknown."
        year = reference.year if reference.year is not None else "year unknown"
        return f"{reference.journal or 'Journal unknown'}, {year}."

    def _links(self) -> str:
        reference = self.reference
        found = []
        if reference and reference.pmid:
            found.append(link(f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/", f"PubMed {reference.pmid}"))
        if reference and reference.doi:
            found.append(link(f"https://doi.org/{reference.doi}", f"doi:{reference.doi}"))
        return "; ".join(found) or "No PubMed number or DOI is known."

    def findings(self) -> Block:
        """Every finding with its numbers, an anchor each."""
        study = self.study
        if not study.findings:
            told = "No finding of it is recorded as a result: that means unknown, not that it found nothing."
            return block(paragraph(told), self._left_out(), words=told)
        columns = ("outcome", "studied", "effect", "direction", "about the number")
        rows = [self._finding(finding) for finding in study.findings]
        ids = [finding.id for finding in study.findings]
        return block(
            table("Findings", columns, rows, ids, printed=_PRINTED),
            answers.left_unprinted(len(rows), _PRINTED),
            note("Intervals are 95 % unless said. As the study reports them; nothing is pooled here."),
            self._left_out(),
            words=count(len(rows), "finding"),
        )

    def _finding(self, finding: Finding) -> list[str]:
        corpus, study = self.base.corpus, self.study
        outcome = " + ".join(corpus.outcomes[i].label for i in finding.outcomes)
        ours, theirs = evidence.sides(corpus, study, finding)
        who = " + ".join(corpus.populations[i].label for i in finding.populations)
        about = " + ".join(corpus.conditions[i].label for i in finding.conditions)
        read = ", ".join(finding.read_in)
        notes = [finding.note, f"Printed so in the source: {finding.as_printed}" if finding.as_printed else None]
        told = " ".join(f"{text[:1].upper()}{text[1:]}." for text in notes if text)
        small = f"{finding.timepoint or 'timepoint unknown'}; {about or 'no condition'}; {who or 'people unknown'}"
        return [
            f"{escape(f'{outcome}: {finding.as_reported}')}<br><span class='kb-small'>{escape(small)}</span>",
            f"{escape(ours)} <em>vs</em> {escape(theirs)}",
            traced(escape(effect(finding)), f"{self.key}.{finding.id}"),
            escape(favours(corpus, finding)),
            f"<span class='kb-small'>{escape(told)} Read in: {escape(read or UNKNOWN)}</span>",
        ]

    def _left_out(self) -> str:
        items = [f"{escape(item.as_reported)}: {escape(item.reason)}" for item in self.study.left_out]
        return paragraph("Results that are not carried as findings:") + listing(items) if items else ""

    def answers(self) -> Block:
        """The best estimates of the base that rest on it, alone or with others."""
        if not self.rows:
            told = "None: no finding of it is the best estimate of a question, or part of one."
            return block(paragraph(told), words=told, printed=False)
        corpus = self.base.corpus
        rows = []
        for row in self.rows:
            question, result = row.question, row.result
            words = f"{result.treatment} for {corpus.conditions[question.condition].label}"
            page = f"{self.up}{row.page}.html" if self.up is not None and row.page else None
            rows.append(
                [
                    f"{link(page, words)}: {escape(corpus.outcomes[question.outcome].label)}",
                    escape(f"{result.compared_with}, {result.when}"),
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
            note(f"Levels: {SOURCE}. Nobody has judged more than is said here: unknown is not low risk."),
            study_parts.limitations(study),
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
        return block(sections.to_do(self.base, [self.key], None), words="To-do", printed=False)

    def references(self) -> Block:
        """The reference, linked."""
        reference = self.reference
        if reference is None:
            return block(paragraph("Unknown."), words="Unknown", printed=False)
        shown = marked(vancouver(reference), self.base.notices.get(self.key, ()))
        gaps = f" <em>Unknown: {escape(', '.join(reference.missing))}.</em>" if reference.missing else ""
        return block(paragraph(f"{escape(shown)}{gaps} {self._links()}"), words=shown, printed=False)
