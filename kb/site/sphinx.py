"""MyST Markdown -> HTML with Sphinx, which makes only pages again whose source changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kb.problems import KbError

ASSETS = Path(__file__).parent / "assets"
TITLE = "Evidence for physical therapy"


class SiteError(KbError):
    """The site could not be made."""


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


def write_sources(folder: Path, pages: Mapping[str, str]) -> None:
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


def run_sphinx(cache: Path, jobs: int) -> None:
    """Make HTML of the sources in ``cache``; raises :class:`SiteError` when Sphinx fails."""
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


def settle(path: Path, other_names: Mapping[str, Iterable[str]]) -> None:
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
