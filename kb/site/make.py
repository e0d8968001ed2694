"""Executed notebooks and evidence -> a static site that works from a folder, offline, in light and dark, on a phone.

Pages are laid out by templates (Jinja2), which escape whatever is not HTML of our own; what a notebook shows is taken
over without its code. Sphinx made the site before; docs/site.md tells why it does not any more.
Each page is made of a notebook or of the evidence, and of what all pages share; where neither changed it is not made
again, and the search, the feed and the few pages that list others are made every time.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.exports import export_all
from kb.exports.about import about
from kb.figures import dark_style
from kb.notebook.html import STYLE
from kb.notebooks.kept import quicken
from kb.notebooks.stale import digest_code, digest_file, digest_folder, digest_of
from kb.problems import KbError
from kb.site import evidence_map, schema
from kb.site.copies import Copy, reading_copy
from kb.site.data import FOLDER, data_page, dictionary_page
from kb.site.home import home_page
from kb.site.kept import Kept, Made, kept_folder, link_or_copy
from kb.site.listing import listing_page, weights_of
from kb.site.method import method_page
from kb.site.moved import feed, moved_pages, sitemap
from kb.site.news import entries_of, label_of, news_page
from kb.site.page import ASSETS, Frame, Page, described, rendered
from kb.site.plain import plain_pages
from kb.site.searching import other_names, pages_file, words_file, words_of
from kb.site.studies import StudyIngredients, study_copy, study_description

if TYPE_CHECKING:
    from kb.base import Base

ADDRESS = "KB_SITE_URL"
"""The setting that says where the site will stand, e.g. ``https://example.org/evidence/``."""

OWN = ("index", "pages", "map", "news", "method", "data", "dictionary", "about", "search", "404")
"""Pages that every site has, whatever the notebooks."""

