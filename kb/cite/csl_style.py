"""Styles that people bring: an independent .csl file, applied by citeproc-py.

citeproc-py passes about 60 % of the CSL test suite: simple and common styles come out right, rare constructs may not,
so a reader compares the first list with the style's own examples. Letters behind years are ours, because it adds none.
A file is read without entities, document types or the network.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.cite.author_year import suffixes
from kb.cite.csl import CslItem, csl_item
from kb.cite.listing import Entry, ReferenceList
from kb.cite.marks import Mark, bare
from kb.cite.parts import doi_url
from kb.cite.text import Run, Runs, joined, plain, runs
from kb.problems import KbError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kb.model import Reference

_NAMESPACE = "{http://purl.org/net/xbiblio/csl}"
_LARGEST = 2 << 20
_TYPES = {"document": "article-journal"}
"""citeproc-py knows the types of CSL 1.0.1, where ``article`` would call a work of unknown kind a preprint."""
_MARKS = {"Italic": ("\ue000", "\ue001"), "Bold": ("\ue002", "\ue003"), "Superscript": ("\ue004", "\ue005")}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_TOKENS = re.compile("([\ue000-\ue005])")
_TENTHS = 1000
"""A year is handed over as year x 1000 + place of its letter, so that the letter can be put exactly where it is."""


class CslStyleError(KbError):
    """A .csl file that cannot be used."""

    def __init__(self, path: Path, found: str, advice: str) -> None:
        super().__init__(f"{path}: {found}. {advice}")


def csl_list(references: Sequence[Reference], path: Path, marks: Mapping[str, tuple[Mark, ...]]) -> ReferenceList:
    """References as a .csl style lists them.

    Parameters
    ----------
    references
        In the order in which they are cited.
    path
        The style.
    marks
        What became of a work, by its key; said in brackets behind the reference, for which CSL has no words.

    Raises
    ------
    CslStyleError
        When the file is missing, no style, depends on another style, or cannot be applied.
    """
    style = _load(path)
    root = style.root
    title = root.findtext(f"{_NAMESPACE}info/{_NAMESPACE}title") or path.stem
    if not style.has_bibliography():
        raise CslStyleError(path, "is a style without a reference list", "Choose one with a bibliography.")
    letters = suffixes(references) if _adds_letters(root) else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of fields and terms that citeproc-py does not know
            rows = list(_rendered(style, references, letters))
    except Exception as error:  # whatever the style made the library do
        what = f"could not be applied ({type(error).__name__}: {error})"
        raise CslStyleError(path, what, "Choose another style, or vancouver, ama or apa.") from error
    by_key = {reference.key: reference for reference in references}
    numbered = _cites_by_number(root)
    entries = []
    for place, (key, body, cited) in enumerate(rows, start=1):
        told = marks.get(key, ())
        number = place if numbered else None
        made = _without_number(body, place) if numbered else body
        entry = joined((_linked(made, by_key[key]), *(bare(mark) for mark in told)))
        entries.append(Entry(by_key[key], entry, number, cited, None, told))
    return ReferenceList(title.strip(), tuple(entries))


def _load(path: Path) -> Any:  # noqa: ANN401 - citeproc-py has no types
    import io

    from citeproc import CitationStylesStyle

    data = _checked(path)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return CitationStylesStyle(io.BytesIO(data), validate=False)
    except Exception as error:
        what = f"could not be used ({type(error).__name__}: {error})"
        raise CslStyleError(path, what, "Is it a CSL 1.0 style with a known locale?") from error


def _checked(path: Path) -> bytes:
    """The bytes of an independent style whose locale is known."""
    from lxml import etree

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CslStyleError(path, "does not exist", "Give the path of a .csl file, or vancouver, ama or apa.") from None
    except OSError as error:
        raise CslStyleError(path, f"cannot be read: {error.strerror}", "Check the path and its permissions.") from None
    if len(data) > _LARGEST:
        raise CslStyleError(path, "is larger than 2 MB", "A style is a small XML file.")
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        what = f"is no XML: {str(error).splitlines()[0] if str(error) else 'it is empty'}"
        raise CslStyleError(path, what, "Download the style again.") from None
    if root.getroottree().docinfo.doctype:
        raise CslStyleError(path, "has a document type, which no style needs", "Download the style again.")
    if root.tag != f"{_NAMESPACE}style":
        raise CslStyleError(path, "is no CSL style: its root is not cs:style", "Give a .csl file of CSL 1.0.")
    for link in root.iterfind(f"{_NAMESPACE}info/{_NAMESPACE}link"):
        if link.get("rel") == "independent-parent":
            what = f"only points at another style, {link.get('href')}"
            raise CslStyleError(path, what, "Download that style and give its file.")
    if root.find(f"{_NAMESPACE}citation") is None:
        raise CslStyleError(path, "has no citation element", "Give a whole CSL 1.0 style.")
    _known_locale(path, root.get("default-locale"))
    return data


def _known_locale(path: Path, locale: str | None) -> None:
    from citeproc import LANGUAGE_NAMES, PRIMARY_DIALECTS

    if locale and locale not in LANGUAGE_NAMES and locale.split("-")[0] not in PRIMARY_DIALECTS:
        what = f"asks for the locale '{locale}', which is not at hand"
        raise CslStyleError(path, what, "Set its default-locale to one such as en-US or nl-NL.")


class _Formatter:
    """citeproc-py's formatter: private characters where a look begins and ends, nothing escaped."""

    @staticmethod
    def preformat(text: object) -> str:
        return _PRIVATE.sub("", str(text))

    Light = Underline = Subscript = SmallCaps = str


