"""The audit: what is wrong with citations and claims of the published posts, what to fix first, and with what."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.checking.result import CheckedCitation, CheckedPost, Finding, Part
from kb.checking.summary import FIRST
from kb.citations.flag import Basis, Severity
from kb.citations.rules import RULES as CITATION_RULES
from kb.cite import vancouver
from kb.claims.rules import RULES as CLAIM_RULES
from kb.notebook import sections
from kb.notebook.html import Block, Heading, block, count, details, escape, link, listing, note, paragraph, table, tag
from kb.pubmed.notices import marked

if TYPE_CHECKING:
    from kb.base import Base
    from kb.checking.result import CheckResult

_RANK = {rule: rank for rank, rule in enumerate(FIRST)}
_RULES = {**CITATION_RULES, **CLAIM_RULES}
_WHO = {
    Basis.RULE: "found by rule, comparing with the record",
    Basis.CURATED: "judged by the curator, not reviewed by a clinician",
    Basis.REVIEWED: "reviewed by a clinician",
}
_WEIGHT = {Severity.ERROR: "to correct", Severity.WARNING: "to look at", Severity.NOTE: "good to know"}
_COLUMNS = tuple(_WEIGHT[severity] for severity in Severity)
_LONG = 200
"""Letters of a statement after which it is cut."""
_PLAIN = (
    (
        re.compile(r"^No record of (.+) is at hand, so whether it is (.+) was not checked: .*$"),
        r"The base holds no record of \1, so whether it leads to \2 is not checked.",
    ),
    (re.compile(r" The link's own record is not at hand\.$"), " The base holds no record of the linked paper."),
    (re.compile(r"the study meant here \(curated\), (.+?),? (is in|is|appeared)\b"), r"the study meant here, \1, \2"),
    (re.compile(r"the text's study, as curated, is"), "the study that the text means is"),
    (re.compile(r"^'(.+)' has no source; it is "), r'No source is given for "\1": it is '),
    (
        re.compile(r"^'(.+)' tells of a study, but neither names nor links it\.$"),
        r'The post tells of "\1", but neither names nor links it.',
    ),
    (re.compile(r"^.+ has no link; (.+) is at (https?://\S+?)\.$"), r"It has no link: \1 is at \2."),
    (re.compile(r"(?:: add it with kb add|, or ask PubMed with kb check|: kb check)[^.]*\."), "."),
    (re.compile(r" \(curated\)|, as curated,"), ""),
)
"""Sentences of the check, which speak to the person who runs it, as they stand on a page."""


class AuditPage:
    """Everything that a check of the posts finds; each method is one output of the notebook.

    Parameters
    ----------
    base
        The evidence.
    export
        A file of the posts, such as the site's export; empty to check what the base keeps of them.
    up
        Way from the page to the site's root; None where there is no site around it.
    """

    def __init__(self, base: Base, export: str = "", up: str | None = "") -> None:
        self.base, self.export, self.up = base, export, up

    @cached_property
    def result(self) -> CheckResult:
        """The check itself."""
        return self.base.check([Path(self.export)]) if self.export else self.base.audit()

    @cached_property
    def posts(self) -> tuple[CheckedPost, ...]:
        """Checked posts, in order."""
        return tuple(post for file in self.result.files for post in file.posts)

    @cached_property
    def found(self) -> list[tuple[CheckedPost, Part, Finding]]:
        """Every finding that stands, with its post and its place."""
        return [(post, part, finding) for _, post, part, finding in self.result.walk() if finding.stands]

    def title(self) -> Heading:
        """The title."""
        return Heading("Audit of the published posts")

    def summary(self) -> Block:
        """How many, and how the links fare."""
        summary = self.result.summary
        compared = summary.links_right + summary.links_wrong
        basis = (
            f"Checked: the text of {Path(self.export).name}, beside the verdicts on the claims."
            if self.export
            else "Checked: the citations and claims that the base keeps of each post, not the whole text, which is not "
            "kept. A claim is told in our words."
        )
        leads = "leads" if summary.links_wrong == 1 else "lead"
        lead = (
            f"Of {count(compared, 'link')} to papers that could be compared with the text, "
            f"<strong>{summary.links_wrong or 'none'}</strong> {leads} to another paper; "
            f"{count(summary.links_unknown, 'further link')} could not be compared."
        )
        told = (
            f"{count(summary.posts, 'post')} with {count(summary.citations, 'citation')} of research: "
            f"{count(summary.errors, 'point')} to correct, {summary.warnings} to look at, {summary.notes} good to know."
        )
        parts = [paragraph(lead, "kb-lead"), paragraph(escape(told)), note(basis), note(sections.NOT_REVIEWED)]
        return block(*parts, *(note(text) for text in self.result.notes), words=told, style=True)

    def fix_first(self) -> Block:
        """Errors in citations, the most misleading first, each with what to write instead."""
        wrong = [
            (post, part, finding)
            for post, part, finding in self.found
            if isinstance(part, CheckedCitation) and finding.severity is Severity.ERROR
        ]
        wrong.sort(key=lambda item: (_RANK.get(item[2].rule, len(_RANK)), item[0].title or "", item[1].place.block))
        rows = [
            [
                self._post(post),
                f"{_named(finding.rule, tagged=True)} {_message(self.base, finding)}{_small(_WHO[finding.basis])}",
                _pasted(finding.fix),
            ]
            for post, _, finding in wrong
        ]
        made = table("Citations to correct first", ("post", "what is wrong", "write instead"), rows)
        words = f"{count(len(rows), 'citation')} to correct"
        return block(made or paragraph("No citation has to be corrected."), words=words)

    def by_rule(self) -> Block:
        """Findings by what is wrong."""
        numbers = Counter((finding.rule, finding.severity) for _, _, finding in self.found)
        rules = sorted({rule for rule, _ in numbers}, key=lambda rule: (_RANK.get(rule, len(_RANK)), rule))
        rows = [
            [
                _named(rule),
                *(str(numbers[rule, severity]) for severity in Severity),
            ]
            for rule in rules
        ]
        made = table("Findings by what is wrong", ("what is wrong", *_COLUMNS), rows)
        return block(made or paragraph("Nothing was found."), words=f"{count(len(rows), 'kind')} of findings")

    def by_post(self) -> Block:
        """Findings by post, the most errors first."""
        numbers: defaultdict[int, Counter[Severity]] = defaultdict(Counter)
        for post, _, finding in self.found:
            numbers[id(post)][finding.severity] += 1
        ordered = sorted(self.posts, key=lambda post: (-numbers[id(post)][Severity.ERROR], post.title or ""))
        rows = [
            [
                self._post(post),
                str(len(post.citations)),
                *(str(numbers[id(post)][severity]) for severity in Severity),
            ]
            for post in ordered
        ]
        columns = ("post", "citations", *_COLUMNS)
        return block(table("Findings by post", columns, rows), words=count(len(rows), "post"))

    def findings(self) -> Block:
        """Every finding, a fold a post, errors first."""
        parts = []
        for post in sorted(self.posts, key=lambda post: post.title or ""):
            rows = [
                [
                    f"{_named(finding.rule)}{_small(_WEIGHT[finding.severity])}",
                    f"{escape(_about(part))}<br><span class='kb-small'>{_message(self.base, finding)}</span>",
                    _pasted(finding.fix),
                ]
                for other, part, finding in self.found
                if other is post
            ]
            if rows:
                head = f"{post.title or 'Without a title'}: {count(len(rows), 'finding')}"
                parts.append(details(head, table(head, ("what is wrong", "about, and why", "write instead"), rows)))
        return block(*parts, words=count(len(self.found), "finding"))

    def references(self) -> Block:
        """The right reference of every study that the posts cite, once, and which posts cite it."""
        cited: defaultdict[str, list[CheckedPost]] = defaultdict(list)
        for post in self.posts:
            for citation in post.citations:
                if citation.study and post not in cited[citation.study]:
                    cited[citation.study].append(post)
        items = []
        for key in sorted(cited):
            reference = self.base.corpus.references.get(key)
            if reference is None:
                continue
            url = sections.study_url(self.base.corpus, key)
            shown = escape(marked(vancouver(reference), self.base.notices.get(key, ())))
            name = f" {link(url, 'PubMed' if 'pubmed' in url else 'DOI')}" if url else ""
            where = "; ".join(self._post(post) for post in cited[key])
            items.append(
                f"{shown}{name}{sections.no_number(reference)}<br><span class='kb-small'>Cited by: {where}</span>"
            )
        return block(listing(items, ordered=True), words=count(len(items), "reference"))

    def _post(self, post: CheckedPost) -> str:
        if post.slug:
            return sections.post_link(self.base, post.slug, self.up)
        return escape(post.title or "Without a title")


def _named(rule: str, *, tagged: bool = False) -> str:
    """What is wrong, in words; the rule's own name stands in the markup alone."""
    words = _RULES[rule].title.removesuffix(" (curated)") if rule in _RULES else rule.replace("-", " ")
    inner = tag(words, "overstated") if tagged else escape(words)
    return f'<span data-rule="{escape(rule)}">{inner}</span>'


