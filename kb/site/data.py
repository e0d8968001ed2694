"""Data to download: the files that :mod:`kb.exports` writes, each with its size, and the data dictionary as a page."""

from __future__ import annotations

from pathlib import Path

from kb.exports import FORMATS
from kb.exports.about import CAUTION, LICENCE_TITLE
from kb.notebook.html import escape
from kb.site.copies import arranged, markdown
from kb.site.method import table
from kb.site.page import LICENCE, Frame, Page

FOLDER = "data"

_BESIDE = {
    "README.md": ("Read me", "What each file is, and how to open it."),
    "LICENSE.txt": ("Licence", "Licence, version, date of the evidence and caution."),
}
_DICTIONARY = "dictionary-md"


def size_words(size: int) -> str:
    """A number of bytes as a reader wants it.

    Examples
    --------
    >>> size_words(900), size_words(81_500), size_words(2_340_000)
    ('900 bytes', '82 kB', '2.3 MB')
    """
    if size < 1_000:
        return f"{size} bytes"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def data_page(folder: Path, frame: Frame) -> Page:
    """The page of the downloads.

    Parameters
    ----------
    folder
        Where the files lie; what does not lie there is not offered.
    frame
        Version, date and citation.
    """
    offered = {made.file: (made.title, made.description) for made in FORMATS.values()} | _BESIDE
    rows = [
        (
            f'<a href="{FOLDER}/{escape(name)}" download>{escape(title)}</a>',
            f"<code>{escape(name)}</code>",
            escape(told),
            size_words((folder / name).stat().st_size),
        )
        for name, (title, told) in offered.items()
        if (folder / name).is_file()
    ]
    return Page(
        name="data",
        title="Data",
        description="The whole base to download, with its data dictionary, licence and version, for reference "
        "managers, spreadsheets, databases and graph programs.",
        body='<p class="kb-lede">The whole base to download: as a spreadsheet, for a reference manager, a database or '
        f'a graph program. Free to use under <a href="{LICENCE}">{escape(LICENCE_TITLE)}</a>.</p>\n'
        '<p>What each table and column means, and its unit: <a href="dictionary.html">data dictionary</a>.</p>\n'
        f"{table('Files', ('format', 'file', 'for what', 'size'), rows)}\n"
        f'<section>\n<h2 id="version">Version and citation</h2>\n<p>Evidence as of '
        f"{frame.as_of or 'an unknown date'}. Cite as: {escape(frame.citation)}</p>\n"
        f'<p class="kb-note">{escape(CAUTION)}</p>\n</section>',
        headings=(("version", "Version and citation"),),
    )


def dictionary_page(folder: Path) -> Page:
    """The data dictionary, as it lies beside the data."""
    path = folder / FORMATS[_DICTIONARY].file
    text = path.read_text(encoding="utf-8") if path.is_file() else "The data dictionary was not written."
    html = markdown(text).replace("<table>", '<div class="kb-scroll"><table class="kb-data">')
    blocks = html.replace("</table>", "</table></div>").replace("<h2>", "\0<h2>").split("\0")
    copy = arranged(blocks, "dictionary", ())
    return Page(
        name="dictionary",
        title="Data dictionary",
        description="Every table and column of the data, what it means, its unit and the values it can have.",
        body=copy.body,
        headings=copy.headings,
    )
