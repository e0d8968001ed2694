"""Executed notebooks -> a static site that works from a folder, offline, in light and dark, on a phone.

Sphinx with the PyData theme and its search, from MyST Markdown; nothing is executed. Each executed notebook becomes
a reading copy: its outputs without its code. Measured on 327 notebooks (4 processors, Sphinx 9.0): from nothing 14 s,
one page changed 4 s, the largest page 0.3 MB. MyST-NB was tried first on the notebooks as they are and took as long,
but a heading that a cell shows is no title there, figures become files of their own whose text cannot be read aloud
or selected, and in the dark every table stands on a white card; so outputs are taken over here and only MyST's
Markdown is used. There is no table of contents of all pages on every page (it would grow with the square of their
number): the index leads to every page.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb import graph as graphs
from kb.model import InterventionKind, Term
from kb.notebooks.stale import digest_file, digest_folder, digest_of
from kb.problems import KbError
from kb.show import questions_of

if TYPE_CHECKING:
    from kb.base import Base
    from kb.synthesis.comparison import Question

ASSETS = Path(__file__).parent / "site_assets"
TITLE = "Evidence for physical therapy"
CAVEAT = "Curated from abstracts; not yet reviewed by a clinician."
_LOCAL = re.compile(
    r'(?P<before><a\b[^>]*?\bhref=")(?P<target>[^"#:?]+\.html)(?P<after>[^"]*"[^>]*>)(?P<text>.*?)</a>', re.DOTALL
)
_LOCAL_MARKDOWN = re.compile(r"\[(?P<text>(?:[^\[\]\\]|\\.)*)\]\((?P<target>[^)\s:#?]+\.html)(?:#[^)\s]*)?\)")
_KINDS = {
    InterventionKind.TREATMENT: "Treatments",
    InterventionKind.TRAINING_ADVICE: "Training advice",
    InterventionKind.EXPOSURE: "Exposures",
    InterventionKind.TEST: "Tests",
    InterventionKind.SERVICE: "Services",
}
_PAIR = ("condition", "intervention")
_LEFTOVERS = (".buildinfo", ".buildinfo.bak", "objects.inv", ".doctrees", "_sources", "webpack-macros.html", "*.map")
"""What Sphinx and the theme leave for themselves, for other Sphinx sites and for debuggers."""


class SiteError(KbError):
    """The site could not be made."""


def make_site(notebooks: Path, site: Path, base: Base, cache: Path, jobs: int = 1) -> int:
    """Make the site of a folder of executed notebooks; returns the number of pages.

    Parameters
    ----------
    notebooks
        Executed notebooks: ``overview.ipynb``, ``condition/<id>.ipynb``, ...
    site
        Folder to make; must not exist.
    base
        Labels, hierarchy and counts of the index come from it.
    cache
        Folder that is kept between calls; pages whose notebook did not change are not made again. Anything may be
        deleted from it at any time.
    jobs
        Processes that Sphinx may use.

    Raises
    ------
    SiteError
        When Sphinx fails.
    """
    finished = cache / "finished"
    key = digest()
    if not finished.is_file() or finished.read_text(encoding="utf-8") != key:  # never made, killed half-way, or older
        shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    finished.unlink(missing_ok=True)
    names = sorted(path.relative_to(notebooks).with_suffix("").as_posix() for path in notebooks.rglob("*.ipynb"))
    pages = {"index": index_page(base, names)}
    for name in names:
        notebook = json.loads((notebooks / f"{name}.ipynb").read_text(encoding="utf-8"))
        pages[name] = reading_copy(notebook, name, names)
    _write_sources(cache / "source", pages)
    _run_sphinx(cache, jobs)
    shutil.copytree(cache / "html", site, ignore=shutil.ignore_patterns(*_LEFTOVERS))
    _settle(site / "searchindex.js", {name: _other_names(base, name) for name in names})
    finished.write_text(key, encoding="utf-8")
    return len(pages)


def digest() -> str:
    """Changes when pages made before would look different now, whatever their notebook."""
    versions = [f"{name} {version(name)}" for name in ("sphinx", "myst-parser", "pydata-sphinx-theme", "docutils")]
    return digest_of(digest_folder(ASSETS), digest_file(Path(__file__)), *versions)


# --- reading copies -----------------------------------------------------------------------------------------------


def reading_copy(notebook: Mapping[str, Any], name: str, names: Iterable[str]) -> str:
    """The MyST Markdown of an executed notebook: text and outputs, no code.

    Links to pages that the site does not have become plain text.

    Parameters
    ----------
    notebook
        The notebook as JSON.
    name
        Its page, e.g. ``condition/hamstring-strain``.
    names
        All pages of the site.

    Examples
    --------
    >>> cell = {
    ...     "cell_type": "code",
    ...     "source": "1",
    ...     "metadata": {},
    ...     "outputs": [
    ...         {"output_type": "display_data", "data": {"text/markdown": "# Gout, [hip](../condition/hip.html)"}}
    ...     ],
    ... }
    >>> print(reading_copy({"cells": [cell]}, "condition/gout", ["condition/gout"]))
    # Gout, hip
    <BLANKLINE>
    """
    known = {*names, "index", "search"}
    blocks: list[str] = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", ())
        if cell["cell_type"] == "markdown" and "remove-cell" not in tags:
            blocks.append(_without_dead_links("".join(cell["source"]), name, known))
        for output in cell.get("outputs", ()) if "remove-output" not in tags and "remove-cell" not in tags else ():
            blocks += [_without_dead_links(block, name, known) for block in _shown(output)]
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _other_names(base: Base, name: str) -> tuple[str, ...]:
    """Names under which the search finds the page of a term first."""
    noun, _, identifier = name.partition("/")
    terms: Mapping[str, Term] = base.corpus.vocabulary(f"{noun}s") if noun in {"condition", "intervention"} else {}
    term = terms.get(identifier)
    return (term.patient_label, *term.synonyms) if term else ()


def _shown(output: Mapping[str, Any]) -> Iterator[str]:
    """An output as Markdown, in the richest form it has; what was written to standard error is not for readers."""
    if output["output_type"] == "stream":
        if output["name"] == "stdout":
            yield _raw(f"<pre>{html.escape(''.join(output['text']))}</pre>")
        return
    data = {kind: "".join(value) for kind, value in output.get("data", {}).items() if not isinstance(value, dict)}
    if "text/html" in data:
        yield _raw(data["text/html"])
    elif "image/svg+xml" in data:
        svg = data["image/svg+xml"]
        yield _raw(svg[svg.find("<svg") :], "kb-figure")
    elif "image/png" in data:
        alt = html.escape(data.get("text/plain", "figure"))
        yield _raw(f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">', "kb-figure")
    elif "text/markdown" in data:
        yield data["text/markdown"]
    elif "text/plain" in data:
        yield _raw(f"<pre>{html.escape(data['text/plain'])}</pre>")


def _raw(content: str, style: str = "") -> str:
    """A block of HTML that Markdown leaves alone; it can be scrolled with the keyboard."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", content)), default=0))
    css = f"kb-output {style}".strip()
    return f'{fence}{{raw}} html\n<div class="{css}" tabindex="0">\n{content}\n</div>\n{fence}'


