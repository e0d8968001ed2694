"""The formats, and writing them whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from kb.files import refuse, write_whole
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.base import Base
    from kb.exports.data import Data


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Parameters
    ----------
    name
        As ``kb export`` and :func:`export` take it.
    title, description
        What it is, and what it is for, in a sentence.
    file
        File name in a folder of all exports.
    media_type
        IANA media type, or the customary one.
    is_text
        Whether it may go to a terminal; text is UTF-8.
    maker
        Module and function.
    """

    name: str
    title: str
    description: str
    file: str
    media_type: str
    is_text: bool
    maker: tuple[str, str]

    @property
    def suffix(self) -> str:
        """Suffix of its files, e.g. ``.bib``."""
        return Path(self.file).suffix


_STEM = "kb-evidence"
FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format("bibtex", "BibTeX", "References for JabRef, Zotero and LaTeX.", f"{_STEM}.bib",
               "application/x-bibtex", True, ("bibtex", "bibtex")),
        Format("ris", "RIS", "References for Zotero, EndNote, Mendeley and JabRef.", f"{_STEM}.ris",
               "application/x-research-info-systems", True, ("ris", "ris")),
        Format("csljson", "CSL-JSON", "References for pandoc, citeproc and Zotero.", f"{_STEM}.csl.json",
               "application/vnd.citationstyles.csl+json", True, ("csljson", "csljson")),
        Format("graphml", "GraphML", "The graph for Gephi, Cytoscape and igraph.", f"{_STEM}.graphml",
               "application/graphml+xml", True, ("graphml", "graphml")),
        Format("jsonld", "JSON-LD", "Linked data for RDF stores.", f"{_STEM}.jsonld",
               "application/ld+json", True, ("jsonld", "jsonld")),
        Format("shacl", "SHACL shapes", "What the linked data must hold, and what its words mean.",
               f"{_STEM}.shapes.ttl", "text/turtle", True, ("shacl", "shapes")),
        Format("fhir", "FHIR R5 bundle", "Evidence, EvidenceVariable and Citation resources; experimental.",
               f"{_STEM}.fhir.json", "application/fhir+json", True, ("fhir", "fhir")),
        Format("sqlite", "SQLite", "A database that Datasette serves as it is.", f"{_STEM}.sqlite",
               "application/vnd.sqlite3", False, ("sqlite", "sqlite")),
        Format("datasette", "Datasette metadata", "Titles, licence and column descriptions for Datasette.",
               "metadata.json", "application/json", True, ("datasette", "datasette")),
        Format("parquet", "Parquet", "A zip of typed tables for pandas, R, DuckDB and Spark.",
               f"{_STEM}.parquet.zip", "application/zip", False, ("parquet", "parquet")),
        Format("xlsx", "Excel workbook", "For Excel and LibreOffice; each table has its own sheet.", f"{_STEM}.xlsx",
               "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False, ("xlsx", "xlsx")),
        Format("dictionary", "Data dictionary", "Every table and column as a Data Package, for machines.",
               "datapackage.json", "application/json", True, ("package", "datapackage")),
        Format("dictionary-md", "Data dictionary to read", "Every table and column as Markdown.",
               "DATA-DICTIONARY.md", "text/markdown", True, ("package", "dictionary_of")),
    )
}  # fmt: skip
"""Every format by name."""


def render(base: Base, fmt: str, *, answers: bool = True) -> bytes:
    """The base in a format, as the bytes of a file.

    Parameters
    ----------
    base
        The base.
    fmt
        A name in :data:`FORMATS`.
    answers
        Whether to work out what the findings add up to, where the format holds it.

    Raises
    ------
    KbError
        When there is no such format.

    Examples
    --------
    >>> import kb
    >>> render(kb.open(), "bibtex", answers=False).decode().count("@article") > 200
    True
    """
    from kb.exports.data import data_of

    return _make(_format(fmt), data_of(base, with_answers=answers))


def export(base: Base, fmt: str, path: str | os.PathLike[str], *, answers: bool = True) -> Path:
    """Write the base in a format, and return the path; a reader sees the old file or the new one, never half of one.

    Raises
    ------
    KbError
        When there is no such format, the path is no ordinary file, or it cannot be written.
    """
    return write_whole(Path(path), render(base, fmt, answers=answers))


def export_all(base: Base, folder: str | os.PathLike[str], *, answers: bool = True) -> list[Path]:
    """Write every format into a folder, with a README and the licence beside; return the paths.

    ``parquet/`` holds the tables of the zip, so that ``datapackage.json`` describes what lies beside it.

    Raises
    ------
    KbError
        When the folder is something else, or a file in it cannot be written.
    """
    from kb.exports.archive import unzipped
    from kb.exports.data import data_of
    from kb.exports.package import readme

    there = Path(folder)
    if there.exists() and not there.is_dir():
        message = f"{there} is no folder: name another with -o"
        raise KbError(message)
    data = data_of(base, with_answers=answers)
    files = {made.file: _make(made, data) for made in FORMATS.values()}
    for name, content in unzipped(files[FORMATS["parquet"].file]).items():
        if name.endswith(".parquet"):
            files[f"parquet/{name}"] = content
    told = {made.file: made.description for made in FORMATS.values()}
    files["README.md"] = readme(data, {**told, "parquet/": "The same tables as in the zip, unpacked."}).encode()
    files["LICENSE.txt"] = ("\n".join(data.about.lines) + "\n").encode()
    for name in files:
        refuse(there / name)
    return [write_whole(there / name, content) for name, content in files.items()]


def _format(name: str) -> Format:
    if name not in FORMATS:
        message = f"there is no format '{name}': choose {', '.join(FORMATS)}"
        raise KbError(message)
    return FORMATS[name]


def _make(made: Format, data: Data) -> bytes:
    module, function = made.maker
    maker: Callable[[Data], str | bytes] = getattr(import_module(f"kb.exports.{module}"), function)
    content = maker(data)
    return content.encode() if isinstance(content, str) else content
