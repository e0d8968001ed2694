"""``kb pubmed refresh``: the snapshot brought up to date, and what PubMed says otherwise."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import EVIDENCE, echo_json, formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence, Sized

    from kb.pubmed.difference import Difference
    from kb.pubmed.refresh import Refresh

_SHORT = 34  # characters of a value that still stands beside the other
_LONG = 400
_WORDS = {
    "new": "not known here",
    "changed": "differs",
    "typographic": "typography",
    "another-paper": "ANOTHER PAPER",
    "conflict": "CONFLICT",
    "missing": "NOT IN PUBMED",
    "hint": "look",
}


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@EVIDENCE
@click.option(
    "--older-than", type=click.IntRange(1), default=30, show_default=True, metavar="DAYS",
    help="Fetch records again that are this old.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Fetch all records again.")
@click.option("--search/--no-search", default=True, show_default=True, help="Look for PMIDs of studies without one.")
@click.option(
    "--accept", multiple=True, is_flag=False, flag_value="all", metavar="[KEY[.FIELD]]",
    help="Write differences into the bibliography: all, or those of a study or field; repeatable.",
)  # fmt: skip
@click.option("--typographic", is_flag=True, help="Also show differences of case, dashes and punctuation.")
@formats("text", "json")
def refresh(
    keys: Sequence[str],
    evidence: Path | None,
    older_than: int,
    force: bool,
    search: bool,
    accept: Sequence[str],
    typographic: bool,
    format_: str,
) -> None:
    """Fetch PubMed's records of the studies, all or each KEY, and show where the bibliography differs.

    Records that are missing or old are fetched into evidence/pubmed/; a run that was stopped is continued by the next.
    Studies without a PMID are looked up by DOI, PMCID, citation and title. The bibliography is never touched unless a
    difference is accepted: --accept takes all, --accept KEY those of a study, --accept KEY.title one field. What is
    typographic is taken only by its field, a PMID that is evidently that of another paper only by its KEY.

    Exit status: 0 nothing to decide, 1 differences await a decision or a part failed, 2 PubMed could not be reached or
    failed and nothing could be done.
    """
    from kb.base import default_evidence
    from kb.pubmed.client import Entrez
    from kb.pubmed.refresh import refresh as refresh_evidence

    entrez = Entrez()
    for note in entrez.notes:
        click.echo(f"kb: {note}", err=True)
    with _progress() as progress:
        made = refresh_evidence(
            evidence or default_evidence(),
            entrez,
            keys=keys or None,
            older_than=older_than,
            force=force,
            search=search,
            accept=frozenset(accept),
            progress=progress,
        )
    if format_ == "json":
        echo_json(_data(made))
    else:
        _echo_text(made, typographic=typographic)
    for line in _trouble(made, accept):
        click.echo(f"kb: {line}", err=True)
    sys.exit(made.status)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], object] | None]:
    """A bar on standard error with what is left, where a person looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]} left"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None, left="")

        def show(what: str, done: int, total: int) -> None:
            bars.update(task, description=what, completed=done, total=total, left=str(total - done))

        yield show


def _data(made: Refresh) -> dict[str, Any]:
    return {
        "status": made.status,
        "studies": made.studies,
        "fetched": list(made.fetched),
        "fresh": len(made.fresh),
        "found": {key: {"pmid": pmid, "by": by} for key, (pmid, by) in made.found.items()},
        "not_found": {key: list(doubts) for key, doubts in made.doubts.items()},
        "differences": [_row(difference) for difference in made.waiting],
        "accepted": [_row(difference) for difference in made.accepted],
        "refused": list(made.refused),
        "problems": [dataclasses.asdict(problem) for problem in made.problems],
        "failures": [str(failure) for failure in made.failures],
        "snapshot": [{"source": s, "date": str(d), "records": n} for (s, d), n in made.sources.items()],
    }


def _row(difference: Difference) -> dict[str, object]:
    names = ("key", "field", "curated", "pubmed", "kind", "note")
    return {name: getattr(difference, name) for name in names} | {"awaits": difference.awaits}


