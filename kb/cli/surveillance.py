"""``kb pubmed status`` and ``kb pubmed watch``: what became of the studies, and what is new."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import EVIDENCE, FOUND_PROBLEMS, USAGE, echo_json, formats, open_base_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from kb.base import Base
    from kb.pubmed.queries import Cell
    from kb.pubmed.watch import Searched

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--older-than", default=180, show_default=True, type=click.IntRange(1), metavar="DAYS", help="When a record is old."
)
@click.option("--retraction-watch", "file", type=_FILE, metavar="FILE", help="Retraction Watch data (CSV) to look in.")
@click.option(
    "--keep", is_flag=True, help="With --retraction-watch: write what it says of our studies to notices.yaml."
)
@click.option("--comments", is_flag=True, help="Also list comments on studies.")
@click.option("--all", "every", is_flag=True, help="Name everything in long lists.")
@EVIDENCE
@formats("text", "json")
def status(
    older_than: int,
    file: Path | None,
    keep: bool,
    comments: bool,
    every: bool,
    evidence: Path | None,
    format_: str,
) -> None:
    """Show what was retracted or corrected, what rests on it, and what is old or incomplete.

    Exit status 1 when a study was retracted or is in doubt.
    """
    from kb import surveillance
    from kb.pubmed import notice_files, notices, retraction_watch

    if keep and file is None:
        message = "--keep needs --retraction-watch FILE"
        raise click.UsageError(message)
    base = open_base_at(evidence)
    told: dict[str, tuple[notices.Notice, ...]] = base.notices
    if comments:
        told, _ = notice_files.load(base.root, base.corpus.references, comments=True)
    if file is not None:
        reading = retraction_watch.read(file, base.corpus.references)
        for problem in reading.problems:
            click.echo(problem, err=True)
        found = sum(len(some) for some in reading.notices.values())
        click.echo(f"{file}: {reading.rows} notices, {found} about {len(reading.notices)} of our studies", err=True)
        merged = retraction_watch.merge(told, reading.notices)
        told = {key: notices.settle(some) for key, some in sorted(merged.items())}
        _keep(base, reading.notices, really=keep)
    state = surveillance.status(base, notices=told, older_than=older_than)
    if format_ == "json":
        echo_json(surveillance.to_data(state))
    else:
        click.echo(surveillance.to_text(state, every=every), nl=False)
    if state.alarms:
        named = ", ".join(chain.study for chain in state.alarms)
        click.echo(f"kb: retracted or in doubt, so look at what rests on it: {named}", err=True)
        sys.exit(FOUND_PROBLEMS)


def _keep(base: Base, found: dict[str, list[Any]], *, really: bool) -> None:
    """Write notices of the file that are not in notices.yaml yet, or say that they are not."""
    from kb.pubmed import notice_files, retraction_watch

    kept, _ = notice_files.load_kept(base.root)
    fresh = {key: [n for n in some if n not in kept.get(key, ())] for key, some in found.items()}
    number = sum(map(len, fresh.values()))
    if really and number:
        path = notice_files.save_kept(base.root, retraction_watch.merge(kept, fresh))
        click.echo(f"{number} written to {path}: tables, pages and summaries heed them from now on", err=True)
    elif number:
        click.echo(f"{number} of them are not in {notice_files.FILE}: tables heed them only after --keep", err=True)


# --- watch -----------------------------------------------------------------------------------------------------------


@click.command()
@click.option("--condition", metavar="ID", help="Only this condition and narrower ones.")
@click.option(
    "--intervention", metavar="ID", help="Only this intervention and narrower ones; with both, this one cell."
)
@click.option("--all", "every", is_flag=True, help="Also cells that no study or claim of the base is about.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Look from this day on. [default: the last search]")
@click.option("--limit", default=25, show_default=True, type=click.IntRange(1), help="Candidates taken of one search.")
@click.option("--again", is_flag=True, help="Also search what was searched today.")
@click.option("--top", default=20, show_default=True, type=click.IntRange(0), help="Candidates shown; 0 for all.")
@click.option("--list", "only_list", is_flag=True, help="Show the candidates that are known; ask nobody.")
@click.option(
    "--state",
    type=click.Choice(["new", "accepted", "rejected"]),
    default="new",
    show_default=True,
    help="Which candidates to show.",
)
@click.option("--show-query", is_flag=True, help="Show the queries; ask nobody.")
@click.option("--edit-query", is_flag=True, help="Open the query of one cell in your editor; it is kept.")
@click.option("--set-query", metavar="TEXT", help="Use this query for one cell from now on; '' builds it again.")
@click.option("--accept", "accepted", multiple=True, metavar="PMID", help="Add a candidate to the base; repeatable.")
@click.option("--reject", "rejected", multiple=True, metavar="PMID", help="Never offer it again; repeatable.")
@click.option("--why", help="With --reject: the reason.")
@click.option("--by", envvar="KB_REVIEWER", help="Who decides. [default: KB_REVIEWER, or your login name]")
@EVIDENCE
@formats("text", "json")
def watch(  # noqa: PLR0913 - a parameter an option
    *,
    condition: str | None,
    intervention: str | None,
    every: bool,
    since: datetime | None,
    limit: int,
    again: bool,
    top: int,
    only_list: bool,
    state: str,
    show_query: bool,
    edit_query: bool,
    set_query: str | None,
    accepted: Sequence[str],
    rejected: Sequence[str],
    why: str | None,
    by: str | None,
    evidence: Path | None,
    format_: str,
) -> None:
    """Search PubMed for new literature on each condition and intervention, and keep what is found to decide on.

    What was offered once, accepted or rejected is not offered again. Queries are built from the vocabulary; an edited
    one stays as it is. Exit status 1 when a search failed, 2 when PubMed could not be asked at all.
    """
    from kb.pubmed import queries
    from kb.pubmed.watch import How

    if rejected and not (why and why.strip()):
        message = "--reject needs --why: the next person will ask"
        raise click.UsageError(message)
    if why is not None and not (accepted or rejected):
        message = "--why goes with --reject PMID or --accept PMID"
        raise click.UsageError(message)
    base = open_base_at(evidence)
    if accepted or rejected:
        _decide(base, accepted, rejected, why, by or _login())
        return
    named = {"condition": condition, "intervention": intervention}
    ids = {noun: base.resolve(given, noun).id if given else None for noun, given in named.items()}
    cells = queries.choose(base.corpus, ids["condition"], ids["intervention"], every=every)
    if set_query is not None or edit_query:
        if not (condition and intervention):
            message = "a query belongs to one cell: name both --condition and --intervention"
            raise click.UsageError(message)
        _set_query(base, cells[0], set_query)
        return
    if show_query:
        _show_queries(base, cells, format_)
        return
    searched: list[Searched] = []
    trouble: str | None = None
    if not only_list:
        how = How(since.date() if since else None, again, limit)
        searched, trouble = _searched(base, cells, how)
    narrow = bool(condition or intervention)
    _show(base, cells if narrow else None, searched, trouble, (state, top, format_))
    tried = [one for one in searched if not one.skipped]
    if trouble or (tried and all(one.error for one in tried)):
        sys.exit(USAGE)
    if any(one.error for one in tried):
        sys.exit(FOUND_PROBLEMS)


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _searched(base: Base, cells: Sequence[Cell], how: Any) -> tuple[list[Searched], str | None]:  # noqa: ANN401
    """What the searches gave, or why PubMed cannot be asked."""
    from kb.pubmed.client import Entrez
    from kb.pubmed.errors import ConfigError, OfflineError
    from kb.pubmed.watch import search

    try:
        client = Entrez()
        for note in client.notes:
            click.echo(f"kb: {note}", err=True)
        with _progress(len(cells)) as tell:
            return search(base.root, base.corpus, cells, client, how, tell), None
    except (OfflineError, ConfigError) as error:
        return [], str(error)


def _progress(total: int) -> AbstractContextManager[Callable[[int, int], object] | None]:
    """A bar on a terminal, nothing else."""
    from contextlib import contextmanager, nullcontext

    if not sys.stderr.isatty() or total < 2:
        return nullcontext(None)

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    @contextmanager
    def bar() -> Any:  # noqa: ANN401 - a generator of callables
        columns = (TextColumn("searching"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task("", total=total)
            yield lambda done, _: shown.update(task, completed=done)

    return bar()


def _decide(base: Base, accepted: Sequence[str], rejected: Sequence[str], why: str | None, who: str) -> None:
    from kb.pubmed.candidates import CandidateError, Decision, decide, load_all

    known = {c.pmid for watch in load_all(base.root)[0].values() for c in watch.candidates}
    for pmid in (*accepted, *rejected):
        if pmid not in known:
            raise CandidateError(pmid, "is no candidate of a watch: `kb pubmed watch --list` shows them")
    for pmid in rejected:
        for candidate in decide(base.root, pmid, Decision("rejected", why, who)):
            click.echo(f"rejected {pmid} {candidate.title or ''} ({who}): {why}")
    for pmid in accepted:
        said = _add(base, pmid)
        decide(base.root, pmid, Decision("accepted", why, who))
        click.echo(f"accepted {pmid} ({who}): {said}")


def _add(base: Base, pmid: str) -> str:
    """`kb add` of one PMID, and what it did in words.

    Raises
    ------
    KbError
        When the study is not in the base afterwards.
    """
    from kb.problems import KbError
    from kb.pubmed.add import add
    from kb.pubmed.client import Entrez

    report = add(base.root, [pmid], Entrez())
    if report.status:
        why = "; ".join(f"{left.message}. {left.advice}".strip() for left in report.left)
        message = f"PMID {pmid} was not accepted: {why}"
        raise KbError(message)
    told = [f"added as {one.key}: fill in {one.path}" for one in report.added]
    told += [f"there already as {left.key}" for left in report.left]
    return "; ".join(told)


def _set_query(base: Base, cell: Cell, text: str | None) -> None:
    """Keep a query; without one, what the person makes of it in an editor."""
    from dataclasses import replace

    from kb.problems import EvidenceError
    from kb.pubmed.candidates import load, save
    from kb.pubmed.watch import How, plan

    watch, problems = load(base.root, cell)
    if problems:
        raise EvidenceError(base.root, problems)
    if text is None:
        text = _edited("\n".join(plan(base.corpus, watch, How().today).query) + "\n", extension=".txt")
        if text is None:
            click.echo("The query is as it was.", err=True)
            return
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    path = save(base.root, replace(watch, query=lines))
    click.echo(f"{' x '.join(cell)}: {'query kept' if lines else 'query is built from the vocabulary again'} in {path}")


def _edited(text: str, *, extension: str) -> str | None:
    """What a person makes of a text in an editor; None when nothing was saved."""
    from kb.problems import KbError

    try:
        return click.edit(text, extension=extension)
    except click.ClickException as error:
        told = f"the editor failed ({error.message}): set EDITOR, or use --set-query"
        raise KbError(told) from error


def _show_queries(base: Base, cells: Sequence[Cell], format_: str) -> None:
    from kb.problems import EvidenceError
    from kb.pubmed.candidates import Watch, load_all
    from kb.pubmed.watch import How, plan

    watches, problems = load_all(base.root)
    if problems:
        raise EvidenceError(base.root, problems)
    plans = [plan(base.corpus, watches.get(cell, Watch(cell)), How().today) for cell in cells]
    if format_ == "json":
        echo_json(
            [
                {
                    "condition": one.cell[0],
                    "intervention": one.cell[1],
                    "query": one.query,
                    "edited": one.edited,
                    "since": one.since,
                }
                for one in plans
            ]
        )
        return
    for one in plans:
        first = ", first search" if one.first_time else ""
        edited = "edited by hand" if one.edited else "built from the vocabulary"
        click.echo(f"{' x '.join(one.cell)} ({edited}; records that came to PubMed since {one.since}{first})")
        for line in one.query:
            click.echo(f"  {line}")


def _show(
    base: Base,
    cells: Sequence[Cell] | None,
    searched: Sequence[Searched],
    trouble: str | None,
    how: tuple[str, int, str],
) -> None:
    from kb.pubmed.offers import offers
    from kb.pubmed.watch_text import offer_data, offer_text, searched_data, summary

    state, top, format_ = how
    offered = offers(base.root, base.corpus, cells, (state,))
    if format_ == "json":
        echo_json(
            {
                "error": trouble,
                "searches": [searched_data(one) for one in searched],
                "candidates": [offer_data(number, one) for number, one in enumerate(offered, start=1)],
            }
        )
    if trouble:
        click.echo(f"kb: {trouble}", err=True)
    for one in searched:
        if one.error:
            click.echo(f"kb: {' x '.join(one.plan.cell)}: {one.error}", err=True)
        for word in one.unknown:
            click.echo(f"kb: {' x '.join(one.plan.cell)}: PubMed does not know {word!r} of the edited query", err=True)
    if format_ == "json":
        return
    if searched:
        click.echo(summary(searched))
    shown = offered if top == 0 else offered[:top]
    for number, offer in enumerate(shown, start=1):
        click.echo(offer_text(number, offer))
    if len(shown) < len(offered):
        click.echo(f"and {len(offered) - len(shown)} more: --top 0 shows all")
    if not offered:
        click.echo(f"No {state} candidate.")
    elif state == "new":
        click.echo("\nTo decide: kb pubmed watch --accept PMID, or --reject PMID --why 'the reason'")
