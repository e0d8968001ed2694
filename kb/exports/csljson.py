"""References as CSL-JSON (schema of CSL 1.0.2) for Zotero, JabRef, pandoc and citeproc.

The items are those of :func:`kb.cite.csl.csl_item`, save that an article number stands in ``page`` alone: reference
managers take ``number`` for the issue. ``keyword`` adds the labels of the study's conditions and
interventions, ``note`` tells of a retraction.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kb.cite.csl import csl_item
from kb.exports.shared import encodable, keywords, notes

if TYPE_CHECKING:
    from kb.exports.data import Data


def csljson(data: Data) -> str:
    """All references, sorted by key, as a JSON list."""
    items = []
    for key, reference in sorted(data.base.corpus.references.items()):
        item = csl_item(reference)
        if item.get("number") == item.get("page"):
            item.pop("number", None)
        if words := keywords(data, key):
            item["keyword"] = "; ".join(words)
        if told := notes(data, key):
            item["note"] = " ".join([*told, *([item["note"]] if "note" in item else [])])
        items.append(item)
    return encodable(json.dumps(items, ensure_ascii=False, indent=1)) + "\n"