def _without_dead_links(text: str, name: str, known: set[str]) -> str:
    def exists(target: str) -> bool:
        place = os.path.normpath(f"{name}/../{target}").replace(os.sep, "/")  # noqa: PTH118, TID251, RUF100 - not a file
        return place.removesuffix(".html") in known

    def keep(found: re.Match[str]) -> str:
        return found[0] if exists(found["target"]) else found["text"]

    return _LOCAL_MARKDOWN.sub(keep, _LOCAL.sub(keep, text))


# --- the index ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the index."""

    page: str
    label: str
    also: str
    words: str
    studies: int
    claims: int


def index_page(base: Base, names: Sequence[str]) -> str:
    """The MyST Markdown of the index: every page, grouped, with its numbers of studies and claims."""
    corpus, pages = base.corpus, set(names)
    claims = sum(len(post.claims) for post in corpus.posts.values())
    blocks = [
        "# Find the evidence",
        f"{len(corpus.studies)} studies and {claims} claims of {len(corpus.posts)} published pages. {CAVEAT}",
        _plain_raw(
            '<label for="kb-filter">Condition, intervention or post, in any of its names</label>'
            '<input id="kb-filter" class="kb-filter" type="search" autocomplete="off" '
            'placeholder="e.g. tennis elbow, shockwave">'
            '<p class="kb-status" role="status" aria-live="polite"></p>'
        ),
    ]
    if "overview" in pages:
        blocks.append("[Overview: what exists, and what is missing](overview.html)")
    if "audit" in pages:
        blocks.append("[Audit of the posts: which citations and claims are wrong, and the fix](audit.html)")
    conditions = {i: t for i, t in corpus.conditions.items() if f"condition/{i}" in pages}
    if conditions:
        blocks += ["## Conditions", _tree(base, "condition", conditions)]
    interventions = {i: t for i, t in corpus.interventions.items() if f"intervention/{i}" in pages}
    if interventions:
        blocks.append("## Interventions")
        for kind, heading in _KINDS.items():
            terms = {i: t for i, t in interventions.items() if t.kind is kind}
            if terms:
                blocks += [f"### {heading}", _tree(base, "intervention", terms)]
    asked = {question: name for question, name in questions_of(base).pages.items() if name in pages}
    if asked:
        blocks += ["## Comparisons", _comparisons(base, asked)]
    posts = [post for slug, post in sorted(corpus.posts.items()) if f"post/{slug}" in pages]
    if posts:
        entries = [
            _Entry(
                f"post/{post.slug}", post.title, post.date.isoformat() if post.date else "", post.title,
                len({e.study for c in post.claims for e in c.evidence if e.study}
                    | {c.study for c in post.citations if c.study}), len(post.claims),
            )
            for post in sorted(posts, key=lambda p: (p.title.casefold(), p.slug))
        ]  # fmt: skip
        rows = "".join(f"<li {_attributes(entry)}>{_row(entry)}</li>\n" for entry in entries)
        blocks += ["## Posts", _plain_raw(f'<ul class="kb-tree">\n{rows}</ul>')]
    return "\n\n".join(blocks) + "\n"