def _echo_text(made: Refresh, *, typographic: bool) -> None:
    if made.accepted:
        click.echo("Accepted, now in bibliography.bib:")
        for line in _lines(made.accepted, accepted=True):
            click.echo(line)
        click.echo()
    shown = [d for d in made.waiting if typographic or d.kind != "typographic"]
    for line in _lines(shown):
        click.echo(line)
    if shown:
        click.echo()
    settled = {d.key for d in made.accepted}
    for key, doubts in made.doubts.items():
        for doubt in doubts if key not in settled else ():
            click.echo(f"{key}: no PMID taken: {doubt}")
    for line in _summary(made, hidden=len(made.waiting) - len(shown)):
        click.echo(line)


def _lines(differences: Sequence[Difference], *, accepted: bool = False) -> Iterator[str]:
    another = set() if accepted else {d.key for d in differences if d.kind == "another-paper"}
    key = ""
    for d in differences:
        if d.key != key:
            key = d.key
            yield f"{key}: its PMID is evidently that of another paper: mend it" if key in another else key
        here, there = (_cut(value) for value in (d.curated, d.pubmed))
        head = f"  {d.field} ({_WORDS[d.kind]})"
        if max(len(here), len(there)) <= _SHORT:
            yield f"{head}: {here} | PubMed: {there}"
        else:
            yield f"{head}:"
            yield f"      here    {here}"
            yield f"      PubMed  {there}"
        if d.note:
            yield f"      {d.note}"


def _cut(value: str | None) -> str:
    return "unknown" if value is None else value if len(value) <= _LONG else f"{value[:_LONG]}…"


def _summary(made: Refresh, *, hidden: int) -> Iterator[str]:
    nothing = [key for key, doubts in made.doubts.items() if not doubts]
    if nothing:
        yield f"Nothing found in PubMed for {len(nothing)}: {', '.join(nothing)}."
    found = f", {len(made.found)} PMID{_s(made.found)} found" if made.found else ""
    yield f"{made.studies} stud{_ies(made.studies)}: {len(made.fetched)} fetched, {len(made.fresh)} new enough{found}."
    awaiting = made.awaiting
    if awaiting:
        studies = len({d.key for d in awaiting})
        yield (
            f"{len(awaiting)} difference{_s(awaiting)} in {studies} stud{_ies(studies)} "
            f"await{'s' * (len(awaiting) == 1)} a decision: {_how_to_accept(awaiting)}."
        )
    else:
        yield f"No difference awaits a decision{', as far as the snapshot goes' * bool(made.failures)}."
    if hidden:
        yield f"{hidden} of typography not shown: --typographic shows them."


def _how_to_accept(awaiting: Sequence[Difference]) -> str:
    """What --accept would take; what is written in capitals never comes with all the others."""
    plain = sum(d.kind in {"new", "changed"} for d in awaiting)
    if not plain:
        return "look first; --accept KEY takes what can be taken of a study"
    return f"--accept takes all{' but what is in capitals' * (plain < len(awaiting))}, --accept KEY those of a study"


def _trouble(made: Refresh, accept: Sequence[str]) -> Iterator[str]:
    from kb.pubmed.errors import OfflineError

    yield from made.refused
    yield from map(str, made.problems)
    offline = [failure for failure in made.failures if isinstance(failure, OfflineError)]
    yield from (str(failure) for failure in made.failures if failure not in offline)
    if offline:
        said = {"curated": "curated", "pubmed": "from PubMed"}
        kept = [f"{n} record{'s' * (n != 1)} {said[source]}, {date}" for (source, date), n in made.sources.items()]
        there = (
            f"the snapshot is used: {'; '.join(kept)}" if kept else "and the snapshot has no record of these studies"
        )
        yield f"PubMed could not be reached ({offline[0].reason}), {there}."
    done = {name for d in made.accepted for name in (d.key, d.name)} | {line.split(":")[0] for line in made.refused}
    done |= {name.split(".")[0] for name in done}
    for name in accept:
        if name != "all" and name not in done:
            yield f"{name}: nothing to accept"


def _s(items: Sized) -> str:
    return "" if len(items) == 1 else "s"


def _ies(number: int) -> str:
    return "y" if number == 1 else "ies"
