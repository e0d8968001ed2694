"""``kb add``: new studies by identifier, address, or file of a reference manager."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import EVIDENCE, echo_json, formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.pubmed.add import Added, Report


@click.command(short_help="New studies, from a PMID, DOI, address or reference manager.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--offline", is_flag=True, help="Do not ask PubMed: take entries of files as they are.")
@EVIDENCE
@formats("text", "json")
def add(ids: tuple[str, ...], offline: bool, evidence: Path | None, format_: str) -> None:
    """Add studies: fetch what PubMed says of them and write study files to fill in.

    ID is a PMID, PMCID, DOI, the address of an article at PubMed, PMC, Europe PMC, doi.org or a publisher, or a RIS,
    BibTeX, NBIB or CSL-JSON file from Zotero or JabRef; `-` reads standard input.

    Each new study gets an entry in bibliography.bib, PubMed's record in pubmed/, and a file in studies/ that says under
    to_check what a clinician must fill in. What is there already, and a preprint of it, is not added twice.

    Exit status: 0 everything given is in the base now, 1 something is not and the reason is said, 2 nothing could be
    done.
    """
    import dataclasses

    from kb.base import default_evidence
    from kb.pubmed.add import add as add_studies
    from kb.pubmed.client import Entrez
    from kb.pubmed.config import load_settings

    if "" in ids:
        message = "an ID is empty: was a variable not set?"
        raise click.UsageError(message)
    settings = load_settings()
    client = Entrez(dataclasses.replace(settings, offline=True) if offline else settings)
    stdin = sys.stdin.buffer.read() if "-" in ids else None
    root = evidence or default_evidence()
    with _progress() as progress:
        report = add_studies(root, ids, client, stdin=stdin, progress=progress)
    for note in (*report.notes, *(() if client.settings.offline else client.notes)):
        click.echo(f"note: {note}", err=True)
    if format_ == "json":
        echo_json(_plain(report, root))
    else:
        _echo(report, root)
    sys.exit(report.status)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], object] | None]:
    """A bar of the records that are left, for a person who waits for many."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Fetching records", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=total > 20)


def _echo(report: Report, root: Path) -> None:
    for study in report.added:
        _echo_added(study)
    for left in report.left:
        click.echo(f"{left.message}. {left.advice}".rstrip(), err=True)
    if report.added:
        keys = ", ".join(study.key for study in report.added[:5]) + (", ..." if len(report.added) > 5 else "")
        click.echo(
            f"\nNext: 1. Fill in {_files(report, root)}: to_check says what, in order.\n"
            f"      2. Name {keys} under evidence: of the claim it bears on, in {root / 'posts'}; until then "
            "`kb validate` says unused-study.\n"
            "      3. kb validate"
        )
    if len(report.added) + len(report.left) > 1:
        there = sum(left.is_there for left in report.left)
        click.echo(f"{len(report.added)} added, {there} already there, {len(report.left) - there} not added", err=True)


def _echo_added(study: Added) -> None:
    verb = "Completed" if study.completed else "Added"
    click.echo(f"{verb} {study.key}: {study.reference}")
    for notice in study.notices:
        click.secho(f"  {'!! ' if study.alarming else ''}{notice}", fg="red" if study.alarming else None, bold=True)
    if study.alarming:
        click.secho("  !! Read the notice before this study is used for anything.", fg="red", bold=True)
    whence = f"PubMed, fetched {study.date}" if study.source == "pubmed" else f"the file, {study.date}; nothing fetched"
    click.echo(f"  from          {whence}")
    click.echo(f"  design        {study.study.design.words}" + (f", {d}" if (d := study.study.design_detail) else ""))
    for name, found in (("conditions", study.proposals.conditions), ("interventions", study.proposals.interventions)):
        click.echo(f"  {name:<13} {', '.join(map(str, found)) or 'none proposed'}")
    click.echo(f"  to fill in    {study.path} ({len(study.study.to_check)} points)")
    for note in study.notes:
        click.echo(f"  note          {note}")


def _files(report: Report, root: Path) -> str:
    return (
        str(report.added[0].path) if len(report.added) == 1 else f"the {len(report.added)} files in {root / 'studies'}"
    )


def _plain(report: Report, root: Path) -> dict[str, Any]:
    """The report as JSON has it."""
    return {
        "added": [
            {
                "given": study.given,
                "key": study.key,
                "pmid": study.pmid,
                "reference": study.reference,
                "source": study.source,
                "date": study.date.isoformat(),
                "design": study.study.design.value,
                "design_detail": study.study.design_detail,
                "conditions": [proposal.term for proposal in study.proposals.conditions],
                "interventions": [proposal.term for proposal in study.proposals.interventions],
                "notices": list(study.notices),
                "alarming": study.alarming,
                "completed": study.completed,
                "file": study.path.relative_to(root).as_posix(),
                "to_check": list(study.study.to_check),
                "notes": list(study.notes),
            }
            for study in report.added
        ],
        "not_added": [
            {"given": left.given, "why": left.why, "message": left.message, "advice": left.advice, "key": left.key}
            for left in report.left
        ],
        "notes": list(report.notes),
    }
