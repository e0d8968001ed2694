"""What docs/pubmed.md is tried with: a copy of the evidence, and records made up from its bibliography.

``python -m tests.pubmed.demonstration FOLDER`` writes

- ``records``: for the local E-utilities server. Records of the studies are built from evidence/bibliography.bib, a few
  of them changed on purpose, and some are invented (PMIDs from 99000001 on). None of them came from PubMed.
- ``evidence``: a copy, with one invented study, `okafor2021`, under a claim of a post.
- ``without``: the same without zhang2024.
- ``zotero.ris``: two invented entries as a reference manager exports them.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kb.model import Design, Evidence, Reference, Study, Verification
from kb.pubmed.server import write_record
from kb.store import load, save_bibliography, save_post, save_study

EVIDENCE = Path(__file__).parents[2] / "evidence"

INVENTED = "okafor2021"
POST = "shockwave-therapy-achilles-tendinitis-culver-city"
ZHANG, ZHANG_PMID = "zhang2024", "39198038"

# Where the demonstration's PubMed says something else than the bibliography, or is made to go wrong.
CHANGED: Mapping[str, dict[str, Any]] = {
    ZHANG: {"pmid": ZHANG_PMID, "types": ("Journal Article", "Systematic Review", "Meta-Analysis")},
    "buist2008": {"volume": "37", "pages": "33-9"},
    "lauersen2014": {"issue": "12"},
    "staples2008": {"title": "Sleep in invented shift workers: a cohort.", "authors": ("Mbeki T",), "doi": None},
}
MERGED = ("coombes2013", "99000009")
PRINTED = "J Inv Ex. 2023 Mar 5;7(1):3. doi: 10.1000/invented.2."  # where the invented retractions appeared
OLD_RECORD = "99000003"  # a PMID of nobody, merged into that of an invented trial

_TRIAL = {
    "journal": "Journal of invented examples",
    "iso": "J Inv Ex",
    "types": ("Journal Article", "Randomized Controlled Trial"),
}


def invented(today: dt.date) -> list[dict[str, Any]]:
    """Records of papers that do not exist; those that the watch finds came to PubMed this month."""
    new = _TRIAL | {"year": today.year, "month": f"{today:%b}", "mesh": ("Tennis Elbow",)}
    return [
        _TRIAL
        | {
            "pmid": "99000001",
            "title": "Calf raises for runners with sore tendons: a randomised trial.",
            "authors": ("Okafor AB", "van den Berg C"),
            "year": 2021,
            "volume": "5",
            "issue": "2",
            "pages": "10-9",
            "doi": "10.1000/invented.1",
            "types": ("Journal Article", "Randomized Controlled Trial", "Retracted Publication"),
            "corrections": (("RetractionIn", "99000002"),),
        },
        _TRIAL
        | {
            "pmid": "99000002",
            "title": "Retraction: Calf raises for runners with sore tendons.",
            "year": 2023,
            "types": ("Retraction of Publication",),
            "corrections": (("RetractionOf", "99000001"),),
        },
        _TRIAL
        | {
            "pmid": "99000004",
            "title": "Eccentric exercise for Achilles tendinopathy in invented runners: a randomized controlled trial.",
            "authors": ("Haddad L", "Ito M"),
            "year": 2022,
            "volume": "6",
            "issue": "1",
            "pages": "1-9",
            "doi": "10.1000/invented.4",
            "mesh": ("Achilles Tendon", "Running"),
        },
        _TRIAL
        | {
            "pmid": "99000005",
            "title": "Foam rolling and invented knees.",
            "authors": ("Sato K",),
            "year": 2020,
            "volume": "4",
            "pages": "55-61",
            "doi": "10.1000/invented.5",
        },
        new
        | {
            "pmid": "99000011",
            "title": "Shockwave against exercise for tennis elbow: a randomized controlled trial.",
            "authors": ("Moreau J", "Lind P"),
            "volume": "9",
            "pages": "100-8",
            "doi": "10.1000/invented.11",
        },
        new
        | {
            "pmid": "99000012",
            "title": "Shockwave for tennis elbow in invented tennis players: protocol of a randomized trial.",
            "authors": ("Costa R",),
            "types": ("Journal Article", "Clinical Trial Protocol"),
        },
        new
        | {
            "pmid": "99000013",
            "title": "Focused shockwave for lateral epicondylitis: a randomized trial that was taken back.",
            "authors": ("Weber F",),
            "types": ("Journal Article", "Randomized Controlled Trial", "Retracted Publication"),
            "corrections": (("RetractionIn", "99000014"),),
        },
    ]


RIS = """\
TY  - JOUR
AU  - Sato, K.
TI  - Foam rolling and invented knees
JO  - Journal of invented examples
PY  - 2020
DO  - 10.1000/invented.5
ER  -
TY  - JOUR
AU  - Dubois, A.
AU  - Rossi, G.
TI  - Taping for plantar heel pain in invented nurses
JO  - Bulletin of a journal that PubMed does not list
PY  - 2019
VL  - 3
SP  - 7
EP  - 12
DO  - 10.1000/invented.6
ER  -
"""


def write_all(folder: Path, *, evidence: Path = EVIDENCE, today: dt.date | None = None) -> None:
    """Write the four into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(evidence, folder / "evidence")
    add_invented(folder / "evidence")
    shutil.copytree(folder / "evidence", folder / "without")
    take_out(folder / "without", ZHANG)
    write_records(folder / "records", load(evidence).references, today or dt.datetime.now(dt.UTC).date())
    (folder / "zotero.ris").write_text(RIS, encoding="utf-8")


