"""Which notebooks a base has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from rapidfuzz import process

from kb.model import InterventionKind
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.base import Base


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook to make.

    Parameters
    ----------
    template
        Name of the template, e.g. ``condition``.
    output
        Path of the executed notebook below the notebooks folder, e.g. ``condition/hamstring-strain.ipynb``.
    parameters
        Values for parameters that the template declares.
    """

    template: str
    output: str
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The output without its ending; what ``--only`` names."""
        return self.output.removesuffix(".ipynb")


def plan(base: Base) -> list[Job]:
    """A notebook for every condition, intervention (but controls) and post, the overview and the audit, in order.

    A question has one where two studies or more are about its condition and intervention and one of them gives an
    estimate that can be compared (see :class:`kb.answers.questions.Questions`).

    Examples
    --------
    >>> import kb
    >>> jobs = plan(kb.open())
    >>> jobs[0].name, jobs[1].name.split("/")[0]
    ('overview', 'audit')
    """
    corpus = base.corpus
    interventions = [t.id for t in corpus.interventions.values() if t.kind is not InterventionKind.CONTROL]
    ids = {"condition": list(corpus.conditions), "intervention": interventions, "post": list(corpus.posts)}
    jobs = [Job("overview", "overview.ipynb"), Job("audit", "audit.ipynb")]
    jobs += [
        Job(noun, f"{noun}/{identifier}.ipynb", {noun: identifier}) for noun in ids for identifier in sorted(ids[noun])
    ]
    for question, name in base.questions.pages.items():
        asked = {noun: getattr(question, noun) for noun in ("condition", "intervention", "outcome")}
        jobs.append(Job("comparison", f"{name}.ipynb", asked))
    return jobs


def select(jobs: Sequence[Job], only: Iterable[str]) -> list[Job]:
    """The jobs whose name fits one of the patterns (shell wildcards, or the bare id of a term or post).

    Raises
    ------
    KbError
        When a pattern fits nothing; it names the nearest.

    Examples
    --------
    >>> jobs = [Job("overview", "overview.ipynb"), Job("post", "post/tight-hips.ipynb")]
    >>> [job.name for job in select(jobs, ["post/*"])]
    ['post/tight-hips']
    >>> select(jobs, ["tight-hip"])
    Traceback (most recent call last):
    kb.problems.KbError: no notebook 'tight-hip': did you mean 'post/tight-hips'?
    """
    chosen: set[str] = set()
    names = [job.name for job in jobs]
    for given in only:
        pattern = given.removesuffix(".ipynb")
        fits = [name for name in names if fnmatchcase(name, pattern) or name.rpartition("/")[2] == pattern]
        if not fits:
            near = [match[0] for match in process.extract(pattern, names, limit=3, score_cutoff=60)]
            hint = f": did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
            raise KbError(f"no notebook '{given}'{hint}")
        chosen.update(fits)
    return [job for job in jobs if job.name in chosen]