def _wrapper(begin: str, end: str) -> type[str]:
    def new(cls: type[str], text: object) -> str:
        return str.__new__(cls, f"{begin}{text}{end}")

    return type("Wrapped", (str,), {"__new__": new})


for _look, _pair in _MARKS.items():
    setattr(_Formatter, _look, _wrapper(*_pair))
_Formatter.Oblique = _Formatter.Italic  # type: ignore[attr-defined]


def _rendered(
    style: Any,  # noqa: ANN401
    references: Sequence[Reference],
    letters: Mapping[str, str],
) -> Iterator[tuple[str, Runs, Runs]]:
    """Key, reference and in-text mark of each, in the order of the style."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography
    from citeproc.source.json import CiteProcJSON

    items = [_item(reference, letters) for reference in references]
    bibliography = CitationStylesBibliography(style, CiteProcJSON(items), _Formatter)
    citations = {item["id"]: Citation([CitationItem(item["id"])]) for item in items}
    for citation in citations.values():
        bibliography.register(citation)
    if style.root.find(f"{_NAMESPACE}bibliography/{_NAMESPACE}sort") is not None:
        bibliography.sort()
    keys = {item["id"].lower(): item["id"] for item in items}
    bodies = style.render_bibliography(bibliography.items)
    for lower, body in zip(bibliography.keys, bodies, strict=True):
        key = keys[lower]
        cited = bibliography.cite(citations[key], lambda _: None)
        yield key, _runs(str(body), letters), _runs(str(cited), letters)


def _item(reference: Reference, letters: Mapping[str, str]) -> CslItem:
    """The CSL item as citeproc-py wants it: types of 1.0.1, initials apart, what nobody saw said."""
    from citeproc import VARIABLES

    item = csl_item(reference)
    made: CslItem = {"id": item["id"], "type": _TYPES.get(item["type"], item["type"])}
    made |= {name: value for name, value in item.items() if name.replace("-", "_") in VARIABLES and name != "note"}
    made["title"] = item.get("title", "[title unknown]")
    made["author"] = [_name(name) for name in item.get("author", [])]
    if "editor" in item:
        made["editor"] = [_name(name) for name in item["editor"]]
    if "note" in item:
        made["author"].append({"literal": "et al."})
    if not made["author"]:
        made["author"] = made.get("editor") or [{"literal": "[authors unknown]"}]
    if item["type"] in {"article-journal", "document"}:
        made.setdefault("container-title", "[journal unknown]")
    if "issued" in item:
        year, *rest = item["issued"]["date-parts"][0]
        place = ord(letters[reference.key][0]) - 96 if reference.key in letters else 0
        made["issued"] = {"date-parts": [[year * _TENTHS + place if letters else year, *rest]]}
    else:
        made["issued"] = {"literal": "[year unknown]"}
    return made


def _name(name: dict[str, str]) -> dict[str, str]:
    """Initials with a blank between: citeproc-py makes "C" of "CL"."""
    given = name.get("given")
    if given is None:
        return name
    return name | {"given": " ".join(given.replace(".", ". ").split())}


def _runs(text: str, letters: Mapping[str, str]) -> Runs:
    """The library's characters as runs."""
    if letters:
        text = re.sub(r"\b([12]\d{3})(0\d\d)\b", _lettered, text)
    found: list[Run] = []
    on = dict.fromkeys(_MARKS, 0)
    for part in _TOKENS.split(text):
        for name, (begin, end) in _MARKS.items():
            on[name] += (part == begin) - (part == end)
        if part and not _TOKENS.fullmatch(part):
            found.append(Run(part, italic=on["Italic"] > 0, bold=on["Bold"] > 0, superscript=on["Superscript"] > 0))
    return runs(*found)


def _lettered(found: re.Match[str]) -> str:
    place = int(found[2])
    return found[1] + (chr(96 + place) if 0 < place < 27 else "")


def _adds_letters(root: Any) -> bool:  # noqa: ANN401
    return bool(root.find(f"{_NAMESPACE}citation").get("disambiguate-add-year-suffix") == "true")


def _cites_by_number(root: Any) -> bool:  # noqa: ANN401
    layout = f"{_NAMESPACE}citation/{_NAMESPACE}layout"
    for category in root.iterfind(f"{_NAMESPACE}info/{_NAMESPACE}category"):
        if category.get("citation-format"):
            return bool(category.get("citation-format") == "numeric")
    return any(element.get("variable") == "citation-number" for element in root.find(layout).iter())


def _without_number(body: Runs, number: int) -> Runs:
    """A reference without the number that the style prints before it: the list has its own."""
    whole = plain(body)
    found = re.match(rf"\s*[\[(]?{number}(?!\d)[\])]?[.):]?\s*", whole)
    left = found.end() if found else 0
    made = []
    for run in body:
        made.append(Run(run.text[left:], run.italic, run.bold, run.superscript, run.link))
        left = max(0, left - len(run.text))
    return runs(*made)


_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)\]]")


def _linked(body: Runs, reference: Reference) -> Runs:
    """The reference with its DOI and addresses as links."""
    made: list[Run] = []
    doi = re.escape(reference.doi) if reference.doi else None
    pattern = re.compile(rf"https?://(?:dx\.)?doi\.org/{doi}|{doi}|{_ADDRESS.pattern}") if doi else _ADDRESS
    for run in body:
        position = 0
        for found in pattern.finditer(run.text):
            link = doi_url(reference.doi) if reference.doi and reference.doi in found[0] else found[0]
            before, shown = run.text[position : found.start()], found[0]
            made += [Run(before, run.italic, run.bold, run.superscript), Run(shown, run.italic, run.bold, False, link)]
            position = found.end()
        made.append(Run(run.text[position:], run.italic, run.bold, run.superscript, run.link))
    return runs(*made)
