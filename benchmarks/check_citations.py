"""Resolving 10,000 citations against 100,000 bibliographic records: seconds, peak memory, and what is right.

Records and citations are made up: the same ones every time, names and titles from invented syllables and a small
vocabulary, as many papers by the same few family names as in PubMed. Each way runs in a process of its own. The peer is
`rapidfuzz.process.extractOne` over all titles, for a sample of the citations, scaled to all of them.
Run: ``python benchmarks/check_citations.py [--records 100000] [--citations 10000]``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from rapidfuzz import fuzz, process

from kb.citations.find_model import CitationKind, Details, FoundCitation, Printed, Sentence
from kb.citations.library import Library
from kb.citations.links import classify
from kb.citations.resolution import Confidence, Record
from kb.citations.resolve import resolve

SYLLABLES = str.split("ba che dor el fin gra hol ik jun kar lo mer nil os pra qui ru sen tov ul vik wen xi yar zel")
FIRST = str.split("Acute Chronic Early Late Intensive Home Group Novel Combined Isolated Delayed Graded Guided Brief")
SUBJECT = str.split(
    "loading walking balance cooling taping cycling rowing gripping jumping sleep posture cadence braces"
)
PLACE = str.split("ankles knees hips shoulders elbows wrists backs necks calves thighs feet hands ribs tendons")
PEOPLE = str.split("dancers cooks drivers nurses climbers teachers farmers sailors students singers builders rowers")
KIND = ("a randomised trial", "a cohort study", "a review", "a survey", "a protocol", "a case series", "")
JOURNALS = [
    (f"Journal of {a} and {b}", f"J {a[:5]} {b[:4]}") for a in ("Rest", "Motion", "Strength", "Balance") for b in PLACE
]
POST = 200  # citations of one post
SAMPLE = 100  # citations that the peer is given


def names(rng: random.Random) -> list[str]:
    """20,000 family names; the first are by far the most frequent."""
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))).capitalize() for _ in range(20_000)]


def records(number: int) -> Iterator[Record]:
    """Made-up records, each with two to eight authors, identifiers and a place in a journal."""
    rng = random.Random(1)  # noqa: S311
    family = names(rng)
    shares = list(itertools.accumulate((rank + 6) ** -0.9 for rank in range(len(family))))  # the first: 1 in 75
    for index in range(number):
        authors = [
            f"{name}, {rng.choice('ABCDEFG')}." for name in rng.choices(family, cum_weights=shares, k=rng.randint(2, 8))
        ]
        words = (rng.choice(FIRST), rng.choice(SUBJECT), "for", rng.choice(PLACE), "of", rng.choice(PEOPLE))
        rare = "".join(rng.choices(SYLLABLES, k=3))
        title = f"{' '.join(words)} after {rare} {rng.choice(SUBJECT)}: {rng.choice(KIND)}"
        first = rng.randint(1, 1800)
        yield Record(
            f"pmid:{index + 1}",
            None,
            title=title,
            authors=tuple(authors),
            journals=rng.choice(JOURNALS),
            years=(rng.randint(1985, 2025),),
            volume=str(rng.randint(1, 60)),
            pages=f"{first}-{first + 8}",
            pmid=str(index + 1),
            doi=f"10.5555/rest.{index + 1}",
            source="made up",
        )


def citations(library: list[Record], number: int) -> Iterator[tuple[FoundCitation, str]]:
    """Citations of these records with the id that each means, "" for a paper that is not there."""
    rng = random.Random(2)  # noqa: S311
    for index in range(number):
        meant = rng.choice(library)
        style = rng.random()
        family = tuple(author.split(",")[0] for author in meant.authors)
        year = meant.years[0]
        printed = Printed(f"{family[0]} et al.", family[:1], True, year, journal=rng.choice(meant.journals))
        link, truth = None, meant.id
        if style < 0.3:
            link = f"https://pubmed.ncbi.nlm.nih.gov/{meant.pmid}/"
        elif style < 0.4:  # another paper's link
            link = f"https://doi.org/10.5555/rest.{rng.randint(1, len(library))}"
        elif style < 0.65:  # an entry of a reference list, with a slip
            title = (meant.title or "").replace("randomised", "randomized")
            printed = Printed(
                ", ".join(family), family, False, year, "", title, meant.journals[0], meant.volume, None, meant.pages
            )
        elif style < 0.8:  # one year off
            printed = Printed(f"{family[0]} and {family[1]}", family[:2], False, year + 1, journal=meant.journals[1])
        elif style < 0.9:  # nobody's
            printed, truth = Printed("Nobody et al.", ("Nobody",), True, year, journal=meant.journals[0]), ""
        else:  # without a name
            printed, truth = Printed(), ""
        nameless = not printed.names
        text = f"It helps ({printed.authors}, {year})." if printed.names else f"A {year} study of {index} cooks."
        sentence = Sentence(text, 0, len(text), index + 1)
        yield (
            FoundCitation(
                kind=CitationKind.NAMELESS if nameless else CitationKind.PARENTHETICAL,
                block=index,
                start=0,
                end=len(text),
                text=text,
                line=index + 1,
                sentence=sentence,
                statement=(sentence,),
                targets=(classify(link),) if link else (),
                printed=printed,
                details=Details(year=year) if nameless else Details(),
                key=printed.key,
            ),
            truth,
        )


def ours(number: int, wanted: int) -> dict[str, float]:
    """Index all records and resolve all citations, post by post."""
    made = list(records(number))
    found = list(citations(made, wanted))
    start = time.perf_counter()
    library = Library(made)
    built = time.perf_counter() - start
    right = wrong = probable = 0
    for first in range(0, wanted, POST):
        some = found[first : first + POST]
        for resolution, (_, truth) in zip(resolve([one for one, _ in some], library), some, strict=True):
            if resolution.record is None:
                continue
            good = resolution.record.id == truth
            if resolution.confidence is Confidence.CERTAIN:
                right, wrong = right + good, wrong + (not good)
            else:
                probable += good
    spent = time.perf_counter() - start
    meant = sum(bool(truth) for _, truth in found)
    return {"index": built, "seconds": spent, "meant": meant, "right": right, "wrong": wrong, "probable": probable}


def peer(number: int, wanted: int) -> dict[str, float]:
    """Look for the nearest of all titles, for a sample of the citations."""
    made = list(records(number))
    titles = [record.title or "" for record in made]
    rng = random.Random(3)  # noqa: S311
    sample = [rng.choice(made) for _ in range(min(SAMPLE, wanted))]
    start = time.perf_counter()
    right = 0
    for record in sample:
        best = process.extractOne((record.title or "").replace("randomised", "randomized"), titles, scorer=fuzz.ratio)
        right += best is not None and titles[best[2]] == record.title
    spent = (time.perf_counter() - start) * wanted / len(sample)
    return {"seconds": spent, "meant": wanted, "right": right * wanted / len(sample)}


def measure(way: str, number: int, wanted: int) -> dict[str, float]:
    """What a way answers in a fresh Python, with its peak memory in MiB."""
    command = [sys.executable, __file__, "--way", way, "--records", str(number), "--citations", str(wanted)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def main() -> None:
    """Measure both, print a table; exit with 1 when the promise of two minutes and 1 GB is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--citations", type=int, default=10_000)
    parser.add_argument("--way", choices=("ours", "peer"))
    given = parser.parse_args()
    if given.way:
        answer = {"ours": ours, "peer": peer}[given.way](given.records, given.citations)
        unit = 2**20 if sys.platform == "darwin" else 2**10
        answer["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        print(json.dumps(answer))
        return
    print(f"{given.citations} citations, {given.records} records")
    results = {way: measure(way, given.records, given.citations) for way in ("ours", "peer")}
    here, there = results["ours"], results["peer"]
    print(f"{'':34}{'seconds':>9}{'ratio':>9}{'MiB':>7}")
    print(f"{'rapidfuzz.process.extractOne':34}{there['seconds']:9.1f}{1:9.1f}{there['mib']:7.0f}  (sample, scaled)")
    ratio = there["seconds"] / here["seconds"]
    print(f"{'kb.citations, index and resolve':34}{here['seconds']:9.1f}{ratio:9.1f}{here['mib']:7.0f}")
    print(f"index alone: {here['index']:.1f} s")
    print(
        f"of {here['meant']:.0f} citations whose paper is there: {here['right']:.0f} certain, "
        f"{here['probable']:.0f} probable; certain and wrong: {here['wrong']:.0f}"
    )
    if here["seconds"] > 120 or here["mib"] > 1024:
        sys.exit(1)


if __name__ == "__main__":
    main()
