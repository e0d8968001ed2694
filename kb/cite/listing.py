"""A list of references in one style: their order, their numbers or letters, and how the text cites each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from kb.cite import style_ama, style_apa, style_vancouver
from kb.cite.author_year import alphabetical, in_text, suffixes
from kb.cite.csl import csl_item
from kb.cite.marks import Mark, told
from kb.cite.text import Run, Runs, plain, runs
from kb.problems import KbError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kb.model import Reference

STYLES = {"vancouver": "Vancouver (ICMJE/NLM)", "ama": "AMA, 11th edition", "apa": "APA, 7th edition"}
FORMATS = ("text", "html", "md", "docx", "json")
Format = Literal["text", "html", "md", "docx", "json"]
Marks = "Mapping[str, Iterable[Mark]]"


class UnknownStyleError(KbError):
    """No such style."""

    def __init__(self, given: str) -> None:
        super().__init__(f"no style '{given}': give {', '.join(STYLES)} or the path of a .csl file")


@dataclass(frozen=True, slots=True)
class Entry:
    """One reference of a list.

    Parameters
    ----------
    reference
        What is cited.
    runs
        The reference as the list prints it, without its number.
    number
        Its number in the order of citing; None in a style of authors and years.
    cited
        How the text cites it in parentheses, e.g. ``(1)``, a raised ``1`` or ``(Lee & Wu, 2020a)``.
    narrative
        How a sentence names it, e.g. ``Lee and Wu (2020a)``; None in a style of numbers.
    marks
        What became of it.
    """

    reference: Reference
    runs: Runs
    number: int | None
    cited: Runs
    narrative: str | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def key(self) -> str:
        """Key of the study."""
        return self.reference.key

    @property
    def text(self) -> str:
        """The reference in plain text."""
        return plain(self.runs)


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """References as a style lists them.

    Parameters
    ----------
    style
        Name of the style, or the title of a CSL style.
    entries
        In the order of the list.
    """

    style: str
    entries: tuple[Entry, ...]

    @property
    def numbered(self) -> bool:
        """Whether the text cites by numbers."""
        return any(entry.number is not None for entry in self.entries)

    def __str__(self) -> str:
        """The list as text."""
        return self.render("text")

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.render("html")

    def together(self, keys: Iterable[str]) -> Runs:
        """How the text cites several works at one place, e.g. ``(1-3,5)`` or ``(Lee, 2020a, 2020b; Wu, 2019)``.

        Raises
        ------
        KbError
            When a key is not in the list.
        """
        from kb.cite.together import together

        return together(self, keys)

    @overload
    def render(self, format_: Literal["docx"], *, heading: str = "References") -> bytes: ...
    @overload
    def render(self, format_: Literal["text", "html", "md", "json"], *, heading: str = "References") -> str: ...
    @overload
    def render(self, format_: str, *, heading: str = "References") -> str | bytes: ...
    def render(self, format_: str, *, heading: str = "References") -> str | bytes:
        """The list as ``text``, ``html``, ``md``, ``json`` or the bytes of a ``docx``.

        Parameters
        ----------
        heading
            Heading and title of the DOCX; the other formats are pieces to paste, without one.

        Raises
        ------
        KbError
            When the format is none of these.
        """
        from kb.cite import written

        if format_ == "docx":
            from kb.cite.docx import to_docx

            return to_docx(self, heading)
        makers = {"text": written.to_text, "html": written.to_html, "md": written.to_markdown, "json": written.to_json}
        if format_ not in makers:
            message = f"no format '{format_}': give {', '.join(FORMATS)}"
            raise KbError(message)
        return makers[format_](self)

    def to_data(self) -> list[dict[str, Any]]:
        """Plain data: text, runs, in-text mark, CSL item and marks of each reference."""
        return [_data(entry) for entry in self.entries]


def _data(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "number": entry.number,
        "text": entry.text,
        "in_text": plain(entry.cited),
        "narrative": entry.narrative,
        "retracted": any(mark.kind.startswith("retracted") for mark in entry.marks),
        "marks": [
            {name: getattr(mark, name) for name in ("kind", "date", "pmid", "doi", "printed")} for mark in entry.marks
        ],
        "runs": [
            {name: getattr(run, name) for name in ("text", "italic", "bold", "superscript", "link")}
            for run in entry.runs
        ],
        "csl": csl_item(entry.reference),
    }


def listing(
    references: Sequence[Reference],
    style: str | Path = "vancouver",
    *,
    marks: Mapping[str, Iterable[Mark]] | None = None,
) -> ReferenceList:
    """References as a style lists them, each once.

    Parameters
    ----------
    references
        In the order in which they are cited; a style of numbers keeps it, APA's list is alphabetical.
    style
        ``vancouver``, ``ama``, ``apa``, or the path of a .csl file.
    marks
        What became of a work, by its key (see :class:`kb.cite.marks.Mark`).

    Raises
    ------
    UnknownStyleError
        When the style is neither known nor a file.
    CslStyleError
        When the .csl file cannot be used.

    Examples
    --------
    >>> from kb.model import Reference
    >>> lee = Reference(
    ...     key="lee2020", entry_type="article", title="Rest", author=("Lee, A.",), journal="Rest", year=2020
    ... )
    >>> print(listing([lee, lee], "apa", marks={"lee2020": [Mark("retracted", "2021")]}).render("text"), end="")
    Lee, A. (2020). Rest. Rest. (Retraction published 2021)
    """
    once = list({reference.key: reference for reference in references}.values())
    found = {key: told(tuple(some)) for key, some in (marks or {}).items()}
    name = str(style)
    if name in {"vancouver", "ama"}:
        return ReferenceList(name, tuple(_numbered(name, once, found)))
    if name == "apa":
        return ReferenceList(name, tuple(_by_author(once, found)))
    if not name.lower().endswith(".csl") and not Path(name).is_file():
        raise UnknownStyleError(name)
    from kb.cite.csl_style import csl_list

    return csl_list(once, Path(name), found)


def _numbered(style: str, references: Sequence[Reference], marks: Mapping[str, tuple[Mark, ...]]) -> Iterable[Entry]:
    maker = style_ama.reference_runs if style == "ama" else style_vancouver.reference_runs
    for number, reference in enumerate(references, start=1):
        told_here = marks.get(reference.key, ())
        cited = runs(Run(str(number), superscript=True)) if style == "ama" else runs(f"({number})")
        yield Entry(reference, maker(reference, told_here), number, cited, None, told_here)


def _by_author(references: Sequence[Reference], marks: Mapping[str, tuple[Mark, ...]]) -> Iterable[Entry]:
    letters = suffixes(references)
    cited = in_text(references, letters)
    for reference in alphabetical(references):
        told_here = marks.get(reference.key, ())
        made = style_apa.reference_runs(reference, told_here, letters.get(reference.key, ""))
        here = cited[reference.key]
        yield Entry(reference, made, None, runs(f"({here.parenthetical})"), here.narrative, told_here)
