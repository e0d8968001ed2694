"""A fetch that is killed at any moment, and a new run, end with the same cache as one that was not."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from kb.pubmed.cache import Cache
from kb.pubmed.client import Entrez
from kb.pubmed.config import Settings
from kb.pubmed.rate import Limiter

IDS = [str(number) for number in range(1001, 2001)]
FETCH = """
import os, sys
from kb.pubmed.client import Entrez
print("ready", flush=True)
for _ in Entrez().fetch([str(n) for n in range(1001, 2001)]):
    pass
"""


def content(cache):
    return {pmid: cache.get(pmid).sha256 for pmid in cache.pmids(limit=5000)}


@pytest.fixture
def expected(many, serve, tmp_path):
    cache = Cache(tmp_path / "expected")
    client = Entrez(Settings(base_url=serve(many).url), cache=cache, limiter=Limiter(None, "", 1000))
    for _ in client.fetch(IDS):
        pass
    return content(cache)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_kills_and_a_new_run_end_the_same(many, serve, tmp_path, expected, seed):
    """Each seed kills three runs, up to 1.2 s after they began, then lets one finish."""
    server = serve(many, "slow=0.05", limit_with_key=10)
    env = os.environ | {"KB_ENTREZ_URL": server.url, "KB_CACHE": str(tmp_path / "c"), "KB_ENTREZ_EMAIL": "a@b.example"}
    env |= {"KB_ENTREZ_API_KEY": "key"}
    chance = random.Random(seed)
    command = [sys.executable, "-c", FETCH]
    for _ in range(3):
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 1.2))
            os.kill(process.pid, signal.SIGKILL)
    cache = Cache(tmp_path / "c")
    before = content(cache)
    assert before.items() <= expected.items()
    asked = len(server.log)
    began = time.monotonic()
    subprocess.run(command, env=env, check=True, timeout=60)
    assert time.monotonic() - began < 30
    assert content(cache) == expected
    last = server.log[asked:]
    assert sum(entry["ids"] for entry in last) == len(IDS) - len(before)
    assert len(last) == -(-(len(IDS) - len(before)) // 200)
    assert {entry["status"] for entry in server.log} == {200}