def _tree(base: Base, noun: str, terms: Mapping[str, Term]) -> str:
    """Terms under their first broader term of the same group, by label."""
    below: dict[str | None, list[str]] = {}
    for identifier, term in sorted(terms.items(), key=lambda item: (item[1].label.casefold(), item[0])):
        parent = next((broader for broader in term.broader if broader in terms), None)
        below.setdefault(parent, []).append(identifier)

    def branch(parent: str | None) -> str:
        rows = []
        for identifier in below.get(parent, ()):
            entry = _entry(base, noun, terms[identifier])
            inner = f"\n<ul>\n{branch(identifier)}</ul>" if identifier in below else ""
            rows.append(f"<li {_attributes(entry)}>{_row(entry)}{inner}</li>\n")
        return "".join(rows)

    return _plain_raw(f'<ul class="kb-tree kb-wide">\n{branch(None)}</ul>')


def _comparisons(base: Base, asked: Mapping[Question, str]) -> str:
    """A row for each condition with an intervention, with a link for each outcome."""
    corpus = base.corpus
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for question, name in asked.items():
        label = corpus.outcomes[question.outcome].label
        pairs.setdefault((question.condition, question.intervention), []).append((label, name))
    rows = []
    for (condition, intervention), links in sorted(
        pairs.items(),
        key=lambda item: [corpus.vocabulary(f"{noun}s")[i].label for noun, i in zip(_PAIR, item[0], strict=True)],
    ):
        terms = corpus.conditions[condition], corpus.interventions[intervention]
        words = [word for term in terms for word in (term.label, term.patient_label, *term.synonyms)]
        words += [label for label, _ in links]
        named = ", ".join(f'<a href="{name}.html">{html.escape(label)}</a>' for label, name in sorted(links))
        studies = len(graphs.bearing_on(base.standing, condition=condition, intervention=intervention).studies)
        rows.append(
            f'<li data-words="{html.escape(" ".join(words))}"><div class="kb-row"><span>'
            f"{html.escape(terms[0].label)}: {html.escape(terms[1].label)}"
            f'<span class="kb-patient">{named}</span></span>'
            f'<span class="kb-count">{_number(studies, "study", "studies")}</span></div></li>\n'
        )
    return _plain_raw(f'<ul class="kb-tree kb-wide">\n{"".join(rows)}</ul>')


def _entry(base: Base, noun: str, term: Term) -> _Entry:
    answer = graphs.bearing_on(base.standing, **{noun: term.id})
    also = term.patient_label if term.patient_label.casefold() != term.label.casefold() else ""
    words = " ".join((term.label, term.patient_label, *term.synonyms))
    return _Entry(f"{noun}/{term.id}", term.label, also, words, len(answer.studies), len(answer.claims))


def _attributes(entry: _Entry) -> str:
    return f'data-words="{html.escape(entry.words)}"'