def write_records(folder: Path, references: Mapping[str, Reference], today: dt.date) -> None:
    """A record for each study that has a PMID and for zhang2024, and the invented ones."""
    for key, reference in references.items():
        fields = record_of(reference) | CHANGED.get(key, {})
        if fields["pmid"]:
            write_record(folder, fields)
    for fields in invented(today):
        path = write_record(folder, fields)
        path.write_text(path.read_text(encoding="utf-8").replace("Synthetic", PRINTED), encoding="utf-8")
    key, pmid = MERGED
    old = references[key].pmid
    (folder / f"{old}.xml").unlink()
    write_record(folder, record_of(references[key]) | {"pmid": pmid})
    (folder / "merged.txt").write_text(f"{old} {pmid}\n{OLD_RECORD} 99000004\n", encoding="utf-8")


def record_of(reference: Reference) -> dict[str, Any]:
    """What a record would hold of a reference; no authors where the list here is cut or has a `Jr`."""
    complete = all(name.count(",") == 1 for name in reference.author)
    return {
        "pmid": reference.pmid,
        "title": f"{reference.title}.",
        "authors": tuple(_name(name) for name in reference.author) if complete else (),
        "journal": reference.journal,
        "iso": reference.shortjournal,
        "year": reference.year,
        "volume": reference.volume,
        "issue": reference.number,
        "pages": reference.pages,
        "doi": reference.doi,
        "pmc": reference.pmcid,
    }


def _name(name: str) -> str:
    """`Lee SH` of `Lee, S. H.`."""
    family, _, given = name.partition(", ")
    return f"{family} {given.replace('.', '').replace(' ', '')}"


def add_invented(evidence: Path) -> None:
    """Put an invented study into a copy of the evidence, under a claim about loading."""
    corpus = load(evidence)
    reference = Reference(
        key=INVENTED,
        entry_type="article",
        title="Calf raises for runners with sore tendons: a randomised trial",
        author=("Okafor, A. B.", "van den Berg, C."),
        journal="Journal of invented examples",
        shortjournal="J Inv Ex",
        year=2021,
        volume="4",
        pages="10-19",
        doi="10.1000/invented.1",
        pmid="99000001",
    )
    unknown = dict.fromkeys(("n_participants", "n_studies", "population", "comparator", "follow_up", "conclusion"))
    study = Study(
        key=INVENTED,
        design=Design.RANDOMIZED_TRIAL,
        verification=Verification.UNVERIFIED,
        funding_or_conflicts=None,
        populations=(),
        conditions=(),
        interventions=(),
        to_check=("This study is invented, for the demonstration.",),
        **unknown,
    )
    save_bibliography(evidence, [*corpus.references.values(), reference])
    save_study(evidence, study)
    post = corpus.posts[POST]
    claim = next(claim for claim in post.claims if claim.interventions == ("tendon-loading",))
    bearing = Evidence(
        study=INVENTED,
        bearing=claim.evidence[0].bearing,
        relation=claim.evidence[0].relation,
        reason="Invented, for the demonstration.",
    )
    changed = claim.model_copy(update={"evidence": (*claim.evidence, bearing)})
    claims = tuple(changed if one is claim else one for one in post.claims)
    save_post(evidence, post.model_copy(update={"claims": claims}))


def take_out(evidence: Path, key: str) -> None:
    """Take a study out of a copy of the evidence, and with it the claims and citations that name it."""
    corpus = load(evidence)
    (evidence / "studies" / f"{key}.yaml").unlink()
    save_bibliography(evidence, [r for r in corpus.references.values() if r.key != key])
    for post in corpus.posts.values():
        cited = {c.id for c in post.citations if c.study == key}
        claims = tuple(
            claim for claim in post.claims if not any(e.study == key or e.citation in cited for e in claim.evidence)
        )
        if cited or len(claims) < len(post.claims):
            citations = tuple(c for c in post.citations if c.id not in cited)
            save_post(evidence, post.model_copy(update={"claims": claims, "citations": citations}))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
