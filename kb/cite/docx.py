"""A list of references as a Word document: real links, italics, the same bytes every time."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from kb.cite.text import Run, safe_link
from kb.files import same_bytes

if TYPE_CHECKING:
    from kb.cite.listing import ReferenceList

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def to_docx(listed: ReferenceList, heading: str = "References") -> bytes:
    """The document's bytes.

    Title, subject and language are set; numbers are plain text with a hanging indent, so that a paste keeps them.
    """
    import datetime as dt

    from docx import Document
    from docx.shared import Cm, Pt

    document: Any = Document()
    properties = document.core_properties
    properties.title, properties.subject = heading, f"References, {listed.style}"
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.language = "en"
    properties.created = properties.modified = dt.datetime(*_EPOCH)  # noqa: DTZ001 - the format has no zone
    properties.revision = 1
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(heading, level=1)
    for entry in listed.entries:
        paragraph = document.add_paragraph()
        form = paragraph.paragraph_format
        form.left_indent, form.first_line_indent, form.space_after = Cm(1), Cm(-1), Pt(6)
        if entry.number is not None:
            form.tab_stops.add_tab_stop(Cm(1))
            paragraph.add_run(f"{entry.number}.\t")
        for run in entry.runs:
            add_run(paragraph, run)
    target = io.BytesIO()
    document.save(target)
    return same_bytes(target.getvalue())


def add_run(paragraph: Any, run: Run) -> None:  # noqa: ANN401 - python-docx has no types
    """Append a run to a python-docx paragraph, as a hyperlink where it has an address."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    made = paragraph.add_run(_FORBIDDEN.sub("\ufffd", run.text))
    made.italic, made.bold = run.italic or None, run.bold or None
    made.font.superscript = run.superscript or None
    if not safe_link(run.link) or not run.link:
        return
    made.font.underline, made.font.color.rgb = True, RGBColor(0x05, 0x63, 0xC1)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(run.link, _LINK, is_external=True))
    paragraph._p.append(link)  # noqa: SLF001 - python-docx has no public way to make a hyperlink
    link.append(made._r)  # noqa: SLF001
