"""Every export of the base, or of 20,000 generated studies: seconds, and the ratio to a tool that only writes.

The peers write the same content from memory: pandas ``to_sql`` for SQLite, pandas ``to_parquet`` for Parquet, pandas
``to_excel`` (openpyxl) for the workbook, networkx ``write_graphml`` for GraphML, rispy and json for references. None of
them makes keys, link tables, full text, descriptions or escapes.

Run: ``python benchmarks/exports.py [--copies 94]``; the base has some 213 studies, so 94 copies make 20,000.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import networkx as nx
import pandas as pd
import rispy

import kb
from kb.exports.csljson import csljson
from kb.exports.data import Data
from kb.exports.formats import FORMATS, _make
from kb.exports.graphml import plain_graph
from kb.exports.ris import ris


def copied(base: kb.Base, copies: int) -> kb.Base:
    """A base in memory with every study, reference and post several times under new keys."""
    corpus = base.corpus
    studies: dict[str, Any] = {}
    references: dict[str, Any] = {}
    posts: dict[str, Any] = {}
    for copy in range(copies):
        rename = {key: f"{key}c{copy}" if copy else key for key in corpus.studies}
        studies |= {rename[key]: study.model_copy(update={"key": rename[key]}) for key, study in corpus.studies.items()}
        references |= {
            rename[key]: reference.model_copy(update={"key": rename[key]})
            for key, reference in corpus.references.items()
        }
        for slug, post in corpus.posts.items():
            citations = tuple(c.model_copy(update={"study": c.study and rename[c.study]}) for c in post.citations)
            claims = tuple(
                claim.model_copy(
                    update={
                        "evidence": tuple(
                            item.model_copy(update={"study": item.study and rename[item.study]})
                            for item in claim.evidence
                        )
                    }
                )
                for claim in post.claims
            )
            new = f"{slug}-{copy}" if copy else slug
            posts[new] = post.model_copy(update={"slug": new, "citations": citations, "claims": claims})
    changed = dataclasses.replace(corpus, studies=studies, references=references, posts=posts)
    return kb.Base(base.root, changed)


def frames(data: Data) -> dict[str, pd.DataFrame]:
    """The tables as frames."""
    return {name: pd.DataFrame(table.columns) for name, table in data.tables.items()}


def peers(data: Data) -> Mapping[str, Callable[[], object]]:
    """What a tool does that only writes, by format."""
    ready = frames(data)
    flat = {name: frame.map(lambda v: "; ".join(v) if isinstance(v, tuple) else v) for name, frame in ready.items()}
    graph = plain_graph(data)
    entries = rispy.loads(ris(data))
    items = json.loads(csljson(data))

    def to_sql() -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            for name, frame in flat.items():
                frame.to_sql(name, connection, index=False)

    def to_excel() -> None:
        with pd.ExcelWriter(io.BytesIO(), engine="openpyxl") as writer:
            for name, frame in flat.items():
                frame.to_excel(writer, sheet_name=name, index=False)

    return {
        "sqlite": to_sql,
        "parquet": lambda: [frame.to_parquet(io.BytesIO()) for frame in ready.values()],
        "xlsx": to_excel,
        "graphml": lambda: nx.write_graphml(graph, io.BytesIO()),
        "ris": lambda: rispy.dumps(entries),
        "csljson": lambda: json.dumps(items, ensure_ascii=False, indent=1),
    }


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--skip", nargs="*", default=[], choices=list(FORMATS))
    options = parser.parse_args()
    base = copied(kb.open(), options.copies)
    data = Data(base, with_answers=options.copies == 1)
    print(f"{len(base.corpus.studies):,} studies")
    print(f"{'tables':14} {timed(lambda: data.tables):8.2f} s")
    print(f"{'graph':14} {timed(lambda: base.graph):8.2f} s")
    others = peers(data)
    for name, made in FORMATS.items():
        if name in options.skip:
            continue
        content = b""

        def make(made: Any = made) -> None:  # noqa: ANN401
            nonlocal content
            content = _make(made, data)

        ours = timed(make)
        told = ""
        if name in others:
            peer = timed(others[name])
            told = f"  peer {peer:8.2f} s  ratio {ours / peer:5.2f}"
        print(f"{name:14} {ours:8.2f} s  {len(content) / 1e6:8.2f} MB{told}")


if __name__ == "__main__":
    main()
