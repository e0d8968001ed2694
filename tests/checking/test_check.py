"""The check as a whole, against the real base: files in, findings out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.checking.asking import Asking, merged
from kb.checking.check import check
from kb.checking.options import Options, UnknownRuleError, options, rules
from kb.checking.published import Published, address, folded
from kb.checking.suppress import Suppression
from kb.citations.flag import Basis, Severity
from kb.citations.online import Looked, Online
from kb.citations.read import Block, BlockKind, PostText, read_bytes
from kb.citations.resolution import LinkState
from kb.model import AsPublished, Claim, Post
from kb.pubmed.cache import Cache
from kb.pubmed.client import Entrez
from kb.pubmed.config import Settings
from kb.pubmed.identify import identify
from kb.pubmed.notices import Kind, Notice
from kb.pubmed.rate import Limiter
from kb.pubmed.server import Server
from kb.text import locate
from tests.conftest import EVIDENCE
from tests.pubmed import demonstration

DRAFTS = Path(__file__).parent / "drafts"
TODAY = dt.date(2031, 5, 1)


def findings(base: kb.Base, text: str, name: str = "draft.md", **more: Any) -> list[Any]:
    return list(check(base, (name, text.encode()), Options(today=TODAY, **more)).findings())


# --- drafts ---------------------------------------------------------------------------------------------------------


def test_the_draft_without_mistakes_has_no_finding(base: kb.Base) -> None:
    result = base.check(DRAFTS / "without-mistakes.md")
    assert [f"{f.line} {f.rule}: {f.message}" for f in result.findings(suppressed=True)] == []
    summary = result.summary
    assert (summary.posts, summary.certain, summary.unknown) == (1, 3, 0)
    assert (summary.links_right, summary.links_wrong, summary.links_unknown) == (3, 0, 0)


def test_the_draft_with_mistakes_has_each_of_them_at_its_line(base: kb.Base) -> None:
    result = base.check([DRAFTS / "with-mistakes.md"])
    errors = {(f.line, f.rule) for f in result.findings() if f.severity is Severity.ERROR}
    warnings = {(f.line, f.rule) for f in result.findings() if f.severity is Severity.WARNING}
    assert errors >= {(4, "wrong-year"), (7, "wrong-identifier"), (10, "wrong-journal"), (12, "bad-link")}
    assert warnings >= {(6, "number-differs"), (9, "number-differs")}
    fixes = [f.fix for f in result.findings() if f.rule == "wrong-identifier"]
    assert fixes == [
        "(Lauersen et al., 2014, Br J Sports Med. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/24100287/))"
    ]
    assert result.summary.first[0].rule == "wrong-identifier"
    lines = [f.line for f in result.findings()]
    assert lines == sorted(lines)


def test_library_and_method_say_the_same(base: kb.Base) -> None:
    path = DRAFTS / "with-mistakes.md"
    assert kb.check(str(path), evidence=EVIDENCE).to_json() == base.check([path]).to_json()
    name, data = "with-mistakes.md", path.read_bytes()
    given = base.check((name, data))
    assert [(f.rule, f.path) for f in given.findings()] == [(f.rule, name) for f in base.check(path).findings()]


def test_rules_are_chosen_and_a_wrong_one_is_told(base: kb.Base) -> None:
    path = DRAFTS / "with-mistakes.md"
    assert {f.rule for f in base.check(path, only=["bad-link", "wrong-year"]).findings()} == {"bad-link", "wrong-year"}
    assert "bad-link" not in {f.rule for f in base.check(path, ignore=["bad-link"]).findings()}
    with pytest.raises(UnknownRuleError, match="did you mean wrong-year"):
        base.check(path, only=["wrong-yaer"])


def test_every_rule_has_words_for_the_reports() -> None:
    for name, rule in rules().items():
        assert rule.id == name
        assert rule.title
        assert rule.about.endswith(".")


def test_files_that_cannot_be_read_stand_beside_the_others(base: kb.Base, tmp_path: Path) -> None:
    result = base.check([tmp_path / "none.md", DRAFTS / "with-mistakes.md", tmp_path, ("x.pdf", b"%PDF-1.7")])
    assert [bool(file.error) for file in result.files] == [True, False, True, True]
    assert [unread.path for unread in result.summary.unread] == [str(tmp_path / "none.md"), str(tmp_path), "x.pdf"]
    assert result.summary.errors


def test_a_text_without_a_citation_and_an_empty_one(base: kb.Base) -> None:
    for data in (b"# Rest\n\nIt is nice to rest.\n", b"", b"\n"):
        result = base.check(("x.md", data))
        assert list(result.findings()) == []
        assert "no citation found" in result.summary.lines[0]


def test_suppressions_beside_the_evidence_are_used(base: kb.Base, small: Path) -> None:
    beside = small.parent / "kb-check.yaml"
    beside.write_text("- rule: bad-link\n  post: with-mistakes.md\n  reason: The desk has no telephone.\n")
    assert [entry.rule for entry in options(small).suppressions] == ["bad-link"]
    beside.unlink()
    assert options(small).suppressions == ()
    entry = Suppression("bad-link", "The desk has no telephone.", post="with-mistakes.md")
    result = check(base, DRAFTS / "with-mistakes.md", Options(suppressions=(entry,), today=TODAY))
    assert "bad-link" not in {f.rule for f in result.findings()}
    assert result.summary.suppressed == 1


# --- published posts ------------------------------------------------------------------------------------------------

SAID = "Strength training ends all overuse injuries."
LINE = "Rest is best for the invented runner."


def _post(base: kb.Base, **changes: Any) -> Post:
    """An invented page with one claim, taken over from a curated one."""
    model = next(p for p in base.corpus.posts.values() if p.slug == "running-injuries-page")
    claim: Claim = model.claims[0]
    claims = [
        claim.model_copy(
            update={"id": f"c{n:02}", "locator": claim.locator.model_copy(update={"sha256": locate(text)})}
        )
        for n, text in enumerate((SAID, LINE), start=1)
    ]
    values = {
        "slug": "invented-page",
        "url": None,
        "title": "An invented page",
        "claims": tuple(claims),
        "citations": (),
    }
    return Post(**{**dict(model), **values, **changes})


def _with(base: kb.Base, *posts: Post) -> kb.Base:
    corpus = replace(base.corpus, posts={post.slug: post for post in posts})
    return kb.Base(base.root, corpus)


def _text(text: str, title: str | None = None, url: str | None = None) -> PostText:
    blocks = tuple(Block(BlockKind.PARAGRAPH, line, n) for n, line in enumerate(text.splitlines(), start=1))
    return PostText(title, url, None, None, blocks)


def test_a_post_is_known_by_address_then_title_then_sentences(base: kb.Base) -> None:
    one = _post(base, url="https://www.example.org/blog/rest/")
    other = _post(base, slug="other-page", title="Another page", claims=())
    published = Published({one.slug: one, other.slug: other})

    def slug(post: PostText) -> str | None:
        entry, _ = published.match(post)
        return entry.slug if entry else None

    assert slug(_text("Nothing.", "Another page", "http://example.org/blog/rest?utm_source=x")) == "invented-page"
    assert slug(_text("Nothing.", "ANOTHER page!", "https://example.org/none")) == "other-page"
    assert slug(_text(f"Well. {SAID}\nMore. {LINE}")) == "invented-page"
    assert slug(_text(f"Well. {SAID} And so on.")) is None
    assert slug(_text("Nothing.", "A third page")) is None
    assert slug(_text("", None, "http://[broken")) is None


def test_two_posts_of_one_title_are_not_told_apart_by_it(base: kb.Base) -> None:
    one, two = _post(base), _post(base, slug="second-page")
    assert Published({"invented-page": one, "second-page": two}).match(_text("x", "An invented page")) == (None, ())


def test_the_end_of_a_long_text_is_not_searched_when_nothing_of_it_is_known(base: kb.Base) -> None:
    published = Published({"invented-page": _post(base)})
    filler = "Nothing is told here.\n" * 400
    assert published.match(_text(f"{filler}{SAID}\n{LINE}"))[0] is None
    assert published.match(_text(f"{SAID}\n{filler}{LINE}"))[0] is not None


def test_curated_verdicts_come_first_for_the_published_post_only(base: kb.Base) -> None:
    page = f"# An invented page\n\n{SAID}\n\n{LINE}\n".encode()
    changed = _with(base, _post(base))
    result = check(changed, ("page.md", page), Options(today=TODAY))
    post = result.files[0].posts[0]
    assert post.slug == "invented-page"
    assert [statement.claims for statement in post.statements] == [("invented-page.c01",), ("invented-page.c02",)]
    found = list(result.findings())
    assert {f.basis for f in found if f.rule in {"overstated", "partly-supported", "not-supported"}} == {Basis.CURATED}
    assert [f.line for f in found if f.basis is Basis.CURATED] == [3, 5]
    draft = page.replace(b"An invented page", b"A draft").replace(LINE.encode(), b"Rest.")
    assert [
        f for f in check(changed, ("d.md", draft), Options(today=TODAY)).findings() if f.basis is Basis.CURATED
    ] == []


def _rule_flags(base: kb.Base, text: str, bearing: str) -> set[str]:
    """Rules that speak about a sentence which a curated verdict judges."""
    from kb.model import Bearing

    post = _post(base)
    claim = post.claims[0]
    evidence = next(iter(claim.evidence)).model_copy(update={"study": "lauersen2014", "bearing": Bearing(bearing)})
    verdict = claim.verdict.model_copy(update={"bearing": Bearing(bearing)})
    locator = claim.locator.model_copy(update={"sha256": _locator(text)})
    claim = claim.model_copy(update={"evidence": (evidence,), "verdict": verdict, "locator": locator})
    changed = _with(base, post.model_copy(update={"claims": (claim,)}))
    found = findings(changed, text)
    return {f.rule for f in found if f.basis is Basis.RULE and f.rule == "number-differs"}


def _locator(text: str) -> str:
    from kb.citations.find import find

    return find(read_bytes(text.encode(), name="x.md").posts[0])[0].locator


def test_a_verdict_that_supports_silences_the_rules_and_another_does_not(base: kb.Base) -> None:
    text = (
        "# An invented page\n\nStrength training cuts overuse injuries by more than 60% "
        "(Lauersen et al., 2014, Br J Sports Med. [PubMed](https://pubmed.ncbi.nlm.nih.gov/24100287/)).\n"
    )
    assert _rule_flags(base, text, "not-supported") == {"number-differs"}
    assert _rule_flags(base, text, "supported") == set()


def test_addresses_and_titles_are_folded() -> None:
    assert address("not an address") == "not an address"
    assert folded("  A – b!  ") == "a b"


# --- lines, links, several files ------------------------------------------------------------------------------------


def test_a_link_twice_on_a_line_gives_two_findings_at_their_places(base: kb.Base) -> None:
    text = "Rest.\n\nCall [one](tel:12345) or [two](tel:12345) now.\n"
    result = check(base, ("x.md", text.encode()), Options(today=TODAY))
    links = result.files[0].posts[0].links
    assert [(link.text, link.place.line, link.href) for link in links] == [
        ("one", 3, "tel:12345"),
        ("two", 3, "tel:12345"),
    ]
    assert len({link.place.start for link in links}) == 2


def test_one_study_told_differently_in_two_files_is_told(base: kb.Base) -> None:
    one = b"Runners ran (Buist et al., 2008, Am J Sports Med. [PubMed](https://pubmed.ncbi.nlm.nih.gov/17940147/)).\n"
    two = one.replace(b"2008", b"2001")
    result = check(base, [("one.md", one), ("two.md", two)], Options(today=TODAY))
    assert [(f.path, f.rule) for f in result.findings() if f.rule == "inconsistent"] == [("two.md", "inconsistent")]


def test_as_published_is_what_the_text_prints(base: kb.Base) -> None:
    result = base.check(DRAFTS / "without-mistakes.md")
    printed = result.files[0].posts[0].citations[0].as_published
    assert isinstance(printed, AsPublished)
    assert (printed.authors, printed.year, printed.journal) == ("Buist et al.", 2008, "Am J Sports Med")


# --- asking PubMed --------------------------------------------------------------------------------------------------


class Silent:
    """A lookup that never answers."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, identifiers: Any, _: Any) -> Looked:
        self.asked += 1
        wanted = {(one.kind, one.value): LinkState.UNANSWERED for one in identifiers}
        return Looked(states=wanted, notes=["PubMed did not answer: time is up"])


