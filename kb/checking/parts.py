"""Citations, links and statements of posts with what is wrong with each."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.checking.asking import merged
from kb.checking.result import (
    CheckedCitation,
    CheckedLink,
    CheckedPost,
    CheckedStatement,
    Finding,
    Place,
    finding_of,
    order,
)
from kb.checking.statements import Statement, statements
from kb.citations.find_sentences import index_at, sentences_of
from kb.citations.links import classify
from kb.citations.verify import Facts, inconsistent, verify, verify_links
from kb.claims.judge import Judge
from kb.claims.read import Reader
from kb.claims.verdicts import curated, silences

if TYPE_CHECKING:
    from kb.checking.check import Evidence
    from kb.checking.draft import Draft
    from kb.checking.options import Options
    from kb.citations.find_model import FoundCitation, Sentence
    from kb.citations.flag import Flag
    from kb.citations.read import PostText
    from kb.citations.resolution import Resolution
    from kb.claims.says import Says


def checked_posts(evidence: Evidence, drafts: Sequence[Draft], options: Options) -> Iterator[CheckedPost]:
    """Posts with their findings, in order; findings of rules that were not chosen are left out."""
    keys = {reference.pmid: key for key, reference in evidence.corpus.references.items() if reference.pmid}
    asked = {pmid: some for draft in drafts for pmid, some in draft.notices.items()}
    notices = merged(evidence.notices, asked, keys)
    told: defaultdict[tuple[int, int], list[Flag]] = defaultdict(list)
    for post, citation, flag in inconsistent([(draft.name, draft.found, draft.resolutions) for draft in drafts]):
        told[post, citation].append(flag)
    claims = _Claims(evidence)
    hosts = frozenset(host for post in evidence.corpus.posts.values() if (host := _host(post.url)))
    for index, draft in enumerate(drafts):
        own = {host} if (host := _host(draft.text.url)) else set()
        facts = Facts(
            studies=evidence.corpus.studies,
            references=evidence.corpus.references,
            notices=notices,
            curated=draft.curated,
            own_hosts=hosts | own,
            online=options.online,
        )
        maker = _Maker(draft, options)
        flags = verify(draft.found, draft.resolutions, facts)
        flags = [[*some, *told[index, place]] for place, some in enumerate(flags)]
        yield CheckedPost(
            title=draft.text.title,
            url=draft.text.url,
            date=draft.text.date,
            slug=draft.entry.slug if draft.entry else None,
            text=draft.text,
            citations=tuple(map(maker.citation, draft.found, draft.resolutions, flags)),
            links=tuple(maker.links(verify_links(draft.text, facts, draft.found))),
            statements=tuple(maker.statement(one, claims.flags(draft, one)) for one in claims.of(draft)),
        )


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.").lower()
    except ValueError:
        return ""


class _Maker:
    """Turns flags of one post into findings with their places."""

    def __init__(self, draft: Draft, options: Options) -> None:
        self._draft = draft
        self._rules = options.rules
        self._sentences: tuple[int, list[Sentence]] = (-1, [])
        self._locators: dict[int, str] = {}

    def _findings(self, flags: Iterable[Flag], place: Place, link: str | None = None) -> tuple[Finding, ...]:
        path, name = self._draft.path, self._draft.name
        return order([finding_of(flag, path, name, place, link) for flag in flags if flag.rule in self._rules])

    def citation(self, found: FoundCitation, resolution: Resolution, flags: Iterable[Flag]) -> CheckedCitation:
        """A citation with its findings."""
        told = found.statement or (found.sentence,)
        span = (min(told[0].start, found.start), max(told[-1].end, found.end))
        place = Place(found.block, found.start, found.end, found.line, found.locator, span)
        printed = found.as_published
        findings = self._findings(flags, place, printed.link)
        return CheckedCitation(place, found.kind.value, found.text, printed, resolution, findings)

    def statement(self, statement: Statement, flags: Iterable[Flag]) -> CheckedStatement:
        """A statement with its findings."""
        own, span = statement.own, (statement.start, statement.end)
        place = Place(statement.block, *span, statement.sentences[0].line, own.locator, span)
        slug = self._draft.entry.slug if self._draft.entry else ""
        claims = tuple(f"{slug}.{claim.id}" for claim in statement.claims)
        text = statement.text(self._draft.text)
        return CheckedStatement(place, text, tuple(statement.studies), claims, self._findings(flags, place))

    def _place_of_link(self, block: int, start: int, end: int, line: int) -> Place:
        if block != self._sentences[0]:
            self._sentences = (block, sentences_of(self._draft.text.blocks[block]))  # the next link is often near
            self._locators = {}
        found = self._sentences[1]
        if not found:
            return Place(block, start, end, line, None, (start, end))
        index = index_at(found, start)
        sentence = found[index]
        if index not in self._locators:
            self._locators[index] = sentence.locator
        context = (min(sentence.start, start), max(sentence.end, end))
        return Place(block, start, end, line, self._locators[index], context)

    def links(self, flags: Iterable[tuple[int, Flag]]) -> Iterator[CheckedLink]:
        """Links that are wrong by themselves; a flag names its link by line and address."""
        post = self._draft.text
        there: defaultdict[tuple[int, str], deque[tuple[int, int, int]]] = defaultdict(deque)
        for index, block in enumerate(post.blocks):
            for link in block.links:
                there[block.line_at(link.start), link.href].append((index, link.start, link.end))
        for line, flag in flags:
            places = there.get((line, flag.found or "")) or deque([(0, 0, 0)])
            place = self._place_of_link(*(places.popleft() if len(places) > 1 else places[0]), line)
            findings = self._findings([flag], place, flag.found)
            if findings:
                shown = post.blocks[place.block].text[place.start : place.end]
                href = flag.found or ""
                yield CheckedLink(place, href, classify(href).kind.value, shown, findings)


class _Claims:
    """What statements say against their studies; the graph and the terms are made ready when the first one asks."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._subjects: dict[str, Says] = {}

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._evidence.corpus)

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self._evidence.corpus, self._evidence.graph, self._evidence.notices)

    def of(self, draft: Draft) -> list[Statement]:
        """Statements of a post."""
        return statements(draft.found, draft.resolutions, draft.entry, draft.known)

    def flags(self, draft: Draft, statement: Statement) -> list[Flag]:
        """Curated verdicts first, then what the rules say of studies that no verdict supports."""
        entry = draft.entry
        flags: list[Flag] = []
        silent: frozenset[str] = frozenset()
        if entry is not None:
            for locator in statement.curated:
                flags += curated(entry, locator, self._evidence.corpus)
                silent |= silences(entry, locator)
        studies = [(key, sure) for key, sure in statement.studies.items() if key not in silent]
        if not studies:
            return flags
        says = self._reader.read(statement.text(draft.text))
        subject = self._subject(draft, statement.block)
        behind = _behind(draft.text, statement)
        told = self._judge.statement(says, studies, subject=subject, mentioned=draft.mentioned, behind=behind)
        return [*flags, *(flag for flag in told if flag.study not in silent)]

    def _subject(self, draft: Draft, block: int) -> Says:
        """What the title and the nearest heading above are about."""
        text = f"{draft.text.title or ''}. {draft.headings[block]}"
        if text not in self._subjects:
            self._subjects[text] = self._reader.read(text)
        return self._subjects[text]


def _behind(post: PostText, statement: Statement) -> str:
    """The sentence after a statement in its block, which may take back what it tells; empty when there is none."""
    following = (s for s in sentences_of(post.blocks[statement.block]) if s.start >= statement.end)
    return next((sentence.text for sentence in following), "")
