"""What a reviewer asks of a change of the evidence: from which words to which; kept beside the accepted facts.

Digests say that something changed. Here stands what it said: size, design and conclusion of each study, the effect of
each finding, the name of each term, the verdict on each claim, and what a person judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kb.drift.wording import brief, moved_words
from kb.tables.table import UNKNOWN
from kb.tables.words import bearing_words, effect, sample

if TYPE_CHECKING:
    from kb.model import Corpus

Told = Mapping[str, str]
"""What something is, by name: ``study lee2020 size`` -> ``n = 120``."""


def told(corpus: Corpus) -> dict[str, str]:
    """What the evidence says, by name.

    Examples
    --------
    >>> import kb
    >>> some = told(kb.open().corpus)
    >>> some["study buist2008 size"], some["term outcomes prtee"]
    ('n = 532', 'Patient-Rated Tennis Elbow Evaluation')
    """
    return {name: " ".join(words.split()) for name, words in _all(corpus)}


def _all(corpus: Corpus) -> Iterator[tuple[str, str]]:
    for key, study in corpus.studies.items():
        yield f"study {key} design", study.design.words
        yield f"study {key} size", sample(study)
        yield f"study {key} conclusion", study.conclusion or UNKNOWN
        for finding in study.findings:
            yield f"finding {key} {finding.id}", effect(finding)
    for vocabulary in ("conditions", "interventions", "outcomes", "populations"):
        for name, term in corpus.vocabulary(vocabulary).items():
            yield f"term {vocabulary} {name}", term.label
    for slug, post in corpus.posts.items():
        for claim in post.claims:
            yield f"verdict {slug} {claim.id}", bearing_words(claim.verdict.bearing)
    for review in corpus.certainty:
        about = (review.condition, review.intervention, review.outcome, review.comparator or "-")
        yield f"judged {' '.join(about)}", f"{review.level.value.replace('-', ' ')} by {review.by} on {review.on}"


def moved_told(before: Told, now: Told, labels: Mapping[str, str]) -> tuple[str, ...]:
    """What says something else now, in lines, the studies first; what came or went as a whole is told elsewhere.

    Parameters
    ----------
    before, now
        From :func:`told`; nothing is compared where nothing was kept yet.
    labels
        Author and year of each study.

    Examples
    --------
    >>> moved_told({"study lee2020 size": "n = 12"}, {"study lee2020 size": "n = 21"}, {"lee2020": "Lee 2020"})
    ('size of Lee 2020: n = 12 -> n = 21',)
    >>> moved_told({"term outcomes pain": "Pain"}, {"term outcomes pain": "Pain at rest"}, {})
    ("'Pain' is now called 'Pain at rest'",)
    """
    if not before:
        return ()
    lines = []
    for name in sorted(before.keys() | now.keys(), key=lambda name: (_ORDER.index(name.partition(" ")[0]), name)):
        old, new = before.get(name), now.get(name)
        kind, *about = name.split(" ")
        if old == new or (kind != "judged" and (old is None or new is None)):
            continue
        lines.append(_line(kind, about, (old, new), labels))
    return tuple(lines)


JUDGED = "certainty judged by a person"
_SENTENCE = 60
"""A text of more characters is told by the words that differ."""
_ORDER = ("finding", "study", "judged", "verdict", "term")


def _line(kind: str, about: list[str], words: tuple[str | None, str | None], labels: Mapping[str, str]) -> str:
    old, new = words
    if kind == "judged":
        condition, intervention, outcome, _ = about
        question = f"{outcome}, {intervention}, {condition}"
        return f"{JUDGED} ({question}): {old or 'nobody'} -> {new or 'nobody'}"
    moved = _moved(old or "", new or "")
    if kind == "term":
        return f"'{old}' is now called '{new}'"
    if kind == "verdict":
        return f"verdict on claim {about[1]} of {about[0]}: {moved}"
    name = labels.get(about[0], about[0])
    return f"finding {about[1]} of {name}: {moved}" if kind == "finding" else f"{about[1]} of {name}: {moved}"


def _moved(old: str, new: str) -> str:
    """The parts that differ, whole; of a sentence its words.

    Examples
    --------
    >>> _moved("RR 0.86 (0.75 to 0.99); p = 0.01", "RR 0.86 (0.75 to 1.02); p = 0.01")
    'RR 0.86 (0.75 to 0.99) -> RR 0.86 (0.75 to 1.02)'
    """
    before, now = old.split("; "), new.split("; ")
    if len(before) == len(now) > 1:
        return "; ".join(f"{a} -> {b}" for a, b in zip(before, now, strict=True) if a != b)
    return moved_words(old, new) if len(old) > _SENTENCE else f"{brief(old)} -> {brief(new)}"


def renames(before: Told, now: Told) -> dict[str, str]:
    """Names of terms that changed, old to new.

    Examples
    --------
    >>> renames({"term outcomes pain": "Pain"}, {"term outcomes pain": "Pain at rest"})
    {'Pain': 'Pain at rest'}
    """
    both = sorted(name for name in before.keys() & now.keys() if name.startswith("term "))
    return {before[name]: now[name] for name in both if before[name] != now[name]}
