"""Whether a publication is new, and everything that is to be written for it: decided before anything is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec

from kb.model import Source, Study
from kb.pubmed import names, snapshot
from kb.pubmed.add_items import Item, Left
from kb.pubmed.add_state import State, candidate_reference, find_twin, record_reference
from kb.pubmed.difference import is_another
from kb.pubmed.errors import OfflineError
from kb.pubmed.lookup import Answer, Answers
from kb.pubmed.notices import ALARMS, Kind, Notice, of_record
from kb.pubmed.propose import NoKeyError, Proposals, make_key, new_study, propose_all
from kb.pubmed.record import Record
from kb.store.insert import read_back

if TYPE_CHECKING:
    from kb.model import Reference
    from kb.pubmed.importers import Candidate

_OFFLINE = {"KB_ENTREZ_OFFLINE is set": "offline, by --offline, KB_ENTREZ_OFFLINE or entrez.toml"}
_NO_STUDY = {Kind.IS_RETRACTION, Kind.IS_CONCERN, Kind.IS_ERRATUM}

_Said = tuple[Answer | None, Record | None, dt.date]
"""PubMed's answer where there is one, the record (of the answer, or made of a file that gives a PMID), and the day."""


@dataclass(slots=True)
class Plan:
    """A study about to be written.

    Parameters
    ----------
    item
        What was given.
    reference
        Its entry in the bibliography; new when `is_new`, else there already without a study file.
    study, entry
        The study file and the record of the snapshot.
    proposals, notices, notes
        What the person is told.
    source, date
        Where the identity came from, and when.
    """

    item: Item
    reference: Reference
    is_new: bool
    study: Study
    entry: snapshot.Entry | None
    proposals: Proposals
    notices: tuple[Notice, ...]
    source: Literal["pubmed", "file"]
    date: dt.date
    notes: list[str] = field(default_factory=list)


def decide(item: Item, answers: Answers, state: State, today: dt.date) -> Plan | Left:
    """What to write for an item, or why nothing.

    Parameters
    ----------
    item
        One publication.
    answers
        What PubMed says of the identifiers.
    state
        What the base holds.
    today
        The date for what comes from a file.
    """
    answer = _answer(item, answers)
    if isinstance(answer, Left):
        return answer
    notes = [*item.notes]
    if answer is None:
        if item.candidate is None:
            return _unknown(item)
        return _plan_from_file(item, item.candidate, state, today, [*notes, *_why_file(item, answers)])
    record = answer.record
    notes += [
        f"PubMed merged PMID {one.value} into {answers.merged[one.value]}"
        for one in item.asked
        if one.kind == "pmid" and one.value in answers.merged
    ]
    if item.candidate and is_another(candidate_reference(item.candidate), record):
        said = f"PMID {record.pmid}, '{record.title}'"
        message = f"{item.given} is called '{item.candidate.title}', but its identifier is that of {said}"
        return Left(item.given, "disagrees", message, "Mend the identifier in the file, or give the right PMID.")
    if item.candidate:
        notes += _said_otherwise(candidate_reference(item.candidate), record)
    told = of_record(record)
    if any(notice.kind in _NO_STUDY for notice in told):
        return _no_study(item, record, told)
    return _settle(item, record_reference(record), (answer, record, answer.fetched), state, notes)


def _said_otherwise(said: Reference, record: Record) -> Iterator[str]:
    """Where a file and PubMed differ so much that a person should look, though PubMed's record was taken."""
    if said.title and names.same_title(said.title, record.title) is False:
        yield f"the file has another title, '{said.title}'; PubMed's was taken"
    if names.same_first_author(said.author, record.authors) is False:
        yield f"the file has another first author, {said.author[0]}; PubMed's was taken"
    if said.year and record.year and said.year != record.year:
        yield f"the file says {said.year}; PubMed's year was taken"


def _answer(item: Item, answers: Answers) -> Answer | Left | None:
    """PubMed's record of an item; None when the file has to do; else why there is nothing."""
    wanted = [(one.kind, one.value) for one in item.asked]
    found = next((answers.found[name] for name in wanted if name in answers.found), None)
    if found or not wanted:
        return found
    several = next((answers.ambiguous[name] for name in wanted if name in answers.ambiguous), None)
    if several:
        message = f"{item.shown} is carried by several records of PubMed: PMID {', '.join(several)}"
        return Left(item.given, "ambiguous", message, "Open them and give the PMID of the right one.")
    error = next((answers.failed[name] for name in wanted if name in answers.failed), None)
    if isinstance(error, OfflineError):
        if item.candidate:
            return None
        message = f"PubMed cannot be asked for {item.shown} ({_OFFLINE.get(error.reason, error.reason)})"
        advice = "Connect and run this again, or give a RIS, BibTeX, NBIB or CSL-JSON file with the entry."
        return Left(item.given, "failed", message, advice)
    if error:
        advice = "Run this again later" + ("; --offline takes the file as it is." if item.candidate else ".")
        return Left(item.given, "failed", f"{item.shown} could not be fetched: {error}", advice)
    if item.candidate and not item.candidate.pmid:
        return None
    return _unknown(item)


def _unknown(item: Item) -> Left:
    kind = item.asked[0].kind
    if kind == "pmid":
        where = " that the file gives" if item.candidate else ""
        message, advice = f"PubMed has no record of {item.asked[0]}{where}", "Look for a mistyped digit."
    else:
        message = f"PubMed lists no article with {item.asked[0]}"
        advice = (
            "Look for a typing error; a paper that PubMed does not list is added from a RIS, BibTeX or CSL-JSON file."
        )
    return Left(item.given, "unknown", message, advice)


