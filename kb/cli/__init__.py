"""The ``kb`` command: thin, every command is one call into the library, imported only when chosen."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from kb.cli.add import add
from kb.cli.check import check
from kb.cli.cite import cite
from kb.cli.common import (
    BUILD,
    EVIDENCE,
    FOUND_PROBLEMS,
    Group,
    counted,
    echo_json,
    echo_rows,
    formats,
    joined,
    open_base_at,
)
from kb.cli.drifted import drift_options
from kb.cli.export import export
from kb.cli.refresh import refresh
from kb.cli.surveillance import status, watch
from kb.cli.synthesize import synthesize
from kb.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.build import Built


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kb-evidence", prog_name="kb")
def main() -> None:
    """Research evidence for physical therapy: what was studied, the numbers, and what posts claim of it.

    \b
      kb search tennis elbow    what the base has on it
      kb show zhang2024         one study, with its numbers and what rests on it
      kb check draft.md         wrong citations and overstated claims of a draft

    Names are completed: `kb show zhang` and `kb show "tennis elbow"` work. The evidence is the nearest folder of that
    name, or that of --evidence. Exit status: 0 all is well, 1 problems in what was checked, 2 it could not be done or
    wrong usage, 130 stopped with Ctrl-C.
    """  # noqa: D301 - click wants the letter itself


main.sections = {
    "For a clinician": ("search", "show", "list", "synthesize", "lab"),
    "For a writer": ("check", "table", "cite"),
    "For a maintainer": ("validate", "build", "add", "pubmed", "export", "run"),
}


@main.command(short_help="Every problem in the evidence, with file, line and what to do.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="warning",
    show_default=True,
    help="Exit with status 1 when there is a problem of this severity or a worse one.",
)
@EVIDENCE
@formats("text", "json")
def validate(fail_on: str, evidence: Path | None, format_: str) -> None:
    """List every problem in the evidence, with file, line and what to do.

    An error makes the evidence invalid: nothing is built of it. A warning asks for a look, such as a study that was
    retracted.
    """
    from kb.base import default_evidence
    from kb.problems import EvidenceError
    from kb.validation import validate as validate_evidence

    root = evidence or default_evidence()
    corpus, problems = validate_evidence(root)
    if problems and problems[0].rule == "missing-folder":
        raise EvidenceError(root, problems)
    if format_ == "json":
        fields = ("path", "line", "rule", "severity", "message", "advice")
        echo_json([{name: getattr(problem, name) for name in fields} for problem in problems])
    else:
        for problem in problems:
            click.echo(problem)
        if corpus is not None:
            n_findings = sum(len(study.findings) for study in corpus.studies.values())
            n_claims = sum(len(post.claims) for post in corpus.posts.values())
            held = (
                (len(corpus.studies), "study"),
                (n_findings, "finding"),
                (len(corpus.posts), "post"),
                (n_claims, "claim"),
            )
            said = counted(len(problems), "problem") if problems else "no problems"
            click.echo(
                f"{root}: {', '.join(counted(*each) for each in held)}; {said}",
                err=bool(problems),
            )
    heeded = {"error": ("error",), "warning": ("error", "warning"), "never": ()}[fail_on]
    if any(problem.severity in heeded for problem in problems):
        sys.exit(FOUND_PROBLEMS)


NOUNS = (
    "studies", "findings", "arms", "conditions", "interventions", "outcomes", "populations", "posts", "claims",
    "evidence", "citations",
)  # fmt: skip

_SHORT = {
    "studies": ("label", "year", "design", "n_participants", "title"),
    "findings": ("as_reported", "timepoint", "measure", "estimate", "ci_low", "ci_high", "direction", "notice"),
    "posts": ("date", "title", "n_citations", "n_claims"),
    "claims": ("statement", "wording", "verdict"),
    "citations": ("authors", "year", "journal", "link", "study"),
    "evidence": ("claim", "study", "bearing", "relation", "notice"),
    "interventions": ("label", "patient_label", "kind", "broader"),
    "outcomes": ("label", "patient_label", "better", "unit", "broader"),
    "conditions": ("label", "patient_label", "broader"),
    "populations": ("label", "patient_label", "broader"),
    "arms": ("finding", "name", "n", "statistic", "value", "sd"),
}


@main.command("list", short_help="All studies, findings, conditions, posts, claims ... as a table.")
@click.argument("noun", type=click.Choice(NOUNS), metavar="NOUN")
@EVIDENCE
@formats("text", "csv", "json")
def list_(noun: str, evidence: Path | None, format_: str) -> None:
    """List all things of a kind: `kb list studies`.

    NOUN is studies, findings, arms, conditions, interventions, outcomes, populations, posts, claims, evidence (which
    study bears on which claim, and how) or citations. A terminal shows the columns that it has room for.
    """
    frame = getattr(open_base_at(evidence), noun)
    if frame.index.name:
        frame = frame.reset_index()
    for name in {"date", "reviewed_on"} & set(frame.columns):  # days, which pandas would print with a time
        frame[name] = frame[name].map(str, na_action="ignore")
    if format_ == "csv":
        click.echo(frame.map(joined).to_csv(index=False, lineterminator="\n").encode("utf-8", "replace"), nl=False)
        return
    rows = json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False, default_handler=str))
    if format_ == "json":
        echo_json(rows)
        return
    index = [str(frame.columns[0])] if noun not in {"evidence", "arms"} else []
    echo_rows([*index, *(name for name in _SHORT[noun] if name not in index)], rows)


@main.command(short_help="A page about one thing: what was found, and what rests on it.")
@click.argument("id_", metavar="ID")
@EVIDENCE
@formats("text", "json")
def show(id_: str, evidence: Path | None, format_: str) -> None:
    """Show a study, finding, condition, intervention, outcome, population, post, claim or citation."""
    from dataclasses import asdict

    from kb.show import page, to_text

    base = open_base_at(evidence)
    answer = page(base, base.resolve(id_))
    if format_ == "json":
        echo_json(asdict(answer))
    elif not sys.stdout.isatty():
        click.echo(to_text(answer), nl=False)
    else:
        from kb.cli.screen import draw_page

        draw_page(answer)


@main.command(short_help="Studies, conditions, treatments, outcomes and claims by words.")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=15, show_default=True, type=click.IntRange(1), help="How many at most.")
@EVIDENCE
@formats("text", "json")
def search(words: tuple[str, ...], limit: int, evidence: Path | None, format_: str) -> None:
    """Search labels, synonyms, titles, authors, conclusions and claims; best first."""
    hits = open_base_at(evidence).search(" ".join(words), limit)
    rows = [{"noun": hit.noun, "id": hit.id, "title": hit.title, "score": hit.score} for hit in hits]
    if format_ == "json":
        echo_json(rows)
    elif rows:
        echo_rows(["noun", "id", "title"], rows)
    else:
        click.echo(f"Nothing in the base holds {' '.join(words)!r}.", err=True)


@main.command(short_help="Run the notebooks that changed, write the site; tell drift.")
@EVIDENCE
@BUILD
@click.option("--only", multiple=True, metavar="PAGE", help="Only these pages, e.g. 'post/*'; repeatable.")
@click.option("--force", is_flag=True, help="Run every notebook again, also where nothing changed.")
@click.option("--jobs", type=click.IntRange(1), help="Notebooks at a time. [default: number of processors]")
@click.option(
    "--executor",
    type=click.Choice(["processes", "serial", "dask"]),
    default="processes",
    show_default=True,
    help="Several processes here, one notebook after the other, or a Dask cluster that runs already.",
)
@click.option("--scheduler", metavar="ADDRESS", help="With --executor dask: the cluster, e.g. tcp://10.0.0.5:8786.")
@click.option(
    "--engine",
    type=click.Choice(["warm", "kernel"]),
    default="warm",
    show_default=True,
    help="A process that is warm already and forked for each notebook, or an ordinary kernel for each.",
)
@drift_options
def build(
    evidence: Path | None,
    build_dir: Path | None,
    only: Sequence[str],
    force: bool,
    jobs: int | None,
    executor: Literal["processes", "serial", "dask"],
    scheduler: str | None,
    engine: Literal["warm", "kernel"],
) -> tuple[Path, Built]:
    """Validate, re-run stale notebooks and write build/site; a notebook that fails keeps its last good page.

    Exit status: 0 all is well, 1 the evidence, a notebook or --check found something, 2 it could not be done.
    """
    from kb.base import default_evidence
    from kb.build import build as build_site

    if (executor == "dask") != (scheduler is not None):
        message = "--executor dask and --scheduler ADDRESS belong together"
        raise click.UsageError(message)
    if scheduler is not None and not re.fullmatch(r"(?:[a-z]+://)?\S+:\d{1,5}", scheduler):
        message = f"{scheduler!r} is no address of a scheduler: those look like tcp://10.0.0.5:8786"
        raise click.UsageError(message)
    root = evidence or default_evidence()
    made = build_site(
        root,
        build_dir,
        only=tuple(only) or None,
        force=force,
        jobs=jobs,
        executor=executor,
        scheduler=scheduler,
        engine=engine,
    )
    click.echo(made)
    return root, made


@main.command(short_help="One notebook with parameters of your own.")
@click.argument("notebook")
@click.option("-p", "parameters", type=(str, str), multiple=True, metavar="NAME VALUE", help="A parameter; repeatable.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.ipynb",
    help="Where the executed notebook goes.",
)
@EVIDENCE
@BUILD
def run(
    notebook: str,
    parameters: Sequence[tuple[str, str]],
    output: Path | None,
    evidence: Path | None,
    build_dir: Path | None,
) -> None:
    """Run one notebook with papermill: `kb run condition -p condition itbs`.

    NOTEBOOK is the name of a template or the path of a notebook of your own. The name of a parameter, its type and its
    value are checked before anything runs.
    """
    from kb.files import refuse
    from kb.notebooks import run_notebook

    if output is not None:
        refuse(output)
    click.echo(run_notebook(notebook, dict(parameters), evidence=evidence, build_dir=build_dir, output=output))


@main.command(
    short_help="JupyterLab, opened as a page: search, choose, read; no code.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@EVIDENCE
@BUILD
def lab(arguments: Sequence[str], evidence: Path | None, build_dir: Path | None) -> None:
    """Open JupyterLab at the start page; further ARGUMENTS go to JupyterLab."""
    from kb.base import default_evidence
    from kb.notebooks import open_lab
    from kb.problems import KbError

    root = evidence or default_evidence()
    if not root.is_dir():
        message = f"{root} is no folder: name the evidence folder with --evidence, or go to the folder that holds it"
        raise KbError(message)
    sys.exit(open_lab(evidence, arguments, build_dir=build_dir))


@main.group(short_help="PubMed: new facts on the studies, retractions, new literature.")
def pubmed() -> None:
    """Metadata from PubMed: fetch it, see what is old or retracted, watch for new literature.

    Email, tool name and API key come from KB_ENTREZ_EMAIL, KB_ENTREZ_TOOL and NCBI_API_KEY or a user config file;
    KB_ENTREZ_URL names another server than NCBI's.
    """


main.add_command(add)
main.add_command(export)
main.add_command(synthesize)
main.add_command(table)
main.add_command(check)
main.add_command(cite)
pubmed.add_command(refresh)
pubmed.add_command(status)
pubmed.add_command(watch)