def test_whoever_does_not_answer_is_asked_once_and_no_verdict_is_made_of_it() -> None:
    lookup = Silent()
    asking = Asking(lookup)
    for number in (1, 2, 3):
        wanted = identify(f"https://pubmed.ncbi.nlm.nih.gov/{number}/")
        assert asking.ask([wanted], []).state(wanted) is LinkState.UNANSWERED
    assert lookup.asked == 1
    assert asking.notes == ("PubMed did not answer: time is up",)


@pytest.fixture
def pubmed(tmp_path: Path) -> Iterator[Entrez]:
    """A client of a server on this machine that has the demonstration's invented records."""
    demonstration.write_all(tmp_path / "demonstration")
    server = Server(tmp_path / "demonstration" / "records", limit=0).start()
    settings = Settings(base_url=server.url)
    yield Entrez(settings, cache=Cache(tmp_path / "cache"), limiter=Limiter(None, "test", 10_000))
    server.stop()


def test_online_a_link_gets_its_record_and_what_became_of_it(
    base: kb.Base, pubmed: Entrez, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Asking, "pubmed", classmethod(lambda cls: cls(Online(pubmed), pubmed)))
    text = (
        "Rest helps (Okafor and van den Berg, 2021, J Inv Ex. [PubMed](https://pubmed.ncbi.nlm.nih.gov/99000001/)).\n\n"
        "It does (Mbeki et al., 2020, Lancet. [PubMed](https://pubmed.ncbi.nlm.nih.gov/99000004/)).\n"
    )
    offline = {f.rule for f in findings(base, text)}
    assert not offline & {"retracted", "wrong-identifier"}
    told = {(f.line, f.rule) for f in findings(base, text, online=True)}
    assert told >= {(1, "retracted"), (3, "wrong-identifier")}
    assert (3, "retracted") not in told


def test_notices_of_pubmed_reach_the_study_of_the_base_and_other_papers() -> None:
    gone, changed = Notice(Kind.RETRACTED, "2031-01-01", pmid="9"), Notice(Kind.CORRECTED, "2030-01-01", pmid="8")
    told = merged({"lee2020": (changed,)}, {"1": (gone,), "2": (gone,)}, {"1": "lee2020"})
    assert set(told["lee2020"]) == {gone, changed}
    assert told["pmid:2"] == (gone,)
