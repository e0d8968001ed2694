"""A Word document with the table: portrait A4 or Letter, header on each page, notes and numbered sources under it.

python-docx makes the document with its styles and properties; the table is written into it as WordprocessingML, because
its cells are found anew for each access, and moving a large table into its tree takes minutes for 2,000 rows.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape, quoteattr

from kb.files import same_bytes
from kb.tables.table import EMPTY, MINUS
from kb.tables.widths import shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as Doc

    from kb.cite import Run
    from kb.tables.table import Cell, Table

Page = Literal["a4", "letter"]
_SIZES: dict[Page, tuple[int, int]] = {"a4": (11906, 16838), "letter": (12240, 15840)}
"""Width and height in twentieths of a point."""
_MARGIN = 1021  # 18 mm
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HALF_POINTS = {"cell": 17, "line": 16, "head": 17, "note": 17}
"""Sizes in half points: nothing is smaller than 8 points."""
_ROOM = 95
"""Characters of these sizes that fit side by side on a page; a program does not hyphenate them by itself."""
_NO_BREAK = '</w:t><w:noBreakHyphen/><w:t xml:space="preserve">'
_INK, _SOFT, _LINK, _HEAD, _LINE = "1B1F24", "454C55", "0B4A8F", "EEF1F5", "C3CAD3"


def to_docx(table: Table, *, page: Page = "a4") -> bytes:
    """The table as a document.

    Parameters
    ----------
    page
        ``a4`` or ``letter``.
    """
    import docx

    document = docx.Document()
    _set_up(document, table, page)
    made = "".join(_Writer(document, _SIZES[page][0] - 2 * _MARGIN).parts(table))
    stream = io.BytesIO()
    document.save(stream)
    return same_bytes(stream.getvalue(), {"word/document.xml": lambda data: _filled(data, made)})


def _filled(document: bytes, made: str) -> bytes:
    """The body of an empty document with what was made, before the properties of its section."""
    head, section, rest = document.partition(b"<w:sectPr")
    return head + made.encode() + section + rest


def _set_up(document: Doc, table: Table, page: Page) -> None:
    """Page, language, font and properties."""
    import datetime as dt

    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor, Twips

    section = document.sections[0]
    width, height = _SIZES[page]
    section.page_width, section.page_height = Twips(width), Twips(height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(_MARGIN)
    for name, size in (("Normal", 10), ("Heading 1", 15), ("Heading 2", 12)):
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Arial", Pt(size), RGBColor.from_string(_INK)
        fonts = style.element.rPr.rFonts
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{attribute}"), None)
        fonts.set(qn("w:cs"), "Arial")
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US" if page == "letter" else "en-GB")
    properties = document.core_properties
    properties.title, properties.comments = table.title[:255], table.description[:255]
    properties.author, properties.language, properties.keywords, properties.subject = "kb", "en", "", table.kind
    properties.created = properties.modified = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - no time in what is made
    properties.last_modified_by, properties.revision = "kb", 1


class _Writer:
    """Writes the parts of a table as WordprocessingML."""

    def __init__(self, document: Doc, width: int) -> None:
        self._part, self._width = document.part, width
        self._links: dict[str, str] = {}

    def parts(self, table: Table) -> Iterator[str]:
        """Heading, description, table, footnotes, notes and sources."""
        yield _paragraph(_run(table.title), "Heading1")
        yield _paragraph(_run(table.description), after=120)
        yield from self._table(table) if table.body else [_paragraph(_run(EMPTY))]
        yield from self._notes(table)

    def _table(self, table: Table) -> Iterator[str]:
        heads = table.side_by_side
        widths = [int(self._width * share) for share in shares(table, _ROOM, word=18, padding=2)]
        sides = "".join(
            f'<w:{side} w:w="{room}" w:type="dxa"/>'
            for side, room in (("top", 40), ("left", 70), ("bottom", 40), ("right", 70))
        )
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        edges = "".join(
            f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>'
            for edge in ("top", "bottom", "insideH")
        )
        yield (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar>'
            '<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" '
            f'w:noVBand="1"/><w:tblCaption w:val={quoteattr(table.title)}/>'
            f"<w:tblDescription w:val={quoteattr(table.description)}/></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>"
        )
        cells = []
        for (place, under), width in zip(heads, widths, strict=True):
            lines = [_paragraph(_run(table.columns[place].label, "head", bold=True))]
            if under:
                lines.append(_paragraph(_run(", ".join(table.columns[p].label for p in under), "line", color=_SOFT)))
            shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_HEAD}"/>'
            cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{"".join(lines)}</w:tc>')
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"
        opened = [f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>' for width in widths]
        labels = [_run(f"{column.label}: ", "line", color=_SOFT) for column in table.columns]
        for row in table.body:
            cells = []
            for number, (place, under) in enumerate(heads):
                lines = [self._cell(row[place], "cell", bold=number == 0)]
                lines += [self._cell(row[p], "line", labels[p]) for p in under]
                cells.append(f"{opened[number]}{''.join(lines)}</w:tc>")
            yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"
        yield "</w:tbl>"

    def _cell(self, cell: Cell, size: str, label: str = "", *, bold: bool = False) -> str:
        run = self._link(cell.link, cell.text, size, bold=bold) if cell.link else _run(cell.text, size, bold=bold)
        marks = _run(",".join(cell.marks), size, raised=True) if cell.marks else ""
        return _paragraph(f"{label}{run}{marks}")

    def _link(self, link: str, text: str, size: str, *, bold: bool = False) -> str:
        """A link to a web page, which a document keeps apart from its text."""
        if link not in self._links:
            name = self._links[link] = f"link{len(self._links) + 1}"
            # Not relate_to, which looks through all of them for a free name, each time.
            self._part.rels.add_relationship(f"{_R}/hyperlink", link, name, is_external=True)
        run = _run(text, size, bold=bold, color=_LINK, underlined=True)
        return f'<w:hyperlink r:id="{self._links[link]}" w:history="1">{run}</w:hyperlink>'

    def _notes(self, table: Table) -> Iterator[str]:
        for number, note in enumerate(table.footnotes):
            space = 120 if not number else 20
            yield _paragraph(f"{_run(note.mark, 'note', raised=True)}{_run(f' {note.text}', 'note')}", before=space)
        for number, text in enumerate(table.told):
            yield _paragraph(_run(text, "note"), before=120 if not number else 20)
        if table.sources:
            yield _paragraph(_run("References"), "Heading2")
        for source in table.sources:
            place = _run(f"{source.number}. ", "note") if source.number else ""
            yield _paragraph(f"{place}{''.join(map(self._source, source.runs))}", before=40, hanging=True)

    def _source(self, run: Run) -> str:
        if run.link:
            return self._link(run.link, run.text, "note")
        return _run(run.text, "note", bold=run.bold, italic=run.italic, raised=run.superscript)


def _paragraph(runs: str, style: str = "", *, before: int = 0, after: int = 20, hanging: bool = False) -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    spacing = "" if style else f'<w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'
    indent = '<w:ind w:left="340" w:hanging="340"/>' if hanging else ""
    return f"<w:p><w:pPr>{named}{spacing}{indent}</w:pPr>{runs}</w:p>"


def _run(
    text: str,
    size: str = "",
    *,
    bold: bool = False,
    italic: bool = False,
    color: str = "",
    underlined: bool = False,
    raised: bool = False,
) -> str:
    look = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "")
    look += f'<w:color w:val="{color}"/>' if color else ""
    look += f'<w:sz w:val="{_HALF_POINTS[size]}"/><w:szCs w:val="{_HALF_POINTS[size]}"/>' if size else ""
    look += '<w:u w:val="single"/>' if underlined else ""
    look += '<w:vertAlign w:val="superscript"/>' if raised else ""
    shown = MINUS.sub(_NO_BREAK, escape(text))
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{shown}</w:t></w:r>'