_LEAD = re.compile(r'<p class="kb-lead">(.*?)</p>', re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


class SiteError(KbError):
    """The site could not be made."""


def make_site(
    notebooks: Path, site: Path, base: Base, cache: Path, jobs: int = 1, data: Callable[[], Path] | None = None
) -> int:
    """Make the site of a folder of executed notebooks; returns the number of pages.

    Parameters
    ----------
    notebooks
        Executed notebooks: ``overview.ipynb``, ``condition/<id>.ipynb``, ...
    site
        Folder to make; must not exist.
    base
        Studies, labels, changes and counts come from it.
    cache
        Folder that is kept between calls; pages whose notebook did not change are not made again. Anything may be
        deleted from it at any time.
    jobs
        Notebooks that are read at a time.
    data
        Waits for the files to download, where somebody has begun with them (:func:`prepare`); None begins now.

    Raises
    ------
    SiteError
        When the address in ``KB_SITE_URL`` is none.

    Examples
    --------
    >>> make_site(Path("build/notebooks"), Path("build/site"), base, Path("build/.cache/site"))  # doctest: +SKIP
    692
    """
    copied = sorted(path.relative_to(notebooks).with_suffix("").as_posix() for path in notebooks.rglob("*.ipynb"))
    studies = [f"study/{key}" for key in sorted(base.corpus.studies)]
    frame = _frame(base, [*copied, *studies, *OWN])
    cache.mkdir(parents=True, exist_ok=True)
    kept = Kept(cache, digest())
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        digests = dict(
            zip(copied, pool.map(lambda name: digest_file(notebooks / f"{name}.ipynb"), copied), strict=True)
        )
        files = data or pool.submit(prepare, base, cache).result
        making = _Making(quicken(base), frame, kept, digest_of(about(base).digest, digest_code(), frame.digest), files)
        pages = [making.notebook(name, notebooks / f"{name}.ipynb", digests[name]) for name in copied]
        pages += [making.study(name) for name in studies]
        pages += making.own_pages()
    moved = list(moved_pages(base.corpus, {page.name: page.title for page in pages}, frame))
    site.mkdir(parents=True)
    for page in pages:
        kept.place(page.name, site)
    for page in moved:
        target = site / f"{page.name}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rendered(page, frame), encoding="utf-8")
    _assets(site, making, pages)
    kept.finish({page.name for page in pages})
    return len(pages)


def prepare(base: Base, cache: Path) -> Path:
    """Make the files to download, which needs no notebook, in a process beside this one; returns their folder.

    Parameters
    ----------
    base
        The evidence.
    cache
        As :func:`make_site` takes it.
    """
    from loky import get_reusable_executor

    _ = quicken(base).best_estimates

    def make(folder: Path) -> None:
        get_reusable_executor(max_workers=1).submit(export_all, base, folder).result()

    return kept_folder(cache / FOLDER, digest_of(about(base).digest, digest_code(), digest()), make)


def digest() -> str:
    """Changes when pages made before would look different now, whatever their notebook."""
    versions = [f"{name} {version(name)}" for name in ("jinja2", "markdown-it-py")]
    return digest_of(digest_folder(Path(__file__).parent), STYLE, os.environ.get(ADDRESS, ""), *versions)


def _frame(base: Base, names: Sequence[str]) -> Frame:
    told = about(base)
    days = [day for day in (told.date, *(change.date for change in base.corpus.changes)) if day is not None]
    as_of = max(days).isoformat() if days else None
    return Frame(frozenset(names), as_of, told.version, told.citation, _address(os.environ.get(ADDRESS, "")))


def _address(given: str) -> str:
    """Where the site will stand, with a slash at its end."""
    if not given:
        return ""
    if not re.fullmatch(r"https?://[^\s/?#\"'<>]+(/[^\s?#\"'<>]*)?", given):
        raise SiteError(f"{ADDRESS} is '{given}': give an address such as https://example.org/evidence/, or nothing")
    return given.rstrip("/") + "/"


@dataclass(slots=True)
class _Making:
    """One making of a site.

    ``evidence`` changes when a page made of the evidence itself would; ``data`` waits for the files to download.
    """

    base: Base
    frame: Frame
    kept: Kept
    evidence: str
    data: Callable[[], Path]
    words: dict[str, list[str]]
    _of_study: StudyIngredients

    def __init__(self, base: Base, frame: Frame, kept: Kept, evidence: str, data: Callable[[], Path]) -> None:
        self.base, self.frame, self.kept, self.evidence, self.data, self.words = base, frame, kept, evidence, data, {}
        self._of_study = StudyIngredients(base)

    def notebook(self, name: str, path: Path, digest: str) -> Page:
        """The page of a notebook."""
        noun, _, identifier = name.partition("/")
        subjects = schema.about_page(self.base, name)
        claims = list(schema.claim_reviews(self.base.corpus.posts[identifier])) if noun == "post" else []
        medical = noun in {"condition", "intervention", "comparison"}

        def make() -> Page:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            page = self._of_copy(name, reading_copy(notebook, name, self.frame.names))
            if medical:
                address = self.frame.canonical(name)
                return replace(page, schema=(schema.medical_page(page.title, page.description, subjects, address),))
            return replace(page, schema=tuple(claims))

        return self._made(name, digest_of(digest, self.frame.digest, json.dumps([subjects, claims])), make)

    def study(self, name: str) -> Page:
        """The page of a study."""
        key = name.partition("/")[2]

        def make() -> Page:
            copy = study_copy(self.base, key, self.frame.names)
            description = described([study_description(self.base, key)])
            title = copy.title or label_of(self.base, name)
            data = schema.study_page(self.base, key, title, description, self.frame.canonical(name))
            return Page(name, title, description, copy.body, copy.headings, (data,), other_names(self.base, name))

        return self._made(name, digest_of(self.frame.digest, self._of_study(key)), make)

    def own_pages(self) -> list[Page]:
        """Home, all pages, map, news, method, data, about, search, and what stands where nothing is."""
        base, names = self.base, self.frame.names
        cells = self.kept.value(
            "map", self.evidence, lambda: [asdict(cell) for cell in evidence_map.cells_of(base, names)]
        )
        pages = [
            home_page(base, names),
            listing_page(base, names),
            evidence_map.map_page(base, [evidence_map.Cell(**cell) for cell in cells]),
            news_page(base, names),
            method_page(base),
            data_page(self.data(), self.frame),
            dictionary_page(self.data()),
            *plain_pages(base),
        ]
        return [self._made(page.name, digest_of(rendered(page, self.frame)), partial(_itself, page)) for page in pages]

    def _of_copy(self, name: str, copy: Copy) -> Page:
        title = copy.title or name
        lead = _lead(copy.body)
        told = lead if lead.startswith(title) else f"{title}: {lead}" if lead else title
        return Page(name, title, described([told]), copy.body, copy.headings, also=other_names(self.base, name))

    def _made(self, name: str, ingredients: str, make: Callable[[], Page]) -> Page:
        """A page, made or kept; kept, it has no body."""

        def file() -> Made:
            page = make()
            html = rendered(page, self.frame)
            return Made(page.title, page.description, tuple(words_of(html_of_words(page))), html.encode())

        title, description, words = self.kept.page(name, ingredients, file)
        self.words[name] = words
        return Page(name, title, description, also=other_names(self.base, name))


def _itself(page: Page) -> Page:
    return page


def html_of_words(page: Page) -> str:
    """What of a page the search looks into; lists of other pages are left out."""
    return page.body if page.name not in {"pages", "map"} else ""


def _lead(body: str) -> str:
    """The sentence that a page begins with, as plain text."""
    found = _LEAD.search(body) or _PARAGRAPH.search(body)
    words = " ".join(unescape(_TAG.sub(" ", found[1])).split()) if found else ""
    return re.sub(r" ([.,;:)])", r"\1", words)


def _assets(site: Path, making: _Making, pages: Sequence[Page]) -> None:
    """Style, scripts, the search, the feed, the sitemap and the files to download."""
    static = site / "_static"
    static.mkdir()
    shared = STYLE.removeprefix("<style>").removesuffix("</style>").strip()
    for name, content in _scripts(making, pages):
        (static / name).write_text(content, encoding="utf-8")
    own = (ASSETS / "static" / "kb.css").read_text(encoding="utf-8")
    (static / "kb.css").write_text(f"{shared}\n{own}{dark_style()}\n", encoding="utf-8")
    names = {page.name for page in pages}
    (site / "feed.xml").write_text(feed(entries_of(making.base, names), making.frame), encoding="utf-8")
    if making.frame.address:
        (site / "sitemap.xml").write_text(sitemap(names, making.frame), encoding="utf-8")
    folder = making.data()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target = site / FOLDER / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path, target)


def _scripts(making: _Making, pages: Sequence[Page]) -> Iterator[tuple[str, str]]:
    for name in ("kb.js", "search.js"):
        yield name, (ASSETS / "static" / name).read_text(encoding="utf-8")
    found = [page for page in pages if page.name not in {"index", "search", "404"}]
    weights: Mapping[str, Any] = weights_of(making.base, [page.name for page in found])
    yield "search-pages.js", pages_file(found, weights)
    yield "search-words.js", words_file(found, making.words)
