"""The base: an evidence folder, loaded, with its frames, its graph and its questions."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from kb import graph as graphs
from kb import store
from kb.model import Corpus
from kb.naming import Names, Thing
from kb.problems import EvidenceError, KbError
from kb.pubmed import notice_files, notices, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    import pandas as pd

    from kb.answers.answer import Answer as EvidenceAnswer
    from kb.answers.questions import Questions
    from kb.answers.rows import AnswerRow
    from kb.checking.check import Source
    from kb.checking.options import CheckOptions
    from kb.checking.result import CheckResult
    from kb.cite import ReferenceList
    from kb.graph import Answer, Contradiction, Graph
    from kb.pubmed.notices import Notice
    from kb.pubmed.snapshot import Entry
    from kb.search import Hit
    from kb.synthesis.comparison import Question
    from kb.tables import Table
    from kb.tables.ending import Given
    from kb.tables.make import TableTerms


def default_evidence() -> Path:
    """The evidence folder: ``KB_EVIDENCE``, or the nearest ``evidence`` at or above the working directory."""
    if given := os.environ.get("KB_EVIDENCE"):
        return Path(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "evidence" / "studies").is_dir():
            return folder / "evidence"
    return here / "evidence"


def open_base(evidence: str | os.PathLike[str] | None = None) -> Base:
    """Open an evidence folder; ``kb.open`` is this function.

    Parameters
    ----------
    evidence
        The folder; None means ``KB_EVIDENCE`` or the nearest ``evidence`` folder.

    Raises
    ------
    EvidenceError
        When the folder holds errors; it names each with file and line.
    """
    root = Path(evidence) if evidence is not None else default_evidence()
    return Base(root, store.load(root))


def check(
    paths: Source | Iterable[Source], *, evidence: str | os.PathLike[str] | None = None, **options: Unpack[CheckOptions]
) -> CheckResult:
    """Check drafts, pages and exports against an evidence folder; ``kb.check`` is this function.

    Parameters
    ----------
    paths
        One or many files: paths, ``-`` for standard input, or pairs of a name and bytes.
    evidence
        The folder; None means ``KB_EVIDENCE`` or the nearest ``evidence`` folder.
    **options
        ``online``, ``ignore``, ``only``, ``suppressions``, ``today``: see :func:`kb.checking.options.options`.

    Examples
    --------
    >>> import kb
    >>> draft = b"Rest may help (Zhang et al., 2019, [PubMed](https://pubmed.ncbi.nlm.nih.gov/39198038/))."
    >>> result = kb.check(("draft.md", draft))
    >>> [post.citations[0].as_published.year for post in result.files[0].posts]
    [2019]
    """
    return open_base(evidence).check(paths, **options)


class Base:
    """Evidence in memory.

    Examples
    --------
    >>> import kb
    >>> base = kb.open()
    >>> base.studies.loc["buist2008", "design"]
    'randomized-controlled-trial'
    >>> base.bearing_on(condition="lateral-epicondylitis", intervention="shockwave").studies[-2:]
    ('zhang2024', 'zhu2025')
    """

    def __init__(self, root: Path, corpus: Corpus) -> None:
        self.root = root
        self.corpus = corpus

    def __repr__(self) -> str:
        return f"<kb.Base {self.root}: {len(self.corpus.studies)} studies, {len(self.corpus.posts)} posts>"

    @cached_property
    def studies(self) -> pd.DataFrame:
        """Studies, one a row, by key."""
        return self._frame("studies")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """Findings, one a row, by ``<study>.<finding>``."""
        return self._frame("findings")

    @cached_property
    def arms(self) -> pd.DataFrame:
        """Arms of findings, one a row."""
        return self._frame("arms")

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Claims with their verdict, one a row, by ``<post>.<claim>``."""
        return self._frame("claims")

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Studies that bear on claims, one pair a row."""
        return self._frame("evidence")

    @cached_property
    def citations(self) -> pd.DataFrame:
        """Citations as published, one a row, by ``<post>.<citation>``."""
        return self._frame("citations")

    @cached_property
    def posts(self) -> pd.DataFrame:
        """Published pages, one a row, by slug."""
        return self._frame("posts")

    @cached_property
    def conditions(self) -> pd.DataFrame:
        """Conditions, one a row, by id."""
        return self._terms("conditions")

    @cached_property
    def interventions(self) -> pd.DataFrame:
        """Interventions, one a row, by id."""
        return self._terms("interventions")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Outcomes, one a row, by id."""
        return self._terms("outcomes")

    @cached_property
    def populations(self) -> pd.DataFrame:
        """Populations, one a row, by id."""
        return self._terms("populations")

    @cached_property
    def snapshot(self) -> dict[str, Entry]:
        """What PubMed says of each PMID, with source and date (see :mod:`kb.pubmed.snapshot`)."""
        entries, problems = snapshot.load(self.root)
        if problems:
            raise EvidenceError(self.root, problems)
        return entries

    @cached_property
    def notices(self) -> dict[str, tuple[Notice, ...]]:
        """Notices in force by key of the study: retractions, concerns, corrections (see :mod:`kb.pubmed.notices`)."""
        found, problems = notice_files.load(self.root, self.corpus.references)
        if problems:
            raise EvidenceError(self.root, problems)
        return found

    @cached_property
    def retracted(self) -> frozenset[str]:
        """Keys of the studies that leave every table, summary and pool.

        Examples
        --------
        >>> import kb
        >>> sorted(kb.open().retracted)
        []
        """
        return notices.excluded(self.notices)

    @cached_property
    def standing(self) -> Graph:
        """The graph without retracted studies and their findings: summaries, counts and maps are made from it."""
        if not self.retracted:
            return self.graph
        gone = {graphs.node("study", key) for key in self.retracted}
        gone |= {f for study in gone if study in self.graph for f in self.graph.succ[study] if f.startswith("finding:")}
        return graphs.subgraph(self.graph, set(self.graph) - gone)

    @cached_property
    def questions(self) -> Questions:
        """The questions that its findings are about, retracted studies left out."""
        from kb.answers.questions import Questions
        from kb.synthesis.reports import registrations

        registered = registrations(self.corpus.references, self.snapshot)
        return Questions(self.corpus, self.standing, self.retracted, registered)

    @cached_property
    def best_estimates(self) -> tuple[AnswerRow, ...]:
        """The best estimates of every question, the surest and largest first."""
        from kb.answers.rows import answer_rows

        return tuple(answer_rows(self.questions, self.questions.about()))

    def notice_mark(self, key: str, *, every: bool = False) -> str:
        """The marks of a study, e.g. ``RETRACTED (2021-03, PMID 33000000)``; empty when there is nothing to say."""
        return notices.mark(self.notices.get(key, ()), every=every)

    @cached_property
    def graph(self) -> Graph:
        """The evidence as a NetworkX MultiDiGraph (nodes and edges: see :mod:`kb.graph`)."""
        return graphs.build(self.corpus)

    def _frame(self, name: str) -> pd.DataFrame:
        from kb import frames

        marks = {"notices": self.notices} if name in {"studies", "findings", "evidence"} else {}
        frame: pd.DataFrame = getattr(frames, name)(self.corpus, **marks)
        return frame

    def _terms(self, name: str) -> pd.DataFrame:
        from kb import frames

        return frames.terms(self.corpus, name)

    def table(self, kind: str = "evidence", *, style: str | Path = "vancouver", **asked: Unpack[TableTerms]) -> Table:
        """The table of ``kb table``; ids are completed, narrower terms included.

        Parameters
        ----------
        kind
            ``evidence``, ``characteristics``, ``summary``, ``claims`` or ``new`` (see :data:`kb.tables.make.KINDS`).
        style
            Of the references: ``vancouver``, ``ama``, ``apa`` or the path of a .csl file.
        **asked
            ``condition``, ``intervention``, ``outcome``, ``population``, ``comparator``, ``post``.

        Raises
        ------
        UnknownIdError
            When a term or post does not exist.
        KbError
            When there is no such kind, or it cannot be made of what was asked for.

        Examples
        --------
        >>> import kb
        >>> made = kb.open().table(condition="lateral-epicondylitis", intervention="focused-shockwave")
        >>> [column.id for column in made.columns[:3]]
        ['study', 'design', 'participants']
        """
        from kb.tables import make

        nouns = {"comparator": "intervention"}
        found = {
            name: self.resolve(str(given), nouns.get(name, name)).id
            for name, given in asked.items()
            if given is not None
        }
        return make.make(
            kind, make.Base(self.corpus, self.graph, lambda: self.questions, self._given(kind, style)), found
        )

    def _given(self, kind: str, style: str | Path) -> Given:
        """What a table is told beside the evidence."""
        from kb.pubmed import candidates
        from kb.tables.ending import Given

        read = {
            key: self.snapshot[reference.pmid].date
            for key, reference in self.corpus.references.items()
            if reference.pmid in self.snapshot
        }
        watched, problems = candidates.load_all(self.root) if kind == "new" else ({}, [])
        if problems:
            raise EvidenceError(self.root, problems)
        return Given(self.notices, read, watched, style)

    def search(self, words: str, limit: int = 20) -> list[Hit]:
        """What best fits the words, best first, retracted studies marked (see :func:`kb.search.search`)."""
        from kb.search import search

        hits = search(self.corpus, words, limit)
        marks = {hit.id: self.notice_mark(hit.id) for hit in hits if hit.noun == "study"}
        return [replace(hit, title=f"{marks[hit.id]}: {hit.title}") if marks.get(hit.id) else hit for hit in hits]

    def bearing_on(
        self,
        *,
        condition: str | None = None,
        intervention: str | None = None,
        outcome: str | None = None,
        population: str | None = None,
    ) -> Answer:
        """What bears on these terms, narrower ones included (see :func:`kb.graph.bearing_on`)."""
        return graphs.bearing_on(
            self.graph, condition=condition, intervention=intervention, outcome=outcome, population=population
        )

    def contradicting(self, claim: str) -> list[Contradiction]:
        """What stands against a claim (see :func:`kb.graph.contradicting`)."""
        return graphs.contradicting(self.graph, claim)

    def resting_on(self, study: str) -> Answer:
        """Claims and posts that rest on a study (see :func:`kb.graph.resting_on`)."""
        return graphs.resting_on(self.graph, study)

    def empty_cells(
        self, conditions: Iterable[str] | None = None, interventions: Iterable[str] | None = None
    ) -> list[tuple[str, str]]:
        """Condition x intervention pairs that no study is about, retracted ones apart.

        Examples
        --------
        >>> import kb
        >>> kb.open().empty_cells(["lateral-epicondylitis"], ["cupping", "shockwave"])
        [('lateral-epicondylitis', 'cupping')]
        """
        return list(graphs.empty_cells(self.standing, conditions, interventions))

    def check(self, paths: Source | Iterable[Source], **options: Unpack[CheckOptions]) -> CheckResult:
        """What is wrong in the citations and claims of some files (see :func:`kb.base.check`)."""
        from kb.checking.check import check as check_files
        from kb.checking.options import options as chosen

        return check_files(self, paths, chosen(self.root, **options))

    def answer(
        self,
        *,
        condition: str,
        intervention: str,
        outcome: str,
        comparator: str | None = None,
        timepoint: str | None = None,
    ) -> EvidenceAnswer:
        """The best estimate for a question, how sure it is, and who disagrees; ids are completed.

        Parameters
        ----------
        condition, intervention, outcome, comparator
            Terms, narrower ones included; the comparator may be left open.
        timepoint
            ``short``, ``medium``, ``long`` or a duration such as ``12 weeks``; all when left open.

        Raises
        ------
        UnknownIdError
            When a term does not exist.
        KbError
            When the timepoint is none.

        Examples
        --------
        >>> import kb
        >>> found = kb.open().answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")
        >>> found.leads[0].studies
        ('zhang2024',)
        """
        from kb.answers.answer import answer
        from kb.synthesis.reports import registrations

        question = self._question(condition, intervention, outcome, comparator, timepoint)
        registered = registrations(self.corpus.references, self.snapshot)
        return answer(self.corpus, self.graph, question, retracted=self.retracted, registrations=registered)

    def estimates(
        self,
        *,
        condition: str,
        intervention: str,
        outcome: str | None = None,
        comparator: str | None = None,
        timepoint: str | None = None,
    ) -> pd.DataFrame:
        """Every estimate that answers a question as a tidy frame, one a row; ids are completed.

        Terms and errors are those of :meth:`answer`; without an outcome, all that were measured. Columns:
        :func:`kb.answers.frame.estimates`.

        Examples
        --------
        >>> import kb
        >>> frame = kb.open().estimates(condition="tennis elbow", intervention="shockwave", outcome="prtee")
        >>> frame[["timepoint", "estimate", "ci_low", "ci_high", "favours", "certainty"]]
          timepoint  estimate  ci_low  ci_high       favours certainty
        0   1 month      8.64     4.7    12.58    comparator       low
        1  3 months      -9.5  -14.05    -4.95  intervention       low
        """
        from kb.answers.frame import estimates, questions_about

        first = self._question(condition, intervention, outcome, comparator, timepoint)
        asked = questions_about(self.questions, first) if outcome is None else [first]
        return estimates(self.questions, asked)

    def _question(
        self, condition: str, intervention: str, outcome: str | None, comparator: str | None, timepoint: str | None
    ) -> Question:
        from kb.synthesis.comparison import Question
        from kb.synthesis.scale import window_asked

        try:
            window = window_asked(timepoint) if timepoint else None
        except ValueError as error:
            raise KbError(str(error)) from error
        return Question(
            self.resolve(condition, "condition").id,
            self.resolve(intervention, "intervention").id,
            self.resolve(outcome, "outcome").id if outcome is not None else "",
            self.resolve(comparator, "intervention").id if comparator else None,
            window,
        )

    def audit(self) -> CheckResult:
        """What is wrong in the published posts, as far as the base keeps them (see :mod:`kb.checking.audit`).

        Examples
        --------
        >>> import kb
        >>> kb.open().audit().summary.rules[0][0]
        'partly-supported'
        """
        from kb.checking.audit import audit
        from kb.checking.options import options

        return audit(self, options(self.root))

    @overload
    def cite(
        self, keys: str | Iterable[str] = ..., *, post: str | None = ..., style: str | Path = ..., format: None = ...
    ) -> ReferenceList: ...
    @overload
    def cite(
        self, keys: str | Iterable[str] = ..., *, post: str | None = ..., style: str | Path = ..., format: str
    ) -> str | bytes: ...
    def cite(
        self,
        keys: str | Iterable[str] = (),
        *,
        post: str | None = None,
        style: str | Path = "vancouver",
        format: str | None = None,  # noqa: A002 - the word of the command line
    ) -> ReferenceList | str | bytes:
        """The references of studies in a style; retracted ones are marked.

        Parameters
        ----------
        keys
            Studies in the order in which they are cited; ids are completed, each study is listed once.
        post
            A post whose references stand first, in the order in which it cites them.
        style
            ``vancouver``, ``ama``, ``apa`` or the path of a .csl file.
        format
            ``text``, ``html``, ``md``, ``json`` or ``docx``; left out for the list itself.

        Returns
        -------
        ReferenceList, str or bytes
            The list, whose ``render`` writes it and whose ``together`` gives the mark of several works; or, with a
            format, what it wrote: bytes for ``docx``.

        Raises
        ------
        UnknownIdError
            When a study or the post does not exist; it names the nearest.
        KbError
            When the style cannot be used.

        Examples
        --------
        >>> import kb
        >>> print(kb.open().cite(["zhang2024"], style="apa", format="text")[:36])
        Zhang, L., Zhang, X., Pang, L., Wang
        """
        from kb.cite import Mark, listing

        cited = [c.study for c in self.corpus.posts[self.resolve(post, "post").id].citations] if post else []
        given = [keys] if isinstance(keys, str) else keys
        wanted = dict.fromkeys([*(key for key in cited if key), *(self.resolve(key, "study").id for key in given)])
        marks = {
            key: [Mark(n.kind.value, n.date, n.pmid, n.doi, n.printed) for n in self.notices.get(key, ())]
            for key in wanted
        }
        references = [self.corpus.references[key] for key in wanted]
        # PubMed says which articles still wait for their issue; a missing volume alone says nothing.
        waiting = {
            r.pmid
            for r in references
            if r.pmid
            and not (r.volume or r.pubstate)
            and (entry := self.snapshot.get(r.pmid))
            and entry.record.publication_status == "aheadofprint"
        }
        listed = listing(
            [r.model_copy(update={"pubstate": "prepublished"}) if r.pmid in waiting else r for r in references],
            style,
            marks=marks,
        )
        return listed if format is None else listed.render(format)

    def touching(self, noun: str, identifier: str, steps: int) -> dict[str, int]:
        """Nodes within some steps of a thing, with their distance (see :func:`kb.graph.touching`)."""
        return graphs.touching(self.graph, graphs.node(noun, identifier), steps)

    def resolve(self, given: str, noun: str | None = None) -> Thing:
        """The thing that a person means by an id, the start of one, a label or a synonym.

        Raises
        ------
        UnknownIdError
            When nothing or more than one thing fits; it names the nearest.

        Examples
        --------
        >>> import kb
        >>> kb.open().resolve("tennis elbow")
        Thing(noun='condition', id='lateral-epicondylitis')
        """
        return self._names.meant(given, noun)

    @cached_property
    def _names(self) -> Names:
        return Names(self.corpus)
