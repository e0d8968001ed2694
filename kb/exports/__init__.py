"""The whole base for other tools: references, graph, linked data, FHIR, database, tables."""

from kb.exports.formats import FORMATS, Format, export, export_all, render

__all__ = ["FORMATS", "Format", "export", "export_all", "render"]
