"""Notices of an evidence folder: from the snapshot, and from ``notices.yaml``, which holds what PubMed does not say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from kb.problems import Problem
from kb.pubmed.notices import Kind, Notice, Notices, of_record, settle
from kb.pubmed.record import from_dict
from kb.pubmed.snapshot import FOLDER
from kb.store import yamlfile
from kb.store.writer import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from kb.model import Reference

FILE = "notices.yaml"
_ORIGIN = {"pubmed": "fetched", "curated": "curated"}

_TRIGGER = re.compile(rb"[Rr]etract|[Cc]oncern|[Ee]rrat|[Rr]epublish|UpdateIn|CommentIn")


def load(root: Path, references: Mapping[str, Reference], *, comments: bool = False) -> tuple[Notices, list[Problem]]:
    """Notices of the studies of an evidence folder, by key, and what could not be read.

    Only records whose file holds a word of a notice are parsed, so that a page of a large base is shown at once.
    """
    keys = {reference.pmid: key for key, reference in references.items() if reference.pmid}
    kept, problems = load_kept(root)
    found: dict[str, list[Notice]] = {key: list(some) for key, some in kept.items() if key in references}
    for path in sorted((root / FOLDER).glob("*.yaml")):
        key = keys.get(path.stem)
        if key is None or not _TRIGGER.search(_bytes(path)):
            continue
        shown = f"{FOLDER}/{path.name}"
        data, broken = yamlfile.read(path, shown)
        problems += broken
        if broken:
            continue
        try:
            record, origin = from_dict(data["record"]), f"{_ORIGIN[data['source']]} {data['date']}"
        except (msgspec.ValidationError, KeyError, TypeError) as error:
            advice = "Restore it, or delete it and run `kb pubmed refresh`."
            problems.append(Problem(shown, 1, "pubmed-record", f"is no record of the snapshot: {error}", advice))
            continue
        found.setdefault(key, []).extend(of_record(record, f"PubMed record {record.pmid}, {origin}", comments=comments))
    return {key: told for key, some in sorted(found.items()) if (told := settle(some))}, problems


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b"retract"  # let the reader say why


_FIELDS = ("study", "kind", "date", "pmid", "doi", "printed", "source", "note")


def load_kept(root: Path) -> tuple[dict[str, tuple[Notice, ...]], list[Problem]]:
    """Notices kept in ``notices.yaml`` by key of the study, and every problem in it; no file is no notice."""
    path = root / FILE
    if not path.exists():
        return {}, []
    data, problems = yamlfile.read(path, FILE)
    if problems:
        return {}, problems
    if data is not None and not isinstance(data, list):
        return {}, [Problem(FILE, 1, "wrong-type", "does not hold a list of notices", "Start with '- study:'.")]
    found: dict[str, list[Notice]] = {}
    lines = yamlfile.Lines(path)
    for place, item in enumerate(data or ()):
        try:
            key, notice = _kept(item)
        except ValueError as error:
            advice = f"A notice has {', '.join(_FIELDS)}; a kind is one of {', '.join(Kind)}."
            problems.append(Problem(FILE, lines.of((place,)), "malformed-notice", str(error), advice))
            continue
        found.setdefault(key, []).append(notice)
    return {key: tuple(some) for key, some in found.items()}, problems


def _kept(item: Any) -> tuple[str, Notice]:  # noqa: ANN401 - whatever a file holds
    if not isinstance(item, dict):
        message = f"holds {str(item)[:40]!r} where a notice is expected"
        raise ValueError(message)
    values = {str(name): value.isoformat() if isinstance(value, dt.date) else value for name, value in item.items()}
    wrong = [name for name, value in values.items() if name not in _FIELDS or not isinstance(value, str | None)]
    if wrong:
        message = f"a notice with '{wrong[0]}': {str(values[wrong[0]])[:40]!r}"
        raise ValueError(message)
    key, kind, source = values.pop("study", None), values.pop("kind", None), values.get("source")
    if not key or not source or kind not in set(Kind):
        message = f"a notice of study {key!r}, kind {kind!r}, source {source!r}"
        raise ValueError(message)
    return key, Notice(Kind(kind), **values)


def save_kept(root: Path, notices: Mapping[str, Iterable[Notice]]) -> Path:
    """Write ``notices.yaml``, sorted by study, and return its path; the old file stays until the new one is whole."""
    entries = [
        {"study": key} | {name: getattr(notice, name) for name in _FIELDS[1:]}
        for key, some in sorted(notices.items())
        for notice in some
    ]
    plain = [{name: value.value if isinstance(value, Kind) else value for name, value in e.items()} for e in entries]
    head = (
        "# Notices about studies that PubMed's records do not carry, and where each was read. One notice an entry.\n\n"
    )
    return write_text(root / FILE, head + "\n".join(yamlfile.dump([entry]) for entry in plain))
