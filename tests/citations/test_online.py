"""`--online`: identifiers and named citations that PubMed is asked for; no answer is no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.citations.find import find
from kb.citations.library import Library
from kb.citations.online import Looked, Online
from kb.citations.read import read_bytes
from kb.citations.resolution import By, Confidence, LinkState, Record, Resolution
from kb.citations.resolve import resolve
from kb.pubmed.cache import Cache
from kb.pubmed.citmatch import Citation
from kb.pubmed.client import Entrez
from kb.pubmed.config import Patience, Secret, Settings
from kb.pubmed.identify import identify
from kb.pubmed.rate import Limiter
from kb.pubmed.server import Server, write_record

QUICK = Patience(connect=2, read=1, deadline=4, attempts=2, base=0.005, cap=0.02, longest_retry_after=0.5)
RECORDS = [
    {
        "pmid": "501",
        "title": "Rest for the ankles of dancers.",
        "authors": ("Orley SH", "Núñez R"),
        "journal": "Journal of rest",
        "iso": "J Rest",
        "year": 2024,
        "volume": "69",
        "pages": "91-103",
        "doi": "10.5555/rest.501",
        "pmc": "PMC7700501",
    },
    {
        "pmid": "502",
        "title": "Cooling the wrists of rowers.",
        "authors": ("Brandl K", "Ito M"),
        "journal": "Journal of motion",
        "iso": "J Motion",
        "year": 2019,
        "volume": "11",
        "pages": "7-12",
    },
]


class Place:
    """A local server over two records, and clients of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for fields in RECORDS:
            write_record(root / "records", fields)
        self.servers: list[Server] = []

    def online(self, *faults: str) -> Online:
        server = Server(self.root / "records", faults=faults, limit=0, limit_with_key=0).start()
        self.servers.append(server)
        return self.at(server.url)

    def at(self, url: str) -> Online:
        settings = Settings(Secret("who@clinic.example"), Secret("kb-test"), None, url, patience=QUICK)
        cache = Cache(self.root / f"cache{len(self.servers)}")
        return Online(Entrez(settings, cache=cache, limiter=Limiter(None, "test", 10_000)))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path)
    yield found
    for server in found.servers:
        server.stop()


def checked(text: str, online: Online, records: tuple[Record, ...] = ()) -> list[Resolution]:
    return resolve(find(read_bytes(text.encode()).posts[0]), Library(records), lookup=online)


def test_links_of_every_kind_are_looked_up(place: Place) -> None:
    text = (
        "One (Orley et al., 2024, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/501/)).\n\n"
        "Two (Orley et al., 2024, J Rest. [PMC](https://pmc.ncbi.nlm.nih.gov/articles/PMC7700501/)).\n\n"
        "Three (Orley et al., 2024, J Rest. [DOI](https://doi.org/10.5555/REST.501)).\n\n"
        "Four (Brandl and Ito, 2019, J Motion. [PubMed](https://pubmed.ncbi.nlm.nih.gov/999/))."
    )
    found = checked(text, place.online())
    assert [one.links[0].state for one in found] == [*[LinkState.KNOWN] * 3, LinkState.ABSENT]
    assert {one.record.id for one in found[:3] if one.record} == {"pmid:501"}
    assert {one.by for one in found[:3]} == {By.IDENTIFIER}
    record = found[0].links[0].record
    assert record is not None
    assert record.source.startswith("PubMed record 501 (fetched 20")
    assert record.authors == ("Orley, S. H.", "Núñez, R.")
    # The fourth link leads nowhere, but the matcher knows the paper that is named.
    assert found[3].record is not None
    assert (found[3].record.id, found[3].confidence, found[3].by) == ("pmid:502", Confidence.CERTAIN, By.ENTREZ)


def test_a_link_to_another_paper_is_seen_once_its_record_is_there(place: Place) -> None:
    text = "It helps (Orley et al., 2024, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/502/))."
    (found,) = checked(text, place.online())
    assert found.links[0].record is not None
    assert found.links[0].record.id == "pmid:502"
    assert found.record is not None
    assert (found.record.id, found.by) == ("pmid:501", By.ENTREZ)


def test_a_merged_pmid_counts_as_the_one_it_became(place: Place) -> None:
    text = "It helps (Orley et al., 2024. [PubMed](https://pubmed.ncbi.nlm.nih.gov/77/))."
    (found,) = checked(text, place.online("merged=77:501"))
    assert found.links[0].state is LinkState.KNOWN
    assert found.record is not None
    assert found.record.id == "pmid:501"
    here = Record("orley2024", "orley2024", pmid="501", authors=("Orley, S.", "others"), years=(2024,))
    (found,) = checked(text, place.online("merged=77:501"), (here,))
    assert found.record is not None
    assert found.record.key == "orley2024"


def test_a_fetched_record_keeps_the_key_of_its_study(place: Place) -> None:
    here = Record("orley2024", "orley2024", "Rest for the ankles of dancers", ("Orley, S.", "others"), years=(2023,))
    text = "It helps (Orley et al., 2024. [PubMed](https://pubmed.ncbi.nlm.nih.gov/501/))."
    (found,) = checked(text, place.online(), (here,))
    assert found.record is not None
    assert (found.record.key, found.record.years, found.record.pmid) == ("orley2024", (2024,), "501")


@pytest.mark.parametrize("fault", ["500", "html", "malformed", "reset", "empty"])
def test_a_server_that_fails_gives_no_verdict(place: Place, fault: str) -> None:
    text = (
        "It helps (Orley et al., 2024, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/501/)), "
        "or not (Brandl, 2019, J Motion. [DOI](https://doi.org/10.5555/x))."
    )
    found = checked(text, place.online(fault))
    assert [one.links[0].state for one in found] == [LinkState.UNANSWERED] * 2
    assert [one.record for one in found] == [None, None]


def test_nobody_there_gives_no_verdict(place: Place) -> None:
    wanted = [identify("501"), identify("10.5555/x")]
    looked = place.at("http://127.0.0.1:9/").ask(wanted, [Citation("a", "J Rest", "2024", author="Orley")])
    assert {looked.state(one) for one in wanted} == {LinkState.UNANSWERED}
    assert looked.notes
    assert not looked.records


def test_an_ambiguous_citation_stays_open(place: Place) -> None:
    twin = RECORDS[0] | {"pmid": "503", "title": "Rest for the hips of cooks.", "doi": "10.5555/rest.503", "pmc": ""}
    write_record(place.root / "records", twin)
    (found,) = checked("It helps (Orley et al., 2024, J Rest).", place.online())
    assert found.record is None
    assert {record.id for record in found.candidates} == {"pmid:501", "pmid:503"}


def test_everything_is_asked_in_few_requests(place: Place) -> None:
    class Counting(Online):
        def __init__(self, inner: Online) -> None:
            self.inner, self.asked = inner, 0

        def ask(self, *given: object) -> Looked:
            self.asked += 1
            return self.inner.ask(*given)  # type: ignore[arg-type]

    online = Counting(place.online())
    text = "\n\n".join(
        f"It helps (Orley et al., 2024, J Rest. [P](https://pubmed.ncbi.nlm.nih.gov/{n}/))." for n in range(490, 530)
    )
    found = checked(text, online)
    assert online.asked == 1
    assert sum(one.links[0].state is LinkState.KNOWN for one in found) == 2
    assert len(place.servers[0].log) <= 4


def test_nothing_to_ask_asks_nothing(place: Place) -> None:
    looked = place.at("http://127.0.0.1:9/").ask([], [])
    assert looked == Looked()
