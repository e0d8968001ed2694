"""A local E-utilities server over synthetic records, and settings that point at it."""

import dataclasses

import pytest

from kb.pubmed.cache import Cache
from kb.pubmed.client import Entrez
from kb.pubmed.config import Patience, Secret, Settings
from kb.pubmed.rate import Limiter
from kb.pubmed.server import Server, write_record

QUICK = Patience(connect=2, read=1, deadline=8, attempts=3, base=0.005, cap=0.02, longest_retry_after=1.2)
KEY, EMAIL, TOOL = "0123456789abcdef0123456789abcdef4242", "who.asks+kb@clinic.example", "clinic-secret-tool"

RECORDS = [
    {
        "pmid": "39198038",
        "title": "Effects of physical therapist interventions on iliotibial band syndrome.",
        "abstract": "We looked at hip strengthening in runners.",
        "authors": ("Lee SH", "Núñez R"),
        "journal": "Physical therapy in sport",
        "iso": "Phys Ther Sport",
        "year": 2024,
        "month": "Sep",
        "volume": "69",
        "issue": "2",
        "pages": "91-103",
        "doi": "10.1016/j.ptsp.2024.08.001",
        "pmc": "PMC11000001",
        "mesh": ("Iliotibial Band Syndrome", "Running"),
        "types": ("Journal Article", "Randomized Controlled Trial"),
        "cites": ("2014248", "11111111"),
    },
    {
        "pmid": "2014248",
        "title": "Running and the iliotibial band.",
        "authors": ("Mann BJ",),
        "journal": "Proceedings of the National Academy of Sciences of the United States of America",
        "iso": "Proc Natl Acad Sci U S A",
        "year": 1991,
        "volume": "88",
        "pages": "3248-52",
        "mesh": ("Running",),
    },
    {
        "pmid": "11111111",
        "title": "Shockwave therapy & exercise for Achilles tendinopathy.",
        "authors": ("Lee SH",),
        "journal": "Physical therapy in sport",
        "iso": "Phys Ther Sport",
        "year": 2010,
        "volume": "11",
        "pages": "e7",
        "doi": "10.1000/xyz-1",
    },
]


@pytest.fixture
def records(tmp_path):
    """A folder with three records."""
    folder = tmp_path / "records"
    for fields in RECORDS:
        write_record(folder, fields)
    return folder


@pytest.fixture
def many(tmp_path_factory):
    """A folder with 1,000 records, PMIDs 1001 to 2000."""
    folder = tmp_path_factory.getbasetemp() / "many"
    if not folder.exists():
        for number in range(1001, 2001):
            write_record(folder, {"pmid": number, "title": f"Study {number}.", "abstract": "Words. " * 30})
    return folder


@pytest.fixture
def serve():
    """Start servers that stop with the test; without a limit on requests unless one is given."""
    started = []

    def start(folder, *faults, **options):
        options = {"limit": 0, "limit_with_key": 0} | options
        server = Server(folder, faults=faults, **options).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def connect(tmp_path):
    """A client of a server, with short time limits, its own cache and no wait between requests."""

    def make(server, *, per_second=10_000, cache=True, **changes):
        url = server if isinstance(server, str) else server.url
        settings = Settings(Secret(EMAIL), Secret(TOOL), Secret(KEY), url, patience=QUICK)
        settings = dataclasses.replace(settings, **changes)
        limiter = Limiter(None, "test", per_second)
        return Entrez(settings, cache=Cache(tmp_path / "cache") if cache else None, limiter=limiter)

    return make
