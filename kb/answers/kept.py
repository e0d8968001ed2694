"""Answers that are kept from one run to the next: a question about which nothing changed has the answer that it had.

An answer is made of the studies whose findings the question's terms cover, of the vocabularies, of the certainty that
persons gave, and of the code; its mark is a checksum of just these. One changed number of one study leaves nine answers
in ten as they were, and what they need (to read effects, to pool, to weigh, to word) is not even imported.

The file has a line an answer, its mark first, below a checksum of all lines: a file that was changed counts as none.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

from pydantic import TypeAdapter

from kb.answers.questions import Questions
from kb.answers.result import Answer
from kb.files import put
from kb.graph import broader, node
from kb.model import VOCABULARIES
from kb.synthesis.comparison import Question

_BYTES = 16
"""Bytes of a mark."""


@cache
def _shape() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


def written(answer: Answer) -> bytes:
    """All of an answer as JSON; equal answers are written alike.

    Examples
    --------
    >>> import kb
    >>> answer = kb.open().answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")
    >>> _shape().validate_json(written(answer)) == answer
    True
    """
    return _shape().dump_json(answer)


class Marks:
    """Marks of answers: another one as soon as anything changed that an answer is made of.

    Parameters
    ----------
    questions
        The questions of a base.
    code
        Checksum of the code that answers.
    """

    def __init__(self, questions: Questions, code: str) -> None:
        self._questions = questions
        corpus = questions.corpus
        terms = (term.model_dump_json() for name in VOCABULARIES for term in corpus.vocabulary(name).values())
        reviews = (review.model_dump_json() for review in corpus.certainty)
        gone = (f"{key} {self._study(key)}" for key in sorted(questions.retracted))
        self._shared = _checksum([code, *terms, *reviews, *gone])

    def of(self, question: Question) -> str:
        """The mark of the answer to a question."""
        terms = [
            ("condition", question.condition),
            ("intervention", question.intervention),
            ("outcome", question.outcome),
        ]
        bearing = set.intersection(*(self._carriers.get(term, set()) for term in terms))
        return _checksum([self._shared, repr(question), *(f"{key} {self._study(key)}" for key in sorted(bearing))])

    @cached_property
    def _carriers(self) -> dict[tuple[str, str], set[str]]:
        """Studies with a finding under a term, by the kind and id of the term."""
        found: dict[tuple[str, str], set[str]] = {}
        for key, study in self._questions.corpus.studies.items():
            own = set()
            for finding in study.findings:
                own |= {("condition", term) for term in finding.conditions}
                own |= {("intervention", term) for term in (*finding.interventions, *finding.comparators)}
                own |= {("outcome", term) for term in finding.outcomes}
            for kind, term in own:
                for name in broader(self._questions.graph, node(kind, term)):
                    found.setdefault((kind, name.partition(":")[2]), set()).add(key)
        return found

    def _study(self, key: str) -> str:
        """Checksum of a study and of what else is known of it."""
        if key not in self._studies:
            corpus, registrations = self._questions.corpus, self._questions.registrations or {}
            study, reference = corpus.studies.get(key), corpus.references.get(key)
            parts = [part.model_dump_json() for part in (study, reference) if part is not None]
            self._studies[key] = _checksum([*parts, *sorted(registrations.get(key, ()))])
        return self._studies[key]

    @cached_property
    def _studies(self) -> dict[str, str]:
        return {}


def take_over(questions: Questions, path: Path, code: str) -> list[Question]:
    """Let questions know the answers that are kept; returns those of which the answer is not.

    Parameters
    ----------
    questions
        The questions of a base.
    path
        The file in which answers are kept; may be missing.
    code
        Checksum of the code that answers.
    """
    marks, kept = _taken(questions, path, code)
    return [question for question, mark in marks.items() if mark not in kept]


def answer_all(questions: Questions, path: Path, code: str) -> int:
    """Answer every question of a base, as far as it is kept without working it out; returns how many had to be.

    All are kept from then on. Where the file cannot be written, nothing is. The arguments are those of
    :func:`take_over`.
    """
    marks, kept = _taken(questions, path, code)
    lines = {mark: kept.get(mark) or written(questions.answer(question)) for question, mark in marks.items()}
    if lines.keys() != kept.keys():
        with contextlib.suppress(OSError):
            _save(path, lines)
    return sum(mark not in kept for mark in marks.values())


def _taken(questions: Questions, path: Path, code: str) -> tuple[dict[Question, str], dict[str, bytes]]:
    """The marks of all questions, and what was kept, which the questions now know."""
    marks, kept = Marks(questions, code), _load(path)
    asked = {question: marks.of(question) for question in questions.about()}
    for question, mark in asked.items():
        if mark in kept:
            questions.known[question] = _shape().validate_json(kept[mark])
    return asked, kept


def _load(path: Path) -> dict[str, bytes]:
    try:
        told, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return {}
    if hashlib.sha256(content).hexdigest().encode() != told:
        return {}
    return {line[: 2 * _BYTES].decode(): line[2 * _BYTES + 1 :] for line in content.splitlines()}


def _save(path: Path, lines: dict[str, bytes]) -> None:
    content = b"".join(mark.encode() + b" " + line + b"\n" for mark, line in lines.items())
    put(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def _checksum(parts: Iterable[str]) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=_BYTES).hexdigest()
