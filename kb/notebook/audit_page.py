"""The audit: what is wrong with citations and claims of the published posts, what to fix first, and with what."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.checking.result import CheckedCitation, CheckedPost, Finding, Part
from kb.checking.summary import FIRST
from kb.citations.flag import Basis, Severity
from kb.cite import vancouver
from kb.notebook import sections
from kb.notebook.html import Block, Heading, block, count, details, escape, link, listing, note, paragraph, table, tag
from kb.pubmed.notices import marked

if TYPE_CHECKING:
    from kb.base import Base
    from kb.checking.result import CheckResult

_RANK = {rule: rank for rank, rule in enumerate(FIRST)}
_WHO = {
    Basis.RULE: "found by rule",
    Basis.CURATED: "curated, not reviewed by a clinician",
    Basis.REVIEWED: "reviewed",
}


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
            f"Checked: the text of {Path(self.export).name}, beside the curated verdicts."
            if self.export
            else "Checked: the citations and claims that the base keeps of each post; their texts are not kept. "
            "To check a text, run kb check on the file, or this notebook with the parameter export."
        )
        lead = (
            f"Of {compared} links to papers that could be compared, <strong>{summary.links_wrong}</strong> lead to "
            f"another paper; {count(summary.links_unknown, 'link')} could not be compared."
        )
        told = (
            f"{count(summary.posts, 'post')}, {count(summary.citations, 'citation')}: "
            f"{count(summary.errors, 'error')}, {count(summary.warnings, 'warning')}, {count(summary.notes, 'note')}."
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
                _above(f"{tag(finding.rule, 'overstated')} {escape(finding.message)}", _WHO[finding.basis]),
                _pasted(finding.fix),
            ]
            for post, _, finding in wrong
        ]
        made = table("Citations that are surely wrong", ("post", "what is wrong", "write instead"), rows)
        words = f"{count(len(rows), 'error')} in citations"
        return block(made or paragraph("No citation is surely wrong."), words=words)

    def by_rule(self) -> Block:
        """Findings by rule."""
        numbers = Counter((finding.rule, finding.severity) for _, _, finding in self.found)
        known = {rule.id: rule for rule in self.result.rules}
        rules = sorted({rule for rule, _ in numbers}, key=lambda rule: (_RANK.get(rule, len(_RANK)), rule))
        rows = [
            [
                _above(escape(known[rule].title if rule in known else rule), rule),
                *(str(numbers[rule, severity]) for severity in Severity),
            ]
            for rule in rules
        ]
        columns = ("rule", *(f"{severity.value}s" for severity in Severity))
        return block(table("Findings by rule", columns, rows), words=count(len(rows), "rule"))

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
        columns = ("post", "citations", *(f"{severity.value}s" for severity in Severity))
        return block(table("Findings by post", columns, rows), words=count(len(rows), "post"))

    def findings(self) -> Block:
        """Every finding, a fold a post, errors first."""
        parts = []
        for post in sorted(self.posts, key=lambda post: post.title or ""):
            rows = [
                [
                    f"{tag(finding.severity.value)} {escape(finding.rule)}",
                    _above(escape(_about(part)), finding.message),
                    _pasted(finding.fix),
                ]
                for other, part, finding in self.found
                if other is post
            ]
            if rows:
                head = f"{post.title or 'Without a title'}: {count(len(rows), 'finding')}"
                parts.append(details(head, table(head, ("finding", "about", "write instead"), rows)))
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
            gaps = f" <em>Unknown: {escape(', '.join(reference.missing))}.</em>" if reference.missing else ""
            where = "; ".join(self._post(post) for post in cited[key])
            items.append(f"{shown} {link(url, url) if url else ''}{gaps}<br><span class='kb-small'>{where}</span>")
        return block(listing(items, ordered=True), words=count(len(items), "reference"))

    def _post(self, post: CheckedPost) -> str:
        if post.slug:
            return sections.post_link(self.base, post.slug, self.up)
        return escape(post.title or "Without a title")


def _above(html: str, small: str) -> str:
    """A cell of HTML with a line of small plain text beneath."""
    return f"{html}<br><span class='kb-small'>{escape(small)}</span>"


def _about(part: Part) -> str:
    """What a finding is about: the citation as printed, or the statement (our own words where the text is not kept)."""
    text = part.text
    return f"{text[:197]}..." if len(text) > 200 else text


def _pasted(fix: str | None) -> str:
    return escape(fix) if fix else "–"
