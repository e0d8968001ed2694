"""PubMed XML -> records: efetch answers, baseline and update files, gzipped or not, in bounded memory.

The text is cut at the borders of records by a search in bytes and each record is parsed by itself, so memory is that
of one record, whatever the file, and records can be handed to several processes.

Parsers measured on a baseline-like record of 15 kB (Python 3.11, µs to parse, then to read all fields): Bio.Entrez
1,600; ElementTree 280 + 80; expat with empty callbacks 240; lxml 90-140 + 110; pugixml (pygixml) 20 + 110. Only the
last leaves room for hash and checks within a sixth of Bio.Entrez's time; what it forgives is checked in
`kb.pubmed.xml_convert`, by expat in a strict reading. isal unpacks gzip in a quarter of zlib's time.

No network, no file but the source, no entity, no DTD is ever read.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from kb.pubmed.record import Answer, Deletion, Record
from kb.pubmed.xml_convert import Options, convert
from kb.pubmed.xml_error import PubMedXmlError
from kb.pubmed.xml_source import Source, blocks, name_of
from kb.pubmed.xml_split import DELETIONS, Piece, split

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PubMedXmlError", "parse", "parse_all", "parse_items", "parse_parallel"]

GROUP = 1 << 20  # bytes handed to a worker at a time

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Record])


def parse(source: Source, *, abstracts: bool = False, strict: bool = False) -> Iterator[Record]:
    """Yield the records of an answer or file, in order.

    Parameters
    ----------
    source
        Bytes, a path, or an open binary file; gzip is recognised.
    abstracts
        Also give the sections of abstracts, for a caller that keeps them out of the evidence.
    strict
        Let expat check every record: refuses the last few things that are not well-formed but harmless, such as an
        attribute given twice, at the cost of a third of the speed. `parse_all` is strict by default.

    Raises
    ------
    PubMedXmlError
        At the break, after the records before it.

    Examples
    --------
    >>> answer = b'''<PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">7</PMID>
    ... <Article PubModel="Print"><ArticleTitle>CO<sub>2</sub> in <i>vivo</i>.</ArticleTitle></Article>
    ... </MedlineCitation></PubmedArticle></PubmedArticleSet>'''
    >>> [(record.pmid, record.title) for record in parse(answer)]
    [('7', 'CO2 in vivo.')]
    """
    return (item for item in parse_items(source, abstracts=abstracts, strict=strict) if isinstance(item, Record))


def parse_items(source: Source, *, abstracts: bool = False, strict: bool = False) -> Iterator[Record | Deletion]:
    """Yield records and, of an update file, the deletions, in order; else as `parse`."""
    options = Options(name_of(source), abstracts, strict)
    try:
        for piece in split(blocks(source), options.name):
            yield convert(piece, options)
    except PubMedXmlError as error:
        _locate(error, source)
        raise


def parse_all(source: Source, *, abstracts: bool = False, strict: bool = True) -> Answer:
    """All records and deletions of an answer, or the refusal of the whole of it.

    For answers of a few hundred records; a file of the baseline is for `parse` or `parse_parallel`. Else as `parse`.

    Examples
    --------
    >>> parse_all(b"<PubmedArticleSet></PubmedArticleSet>")
    Answer(records=(), deleted=())
    >>> parse_all(b"<html>Sign in</html>")
    Traceback (most recent call last):
        ...
    kb.pubmed.xml_error.PubMedXmlError: PubMed answer:1: is an HTML page (byte 0) [html] A proxy, ...
    """
    items = list(parse_items(source, abstracts=abstracts, strict=strict))
    deleted = itertools.chain.from_iterable(item.pmids for item in items if isinstance(item, Deletion))
    return Answer(tuple(item for item in items if isinstance(item, Record)), tuple(deleted))


def parse_parallel(
    source: Source, *, processes: int | None = None, abstracts: bool = False, strict: bool = False
) -> Iterator[Record | Deletion]:
    """Yield what `parse_items` yields, in the same order, parsed by several processes.

    Pays from about 2,000 records on. A script must guard its start with ``if __name__ == "__main__"``.

    Parameters
    ----------
    source, abstracts, strict
        As for `parse`.
    processes
        Workers; one a core when None. This process unpacks, cuts and collects.
    """
    options = Options(name_of(source), abstracts, strict)
    workers = processes or os.cpu_count() or 1
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    try:
        with ProcessPoolExecutor(workers, context, gc.disable) as pool:  # records hold no cycles
            yield from _spread(pool, split(blocks(source), options.name), options, 2 * workers)
    except PubMedXmlError as error:
        _locate(error, source)
        raise


Batch: TypeAlias = "tuple[bytes, PubMedXmlError | None]"


def _spread(
    pool: ProcessPoolExecutor, pieces: Iterator[Piece], options: Options, ahead: int
) -> Iterator[Record | Deletion]:
    """Hand groups to the pool and yield in order, never more than ``ahead`` groups on the way."""
    waiting: deque[Future[Batch] | Deletion] = deque()
    broken: PubMedXmlError | None = None
    try:
        groups = _grouped(pieces)
        while True:
            try:
                group = next(groups, None)
            except PubMedXmlError as error:
                broken, group = error, None
            if group is None:
                break
            if group[0].name in DELETIONS:
                waiting.extend(item for piece in group if isinstance(item := convert(piece, options), Deletion))
            else:
                waiting.append(pool.submit(_work, group, options))
            while len(waiting) > ahead:
                yield from _collected(waiting.popleft())
        while waiting:
            yield from _collected(waiting.popleft())
    finally:  # the caller went away, or a record is broken
        for left in waiting:
            if isinstance(left, Future):
                left.cancel()
    if broken:
        raise broken


def _grouped(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Groups of records of about `GROUP` bytes; a deletion stands alone; a break comes after what is before it."""
    group: list[Piece] = []
    size = 0
    try:
        for piece in pieces:
            alone = piece.name in DELETIONS
            if group and (alone or size + len(piece.data) > GROUP):
                yield group
                group, size = [], 0
            if alone:
                yield [piece]
            else:
                group.append(piece)
                size += len(piece.data)
    except PubMedXmlError:
        if group:
            yield group
        raise
    if group:
        yield group


def _work(group: list[Piece], options: Options) -> Batch:
    """The records of a group, packed, up to the first that is broken."""
    records = []
    try:
        for piece in group:
            records.append(convert(piece, options))  # noqa: PERF401 - what is before the break counts
    except PubMedXmlError as error:
        return _ENCODER.encode(records), error
    return _ENCODER.encode(records), None


def _collected(batch: Future[Batch] | Deletion) -> Iterator[Record | Deletion]:
    if isinstance(batch, Deletion):
        yield batch
        return
    packed, error = batch.result()
    yield from _DECODER.decode(packed)
    if error:
        raise error


def _locate(error: PubMedXmlError, source: Source) -> None:
    """Add the line to an error, by reading the source again where that is possible."""
    if error.line is not None or error.byte is None or not isinstance(source, bytes | bytearray | str | Path):
        return
    left, line = error.byte, 1
    try:
        for block in blocks(source):
            line += block.count(b"\n", 0, left)
            left -= len(block)
            if left <= 0:
                break
    except PubMedXmlError:
        return
    error.line = line
