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

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from kb.notebooks.stale import digest_folder, digest_of
from kb.site.copies import reading_copy
from kb.site.index import index_page, other_names
from kb.site.sphinx import run_sphinx, settle, write_sources

if TYPE_CHECKING:
    from kb.base import Base

_LEFTOVERS = (".buildinfo", ".buildinfo.bak", "objects.inv", ".doctrees", "_sources", "webpack-macros.html", "*.map")
"""What Sphinx and the theme leave for themselves, for other Sphinx sites and for debuggers."""


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
    write_sources(cache / "source", pages)
    run_sphinx(cache, jobs)
    shutil.copytree(cache / "html", site, ignore=shutil.ignore_patterns(*_LEFTOVERS))
    settle(site / "searchindex.js", {name: other_names(base, name) for name in names})
    finished.write_text(key, encoding="utf-8")
    return len(pages)


def digest() -> str:
    """Changes when pages made before would look different now, whatever their notebook."""
    versions = [f"{name} {version(name)}" for name in ("sphinx", "myst-parser", "pydata-sphinx-theme", "docutils")]
    return digest_of(digest_folder(Path(__file__).parent), *versions)
