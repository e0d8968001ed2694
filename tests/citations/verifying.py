"""A Markdown text of our own invention, found, resolved and verified: what the tests of findings share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import kb
from kb.citations.find import find
from kb.citations.find_model import FoundCitation
from kb.citations.flag import Flag, Severity
from kb.citations.library import Library
from kb.citations.read import read_bytes
from kb.citations.resolution import Record, Resolution
from kb.citations.resolve import resolve
from kb.citations.verify import Facts, verify

PUBMED = "https://pubmed.ncbi.nlm.nih.gov"


def paper(name: str, **facts: object) -> Record:
    """An invented record of three authors; its key is the name and 2015."""
    first = name.capitalize()
    known: dict[str, object] = {
        "id": f"{name}2015",
        "key": f"{name}2015",
        "title": f"Rest for sore tendons of the {name} cohort: a long walk home",
        "authors": (f"{first}, A. B.", "Berg, C.", "van der Moor, D."),
        "journals": ("Journal of Rest and Recovery", "J Rest Recovery"),
        "years": (2015,),
        "volume": "12",
        "issue": "3",
        "pages": "154-163",
        "pmid": "1500001",
        "doi": f"10.1000/{name}.15",
        "source": "PubMed record 1500001 (curated, 2026-01-01)",
    }
    return Record(**{**known, **facts})  # type: ignore[arg-type]


OKAFOR = paper("okafor")
LINDQVIST = paper(
    "lindqvist",
    title="Swimming in cold water after dark",
    authors=("Lindqvist, E.", "Roy, F."),
    journals=("Annals of Cold Water", "Ann Cold Water"),
    years=(2009,),
    volume="3",
    issue="1",
    pages="e77",
    pmid="900002",
    doi="10.2000/lq.9",
)


@dataclass
class Checked:
    """A text as it was found, resolved and verified."""

    citations: list[FoundCitation]
    resolutions: list[Resolution]
    flags: list[list[Flag]]

    @property
    def all(self) -> list[Flag]:
        return [flag for flags in self.flags for flag in flags]

    def rules(self, at_least: Severity = Severity.NOTE) -> list[tuple[str, str]]:
        return [(f.rule, f.severity.value) for f in self.all if f.severity.rank <= at_least.rank]

    def one(self, rule: str) -> Flag:
        found = [flag for flag in self.all if flag.rule == rule]
        assert len(found) == 1, self.all
        return found[0]


def check(text: str, *records: Record, facts: Facts | None = None) -> Checked:
    """A Markdown text against invented records."""
    return run(text, Library(records or (OKAFOR, LINDQVIST)), facts or Facts())


def run(text: str, library: Library, facts: Facts) -> Checked:
    citations = find(read_bytes(text.encode()).posts[0])
    resolutions = resolve(citations, library, curated=facts.curated)
    return Checked(citations, resolutions, verify(citations, resolutions, facts))


def real(base: kb.Base, text: str, **facts: object) -> Checked:
    """A Markdown text against the base."""
    library = _library(base)
    known: dict[str, object] = {
        "studies": base.corpus.studies,
        "references": base.corpus.references,
        "notices": base.notices,
    }
    return run(text, library, Facts(**{**known, **facts}))  # type: ignore[arg-type]


@cache
def _library(base: kb.Base) -> Library:
    return Library.of(base.corpus, base.snapshot)


def only(checked: Checked, *rules: str) -> None:
    """Nothing but these rules was found, in any order and number."""
    assert {flag.rule for flag in checked.all} == set(rules), checked.all


REFERENCE = (
    "## References\n\n- Okafor AB, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort: a long walk "
    "home. J Rest Recovery. 2015;12(3):154-163. [PubMed](https://pubmed.ncbi.nlm.nih.gov/1500001/)"
)
