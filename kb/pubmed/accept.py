"""Differences that a person accepts, written into the bibliography; nothing else of it changes, and nothing is lost."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kb import store
from kb.model import Corpus, Reference
from kb.problems import KbError, UnknownIdError
from kb.pubmed import snapshot
from kb.pubmed.difference import FIELDS, Difference, is_another
from kb.store import bibtex, rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kb.pubmed.snapshot import Entry

ALL = "all"
"""Accept everything but typography and PMIDs of another paper."""

_BEGIN = re.compile(r"^\s*@(\w+)\s*\{", re.MULTILINE)


class AcceptError(KbError):
    """Something that cannot be accepted at all."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of the wish to accept.

    Parameters
    ----------
    differences
        What is in the bibliography now.
    refused
        What is not and why, one sentence each.
    saved
        Records that came into the snapshot because their study now carries their PMID.
    """

    differences: tuple[Difference, ...] = ()
    refused: tuple[str, ...] = ()
    saved: dict[str, Entry] = field(default_factory=dict)


def check_names(accept: Collection[str], keys: Collection[str]) -> None:
    """See that every name is `ALL`, a study or a field of one.

    Raises
    ------
    UnknownIdError
        For a study that is not among those looked at.
    AcceptError
        For a field that PubMed does not know.
    """
    for name in accept:
        key, dot, wanted = name.partition(".")
        if name == ALL:
            continue
        if key not in keys:
            raise UnknownIdError("study", key, difflib.get_close_matches(key, keys, n=3))
        if dot and wanted not in FIELDS:
            message = f"'{wanted}' is no field that can be accepted: those are {', '.join(FIELDS)}"
            raise AcceptError(message)


def accept_differences(
    root: Path, differences: Iterable[Difference], held: Mapping[str, Entry], accept: Collection[str]
) -> Accepted:
    """Write the accepted differences, and the records of studies that thereby get their PMID.

    Parameters
    ----------
    root
        The evidence folder.
    differences
        What there is to accept.
    held
        By study, records that are not in the snapshot yet.
    accept
        `ALL`, ``KEY`` or ``KEY.field``. Typography is taken only when its field is named, a PMID of another paper
        only when its study is.

    Raises
    ------
    EvidenceError
        When the evidence became invalid meanwhile; nothing is written then.
    """
    chosen = [d for d in differences if _is_chosen(d, accept)]
    if not chosen:
        return Accepted()
    corpus = store.load(root)  # again: somebody may have edited it while PubMed was asked
    refused: list[str] = []
    if stray := outside(bibtex_text := (root / bibtex.FILE).read_text(encoding="utf-8-sig")):
        line = bibtex_text[: bibtex_text.index(stray)].count("\n") + 1
        message = f"nothing was accepted: line {line} of {bibtex.FILE} stands outside the entries and would be lost"
        return Accepted((), (f"{message}; take it out, or make it a note of the study",))
    taken: dict[str, list[Difference]] = defaultdict(list)
    for d in chosen:
        now = _text(getattr(corpus.references[d.key], d.field, None)) if d.key in corpus.references else None
        if d.proposed is None:
            refused.append(f"{d.name}: {d.note or 'nothing to accept'}")
        elif d.key not in corpus.references or now != d.curated:
            refused.append(f"{d.name}: it was changed here while PubMed was asked; look at it again")
        else:
            taken[d.key].append(d)
    changed = {key: _updated(corpus.references[key], some) for key, some in taken.items()}
    for key, reason in _spoiled(corpus, changed).items():
        refused.append(f"{key}: {reason}")
        del changed[key], taken[key]
    if not changed:
        return Accepted((), tuple(refused))
    saved = {}
    for key, reference in changed.items():
        entry = held.get(key)
        if entry and entry.record.pmid == reference.pmid and not is_another(reference, entry.record):
            snapshot.save(root, entry)
            saved[entry.record.pmid] = entry
    store.save_bibliography(root, {**corpus.references, **changed}.values())
    return Accepted(tuple(d for some in taken.values() for d in some), tuple(refused), saved)


def _is_chosen(difference: Difference, accept: Collection[str]) -> bool:
    if difference.kind == "hint":
        return False
    if difference.name in accept:
        return True
    if difference.kind == "typographic":
        return False
    return difference.key in accept or (ALL in accept and difference.kind in {"new", "changed"})


def _text(value: object) -> str | None:
    """A value of the bibliography as a difference shows it."""
    return " and ".join(value) or None if isinstance(value, tuple) else None if value is None else str(value)


def _updated(reference: Reference, differences: Iterable[Difference]) -> Reference:
    return reference.model_copy(update={d.field: d.proposed for d in differences})


def _spoiled(corpus: Corpus, changed: Mapping[str, Reference]) -> dict[str, str]:
    """Studies whose new entry would not read back as it is, or would break a rule, and why."""
    spoiled: dict[str, str] = {}
    for key, reference in changed.items():
        if not _reads_back(reference):
            spoiled[key] = "PubMed's value cannot be written as BibTeX: write it by hand"
    known = rules.Known(frozenset(corpus.studies), frozenset(corpus.references))
    good = {key: reference for key, reference in changed.items() if key not in spoiled}
    after = dataclasses.replace(corpus, references={**corpus.references, **good})
    for file, found in rules.check(after, known):
        if file == bibtex.FILE and found.rule not in rules.WARNINGS:
            named = {str(found.loc[0]), *(key for key in good if f"'{key}'" in found.message)} & good.keys()
            spoiled |= dict.fromkeys(named, f"{found.message}. {found.advice}")
    return spoiled


def _reads_back(reference: Reference) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / bibtex.FILE
        try:
            path.write_text(bibtex.render([reference]), encoding="utf-8")
        except ValueError:
            return False
        return bibtex.read(path)[0] == {reference.key: reference}


def outside(text: str) -> str:
    r"""The first line of a bibliography that stands outside its entries and its head, which writing would lose.

    Examples
    --------
    >>> outside(bibtex.HEADER + "\n@article{a,\n title = {B {C}}\n}\n% ask Kim\n"), outside("@article{a,\n}\n")
    ('% ask Kim', '')
    """
    rest, position = [], 0
    while found := _BEGIN.search(text, position):
        rest.append(text[position : found.start()])
        depth, position = 1, found.end()
        while depth and position < len(text):
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            position += 1
        if found[1].lower() in {"comment", "preamble"}:
            rest.append(found[0].strip())
    rest.append(text[position:])
    head = set(bibtex.HEADER.splitlines())
    return next((line for part in rest for line in part.splitlines() if line.strip() and line not in head), "")
