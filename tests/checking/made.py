"""Results made by hand, friendly and hostile, for the tests of the reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from kb.checking.result import (
    CheckedCitation,
    CheckedFile,
    CheckedLink,
    CheckedPost,
    CheckedStatement,
    CheckResult,
    Finding,
    Place,
)
from kb.checking.suppress import Suppression
from kb.citations.flag import Basis, Rule, Severity
from kb.citations.links import classify
from kb.citations.read import Block, BlockKind, PostText
from kb.citations.resolution import By, Confidence, Linked, LinkState, Record, Resolution
from kb.model import AsPublished
from kb.text import locate

LINK = "https://pubmed.ncbi.nlm.nih.gov/111/"
RECORD = Record(
    "okafor2031",
    "okafor2031",
    title="Calf raises for invented runners",
    authors=("Okafor, A.", "Lee, B."),
    journals=("Journal of Invented Exercise",),
    years=(2031,),
    electronic=True,
    pmid="222",
    source="bibliography.bib",
)
SUPPRESSION = Suppression("no-link", "The journal has no page for it.", post="draft.md", line=3)
RULES = (
    Rule("wrong-identifier", Severity.ERROR, "Link to another paper", "The link is another paper's."),
    Rule("wrong-year", Severity.ERROR, "Wrong year", "The printed year differs."),
    Rule("no-link", Severity.NOTE, "No link", "A citation without a link."),
    Rule("number-differs", Severity.ERROR, "Number differs", "A number is not the study's."),
    Rule("too-certain", Severity.WARNING, "Too certain", "Words are stronger than the evidence."),
    Rule("bad-link", Severity.ERROR, "Bad link", "The link leads nowhere."),
)


FIRST = "Calf raises cut injuries by 90 % (Okafor et al., 2029)."
LOCATOR = locate(FIRST)


def result(evil: str = "", *, path: str = "draft.md", format_: str = "markdown") -> CheckResult:
    """One file with one post, whose strings hold something hostile everywhere."""
    first = f"Calf raises cut injuries by 90 % (Okafor et al., 2029{evil})."
    second = f"Call us{evil} now."
    blocks = (Block(BlockKind.PARAGRAPH, first, 3), Block(BlockKind.PARAGRAPH, second, 5))
    title = f"Rest{evil}"
    text = PostText(title, f"https://example.org/{evil}", f"2031-05-01{evil}", None, blocks)
    cited = Place(0, first.index("(Okafor"), len(first) - 1, 3, locate(first), (0, len(first)))
    told = replace(cited, start=0, end=len(first))
    linked = Place(1, 0, 7, 5, locate(second), (0, len(second)))

    def finding(rule: str, severity: Severity, place: Place, **more: object) -> Finding:
        message = f"{rule} was found{evil}."
        values: dict[str, object] = {"path": path, "post": title, "line": place.line, "rule": rule}
        values |= {"severity": severity, "message": message, "locator": place.locator, **more}
        return Finding(**values)  # type: ignore[arg-type]

    citation = CheckedCitation(
        cited,
        "parenthetical",
        first[cited.start : cited.end],
        AsPublished(authors="Okafor et al.", year=2029, link=LINK),
        Resolution(
            RECORD,
            Confidence.CERTAIN,
            By.NAME,
            (Linked(classify(LINK), LinkState.KNOWN, replace(RECORD, id="pmid:111")),),
        ),
        (
            finding(
                "wrong-identifier",
                Severity.ERROR,
                cited,
                found=f"{LINK}{evil}",
                expected="PMID 222",
                fix=f"(Okafor et al., 2031{evil}. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/222/))",
                study="okafor2031",
                source=f"PubMed record 222{evil}",
                link=LINK,
            ),
            finding("wrong-year", Severity.ERROR, cited, found="2029", expected="2031", study="okafor2031", link=LINK),
            finding("no-link", Severity.NOTE, cited, suppressed=replace(SUPPRESSION, reason=f"Known{evil}.")),
        ),
    )
    statement = CheckedStatement(
        told,
        first,
        ("okafor2031",),
        (),
        (
            finding("number-differs", Severity.ERROR, told, study="okafor2031", basis=Basis.REVIEWED),
            finding("too-certain", Severity.WARNING, told, study="okafor2031", fix=f"Calf raises may help{evil}."),
        ),
    )
    link = CheckedLink(
        linked, f"tel:12{evil}", "telephone", "Call us", (finding("bad-link", Severity.ERROR, linked, link="tel:12"),)
    )
    post = CheckedPost(title, text.url, text.date, None, text, (citation,), (link,), (statement,))
    return CheckResult((CheckedFile(path, format_, (post,)),), RULES, (replace(SUPPRESSION, line=9),), ())


def with_errors(evil: str = "") -> CheckResult:
    """The same beside a file that could not be read, an entry that is over, and a note."""
    made = result(evil)
    unread = CheckedFile(f"lost{evil}.md", error=f"lost{evil}.md does not exist. Look at the spelling.")
    over = replace(SUPPRESSION, until=dt.date(2031, 1, 1))
    return replace(made, files=(*made.files, unread), expired=(over,), notes=(f"PubMed did not answer{evil}.",))
