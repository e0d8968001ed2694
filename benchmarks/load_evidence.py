"""Loading and linking 20,000 generated studies: seconds, peak memory, and the ratio to parsing the same YAML alone.

The studies are the base's own, copied under new keys with new identifiers, and the posts are copied with them, so
sizes and links are realistic. Run: ``python benchmarks/load_evidence.py [--studies 20000]``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kb.base import default_evidence
from kb.store import load, save_bibliography, save_post, save_study

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CODE = {
    "parse": (
        "import sys, yaml; from pathlib import Path\n"
        "for p in sorted(Path(sys.argv[1]).rglob('*.yaml')): yaml.load(p.read_text(), Loader=yaml.CSafeLoader)"
    ),
    "load": "import sys; from pathlib import Path; from kb.store import load; load(Path(sys.argv[1]))",
    "load and link": "import sys, kb; kb.open(sys.argv[1]).graph",
}


def generate(root: Path, studies: int) -> None:
    """Write an evidence folder with at least ``studies`` studies under ``root``."""
    source = default_evidence()
    corpus = load(source)
    shutil.copytree(source / "vocabulary", root / "vocabulary")
    references = []
    for copy in range(-(-studies // len(corpus.studies))):
        suffix = "q" + "".join(LETTERS[int(digit)] for digit in str(copy))
        rename = {key: f"{key.rstrip(LETTERS)[:-4]}{suffix}{key.rstrip(LETTERS)[-4:]}{key[len(key.rstrip(LETTERS)):]}"
                  for key in corpus.studies}  # fmt: skip
        for key, study in corpus.studies.items():
            save_study(root, study.model_copy(update={"key": rename[key]}))
            reference = corpus.references[key]
            doi = reference.doi and f"{reference.doi}.{copy}"
            update = {"key": rename[key], "doi": doi, "pmid": None, "pmcid": None}
            references.append(reference.model_copy(update=update))
        for slug, post in corpus.posts.items():
            citations = tuple(c.model_copy(update={"study": c.study and rename[c.study]}) for c in post.citations)
            claims = tuple(
                claim.model_copy(
                    update={
                        "evidence": tuple(
                            e.model_copy(update={"study": e.study and rename[e.study]}) for e in claim.evidence
                        )
                    }
                )
                for claim in post.claims
            )
            update = {"slug": f"{slug}-{copy}", "citations": citations, "claims": claims}
            save_post(root, post.model_copy(update=update))
    save_bibliography(root, references)


def measure(code: str, root: Path) -> tuple[float, float]:
    """Seconds of wall time and MiB of peak memory of a fresh Python that runs ``code`` on the folder."""
    start = time.perf_counter()
    script = f"{code}\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", script, str(root)], check=True, capture_output=True, text=True)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return time.perf_counter() - start, int(done.stdout.split()[-1]) / unit


def main() -> None:
    """Generate, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=20_000)
    studies = parser.parse_args().studies
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "evidence"
        generate(root, studies)
        files = sum(1 for _ in root.rglob("*.yaml"))
        size = sum(path.stat().st_size for path in root.rglob("*.*")) / 1e6
        print(f"{studies} studies asked for, {files} YAML files, {size:.0f} MB")
        results = {name: measure(code, root) for name, code in CODE.items()}
    base = results["parse"][0]
    print(f"{'':16}{'seconds':>9}{'ratio':>8}{'MiB':>8}")
    for name, (seconds, memory) in results.items():
        print(f"{name:16}{seconds:9.1f}{seconds / base:8.2f}{memory:8.0f}")


if __name__ == "__main__":
    main()
