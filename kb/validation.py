"""Everything that is wrong with an evidence folder: its files, its numbers, its appraisals, its PubMed snapshot."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb import store
from kb.appraisal import arithmetic, tools
from kb.model import Corpus
from kb.problems import Problem
from kb.pubmed import candidates, notice_files, notices, snapshot
from kb.store import bibtex, pages, rules, yamlfile

if TYPE_CHECKING:
    from collections.abc import Iterator


def validate(root: Path) -> tuple[Corpus | None, list[Problem]]:
    """Everything that is wrong in an evidence folder, its PubMed snapshot included, sorted by file and line."""
    corpus, problems = store.validate(root)
    if corpus is None:
        return None, problems
    entries, broken = snapshot.load(root)
    known = {reference.pmid for reference in corpus.references.values()}
    strays = [
        Problem(
            f"{snapshot.FOLDER}/{pmid}.yaml", 1, "stray-record", f"no study has PMID {pmid}", "Delete it.", "warning"
        )
        for pmid in entries
        if pmid not in known
    ]
    found, unread = notice_files.load(root, corpus.references)
    unread = [problem for problem in unread if problem.path not in {other.path for other in broken}]
    watched = candidates.load_all(root)[1]
    doubtful = _doubtful(corpus, root)
    strange = _strange(root)
    return corpus, sorted(
        {*problems, *broken, *strays, *unread, *watched, *doubtful, *strange, *_noticed(corpus, found, root)}
    )


def _strange(root: Path) -> Iterator[Problem]:
    """A warning for every file that nobody reads, such as one whose name is mistyped."""
    read = (bibtex.FILE, rules.CERTAINTY, pages.CHANGES, pages.REDIRECTS, notice_files.FILE)
    for path in root.iterdir():
        if path.suffix in {".yaml", ".yml", ".bib"} and path.name not in read and not path.name.startswith("."):
            near = difflib.get_close_matches(path.name, read, n=1)
            advice = f"Did you mean {near[0]}?" if near else f"Those that are read: {', '.join(read)}."
            yield Problem(path.name, 0, "stray-file", "nobody reads this file", advice, "warning")


def _doubtful(corpus: Corpus, root: Path) -> Iterator[Problem]:
    """Numbers that do not fit each other (warnings), and appraisals that leave their tool."""
    for key, study in corpus.studies.items():
        here: list[tuple[tuple[str | int, ...], str, str, str, Literal["error", "warning"]]] = []
        for index, finding in enumerate(study.findings):
            for doubt in arithmetic.doubts(finding, corpus.outcomes):
                advice = f"{doubt.advice} Where the source prints it so, say why in as_printed."
                here.append(
                    (("findings", index, doubt.field), doubt.rule, f"{finding.id}: {doubt.message}", advice, "warning")
                )
        for index, appraisal in enumerate(study.risk_of_bias):
            place, advice = ("risk_of_bias", index), "Keep to the tool, or name another."
            here.extend((place, "appraisal", told, advice, "error") for told in tools.problems(appraisal, study))
        if here:
            path = f"studies/{key}.yaml"
            lines = yamlfile.Lines(root / path)
            for loc, rule, message, advice, severity in here:
                yield Problem(path, lines.of(loc), rule, message, advice, severity)


def _noticed(corpus: Corpus, found: notices.Notices, root: Path) -> Iterator[Problem]:
    """A warning for every study that was retracted or is in doubt, and for notices about no study."""
    for key in sorted(notices.alarms(found) & set(corpus.studies)):
        gone = key in notices.excluded(found)
        rule = "retracted-study" if gone else "study-in-doubt"
        done = "it is left out of every table and summary" if gone else "it still counts in tables and summaries"
        advice = "Look at what rests on it: kb pubmed status."
        yield Problem(f"studies/{key}.yaml", 1, rule, f"{notices.mark(found[key])}; {done}", advice, "warning")
    for key in sorted(notice_files.load_kept(root)[0]):
        if key not in corpus.studies:
            message = f"a notice about '{key}', which is no study of the base"
            yield Problem(
                notice_files.FILE, 0, "stray-notice", message, "Mend the key or take the notice out.", "warning"
            )
