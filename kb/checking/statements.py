"""Statements of a post: the sentences that citations are given for, and sentences with a curated claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind
from kb.citations.resolution import Confidence
from kb.claims.verdicts import curated

if TYPE_CHECKING:
    from kb.checking.published import Known
    from kb.citations.find_model import FoundCitation, Sentence
    from kb.citations.read import PostText
    from kb.citations.resolution import Resolution
    from kb.model import Claim, Post


@dataclass(slots=True)
class Statement:
    """Sentences of one block, the studies cited for them, and the curated claims that stand in them.

    ``sentences`` are in order; the last one is the statement's own: its locator is the statement's. Of one that holds
    the statements of several citations each has its part (see :mod:`kb.citations.find_spans`).
    """

    block: int
    sentences: tuple[Sentence, ...]
    studies: dict[str, Confidence] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    curated: list[str] = field(default_factory=list)
    """Locators of its sentences whose curated verdicts are shown with it."""

    @property
    def start(self) -> int:
        """Its first character."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """The character after its last."""
        return self.sentences[-1].end

    @property
    def own(self) -> Sentence:
        """The sentence by which it is known."""
        return self.sentences[-1]

    def text(self, post: PostText) -> str:
        """As it stands."""
        return post.blocks[self.block].text[self.start : self.end]


def statements(
    found: Sequence[FoundCitation], resolutions: Sequence[Resolution], entry: Post | None, known: Iterable[Known]
) -> list[Statement]:
    """Statements of a post in order.

    A curated claim belongs to the statement whose own sentence it is, else to one that holds its sentence, else it is
    a statement by itself. Of several it is the one that cites most of the claim's studies.

    Parameters
    ----------
    found, resolutions
        Citations and what they mean.
    entry, known
        The curated post, and the sentences of it that stand in this one.
    """
    made: dict[tuple[int, int, int], Statement] = {}
    for citation, resolution in zip(found, resolutions, strict=True):
        if citation.kind is CitationKind.REFERENCE or not citation.statement:
            continue
        key = (citation.block, citation.statement[0].start, citation.statement[-1].end)
        statement = made.setdefault(key, Statement(citation.block, citation.statement))
        record = resolution.record
        if record is not None and record.key is not None and resolution.confidence is not Confidence.UNKNOWN:
            sure = resolution.confidence
            old = statement.studies.get(record.key)
            statement.studies[record.key] = Confidence.CERTAIN if Confidence.CERTAIN in {old, sure} else sure
    if entry is not None:
        _add_claims(made, entry, known)
    return sorted(made.values(), key=lambda statement: (statement.block, statement.start, statement.end))


def _add_claims(made: dict[tuple[int, int, int], Statement], entry: Post, known: Iterable[Known]) -> None:
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in entry.claims:
        claims[claim.locator.sha256].append(claim)
    by_block: defaultdict[int, list[Statement]] = defaultdict(list)
    for statement in made.values():
        by_block[statement.block].append(statement)
    for block, sentence, locator in known:
        if locator not in claims:
            continue
        holding = [s for s in by_block[block] if any(_share(part, sentence) for part in s.sentences)]
        own = [s for s in holding if _share(s.own, sentence)]
        if not holding:
            new = Statement(block, (sentence,))
            made[block, sentence.start, sentence.end] = new
            by_block[block].append(new)
        told = {evidence.study for claim in claims[locator] for evidence in claim.evidence}
        statement = max(own or holding or [by_block[block][-1]], key=lambda s: len(told & s.studies.keys()))
        statement.claims += claims[locator]
        statement.curated.append(locator)
        if not curated(entry, locator):  # nothing is shown twice: what is curated as supported is so for all of them
            for other in own:
                if other is not statement:
                    other.curated.append(locator)


def _share(part: Sentence, sentence: Sentence) -> bool:
    return part.start < sentence.end and sentence.start < part.end