def _message(base: Base, finding: Finding) -> str:
    """What a finding says to somebody who reads it on a page; addresses are links."""
    said = finding.message
    for pattern, words in _PLAIN:
        said = pattern.sub(words, said)
    return _ADDRESS.sub(lambda found: link(found[0], _short(found[0])), escape(sections.with_names(base, said)))


_ADDRESS = re.compile(r"https?://[^\s,;)<]+[^\s,;.)<]")
_MARKDOWN = re.compile(r"\[([^\]]+)\]\((https?://[^\s)]+)\)")


def _short(address: str) -> str:
    """What an address is: PubMed's number of a paper, a DOI, else its host."""
    rest = address.partition("//")[2].rstrip("/")
    if rest.startswith("pubmed.ncbi.nlm.nih.gov/"):
        return f"PubMed {rest.rpartition('/')[2]}"
    return f"doi:{rest.partition('/')[2]}" if rest.startswith("doi.org/") else rest.partition("/")[0]


def _small(text: str) -> str:
    """A line of small plain text beneath a cell's."""
    return f"<br><span class='kb-small'>{escape(text)}</span>"


def _about(part: Part) -> str:
    """What a finding is about: the citation as printed, or the statement (our own words where the text is not kept)."""
    text = part.text
    return f"{text[:_LONG].rpartition(' ')[0]} ..." if len(text) > _LONG else text


def _pasted(fix: str | None) -> str:
    """The text to write instead, its links as links, so that they are pasted as such."""
    if not fix:
        return "–"
    parts, end = [], 0
    for found in _MARKDOWN.finditer(fix):
        parts += [escape(fix[end : found.start()]), link(found[2], found[1])]
        end = found.end()
    return "".join([*parts, escape(fix[end:])])