def _no_study(item: Item, record: Record, told: tuple[Notice, ...]) -> Left:
    kind = next(notice.kind for notice in told if notice.kind in _NO_STUDY)
    about = [link.pmid for link in record.linked("RetractionOf", "ErratumFor", "ExpressionOfConcernFor") if link.pmid]
    message = f"PMID {record.pmid} {kind.words.lower()}: '{record.title}'"
    advice = f"It is about PMID {', '.join(about)}; add that, if it is wanted." if about else "Add the article itself."
    return Left(item.given, "notice", message, advice)


def _why_file(item: Item, answers: Answers) -> Iterator[str]:
    if not item.asked:
        yield "the file gives no PMID, DOI or PMCID; `kb pubmed refresh` looks for its PMID"
    elif any((one.kind, one.value) in answers.failed for one in item.asked):
        yield "PubMed was not asked; `kb pubmed refresh` fetches its record"
    else:
        yield f"PubMed does not list {item.shown}; it was added as the file says"


def _plan_from_file(item: Item, candidate: Candidate, state: State, today: dt.date, notes: list[str]) -> Plan | Left:
    reference = candidate_reference(candidate)
    if not reference.title:
        return Left(item.given, "no-title", f"{item.given} has no title", "Complete it where it came from.")
    record = None
    if reference.pmid:
        record = snapshot.curated(reference, candidate.publication_types, candidate.mesh)
        record = msgspec.structs.replace(record, links=candidate.links)
    return _settle(item, reference, (None, record, today), state, [*notes, *candidate.notes])


def _settle(item: Item, reference: Reference, said: _Said, state: State, notes: list[str]) -> Plan | Left:
    """Whether it is new; if so, everything to write."""
    twin = find_twin(state, reference, said[1], item.candidate)
    if twin and twin.kind != "same":
        return Left(item.given, twin.kind, f"{item.shown} is {twin.why}", twin.advice, twin.key)
    if twin and twin.key in state.study_keys:
        return already_there(item, state, twin.key, twin.why, reference)
    if twin:
        reference = state.references[twin.key]
        notes.append("it was half there, from a run that was stopped, and is complete now")
    else:
        try:
            first = next((name for name in reference.author if name != "others"), None)
            key = make_key(first, reference.year, state.taken)
        except NoKeyError as error:
            return Left(item.given, "no-key", f"{item.shown}: {error}", "Complete it where it came from.")
        written, problems = read_back(reference.model_copy(update={"key": key}))
        if written is None:
            what = f"{item.shown} cannot be written as BibTeX: {problems[0].message if problems else 'unknown'}"
            return Left(item.given, "unwritable", what, "Add it by hand (see CONTRIBUTING.md).")
        reference = written
    notes += state.hints(reference, said[1])
    return _made(item, reference, said, state, notes, is_new=twin is None)


def _made(item: Item, reference: Reference, said: _Said, state: State, notes: list[str], *, is_new: bool) -> Plan:
    answer, record, date = said
    candidate = item.candidate
    types = [term.name for term in record.publication_types] if record else []
    types = types or list(candidate.publication_types if candidate else ())
    mesh = [heading.name for heading in record.mesh] if record else list(candidate.mesh if candidate else ())
    told = of_record(record) if record else ()
    proposals = propose_all(reference.title, mesh, state.conditions, state.interventions)
    study = new_study(
        reference,
        _source(reference, answer, candidate, date),
        proposals,
        types=types,
        said_by="PubMed's publication types" if answer else "the publication types in the file",
        notices=[f"{notice}: look before this is used" for notice in told if notice.kind in ALARMS],
        unlisted=reference.pmid is None,
    )
    entry = snapshot.Entry(record, "pubmed" if answer else "curated", date) if record else None
    known = state.entries.get(record.pmid) if record else None
    if entry and known and known.source == "pubmed" and entry.source == "curated":
        entry = None  # what was fetched once is worth more
    source: Literal["pubmed", "file"] = "pubmed" if answer else "file"
    return Plan(item, reference, is_new, study, entry, proposals, told, source, date, notes)


def _source(reference: Reference, answer: Answer | None, candidate: Candidate | None, date: dt.date) -> Source:
    if answer:
        url = f"https://pubmed.ncbi.nlm.nih.gov/{answer.record.pmid}/"
        return Source(id="s1", url=url, note=f"PubMed's record, fetched {date}", supports=("identity",))
    where = candidate.where if candidate else "a file"
    doi = f"https://doi.org/{reference.doi}" if reference.doi else None
    note = f"{where}: export of a reference manager, read {date}; nothing was fetched"
    return Source(id="s1", url=doi, note=note, supports=("identity",))


def already_there(item: Item, state: State, key: str, why: str, reference: Reference | None) -> Left:
    """The sentence for what is there, with the ids that the base could gain."""
    known = state.references[key]
    gains = [
        f"{name.upper()} {getattr(reference, name)}"
        for name in ("pmid", "doi", "pmcid")
        if getattr(reference, name, None) and getattr(known, name) is None
    ]
    other = reference and reference.pmid and known.pmid and reference.pmid != known.pmid
    advice = f"{key} lacks its {' and '.join(gains)}: `kb pubmed refresh {key}` proposes it." if gains else ""
    if other and reference:
        advice = (
            f"But {key} has PMID {known.pmid}, not {reference.pmid}: one of the two is wrong, or it appeared twice."
        )
    return Left(item.given, "already-there", f"{item.shown} is already there as {key} ({why})", advice, key)