def _row(entry: _Entry) -> str:
    also = f' <span class="kb-patient">{html.escape(entry.also)}</span>' if entry.also else ""
    counts = _number(entry.studies, "study", "studies")
    if entry.claims:
        counts += f", {_number(entry.claims, 'claim', 'claims')}"
    return (
        f'<div class="kb-row"><span><a href="{entry.page}.html">{html.escape(entry.label)}</a>{also}</span>'
        f'<span class="kb-count">{counts}</span></div>'
    )


def _number(count: int, one: str, many: str) -> str:
    return f"<b>{count}</b> {one if count == 1 else many}" if count else f"no {many}"


def _plain_raw(content: str) -> str:
    return f"```{{raw}} html\n{content}\n```"


# --- Sphinx -------------------------------------------------------------------------------------------------------


def configuration(*, overview: bool, audit: bool) -> dict[str, Any]:
    """Settings for Sphinx: the theme without anything from elsewhere, and without times."""
    return {
        "project": TITLE,
        "extensions": ["myst_parser"],
        "source_suffix": {".md": "markdown"},
        "myst_enable_extensions": [],
        "myst_all_links_external": True,
        "suppress_warnings": ["toc.not_included", "myst.header"],
        "templates_path": [str(ASSETS / "templates")],
        "html_theme": "pydata_sphinx_theme",
        "html_title": TITLE,
        "html_static_path": [str(ASSETS / "static")],
        "html_css_files": ["kb.css"],
        "html_js_files": [["kb.js", {"defer": "defer"}]],
        "html_context": {"default_mode": "auto", "kb_overview": overview, "kb_audit": audit},
        "html_sidebars": {"**": []},
        "html_theme_options": {
            "navbar_center": ["kb-nav"],
            "navbar_end": ["theme-switcher"],
            "navbar_align": "left",
            "article_header_start": ["kb-crumbs"],
            "secondary_sidebar_items": ["page-toc"],
            "show_toc_level": 1,
            "show_prev_next": False,
            "footer_start": ["kb-footer"],
            "footer_end": [],
            "back_to_top_button": False,
        },
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_show_search_summary": False,
        "html_use_index": False,
        "html_permalinks": False,
        "html_last_updated_fmt": None,
        "smartquotes": False,
        "language": "en",
    }


def _write_sources(folder: Path, pages: Mapping[str, str]) -> None:
    """Write what differs from what is there, and remove what is no longer wanted."""
    settings = json.dumps(configuration(overview="overview" in pages, audit="audit" in pages), indent=1)
    code = f"import json\n\nglobals().update(json.loads({settings!r}))\n"
    wanted = {"conf.py": code, **{f"{name}.md": text for name, text in pages.items()}}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path, content = folder / name, text.encode()
        if not (path.is_file() and path.read_bytes() == content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _run_sphinx(cache: Path, jobs: int) -> None:
    source, made = cache / "source", cache / "html"
    for path in made.rglob("*.html") if made.is_dir() else ():
        name = path.relative_to(made).with_suffix(".md")
        if name.as_posix() not in {"search.md", "genindex.md"} and not (source / name).exists():
            path.unlink()
    command = [
        sys.executable, "-m", "sphinx", "--quiet", "--jobs", str(jobs), "--builder", "html",
        "--doctree-dir", str(cache / "doctrees"), str(source), str(made),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-3000:]
        raise SiteError(f"Sphinx could not make the site:\n{said}")


def _settle(path: Path, other_names: Mapping[str, Iterable[str]]) -> None:
    """Add the other names of terms to Sphinx's search index, and put it in an order of its own.

    Sphinx orders the index as pages came to be, and when it makes only some pages again it forgets the entries of the
    others; so entries are ours.
    """
    text = path.read_text(encoding="utf-8")
    start, end = text.index("(") + 1, text.rindex(")")
    index = json.loads(text[start:end])
    number = {name: position for position, name in enumerate(index["docnames"])}
    entries: dict[str, list[tuple[int, str, bool]]] = {}
    for name, others in sorted(other_names.items()):
        for entry in dict.fromkeys(other.lower() for other in others):
            entries.setdefault(entry, []).append((number[name], "", True))
    index["indexentries"] = entries
    index["alltitles"] = {title: sorted(places, key=json.dumps) for title, places in index["alltitles"].items()}
    settled = json.dumps(index, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path.write_text(text[:start] + settled + text[end:], encoding="utf-8")
