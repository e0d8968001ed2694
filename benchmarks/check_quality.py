"""How good `kb check` is: precision and recall of each rule on a labelled set of drafts of our own.

    python benchmarks/check_quality.py            # the table
    python benchmarks/check_quality.py --show wrong-year   # which tuned drafts a rule misjudged

The drafts and their labels are `tests/quality/citations.yaml`, `statements.yaml` and `drafts.yaml`. The last part of
each was never looked at while the rules were written: it is counted apart, and `--show` never shows it.

A rule is right on a draft when it speaks where the labels expect it, and wrong when it speaks where they neither expect
nor allow it; each rule counts once a draft.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import kb

FOLDER = Path(__file__).parents[1] / "tests" / "quality"
PARTS = ("tuned", "held out")
SETS = ("citations", "statements", "drafts")
SUFFIX = {"markdown": ".md", "html": ".html", "text": ".txt"}


@dataclass
class Score:
    """Counts of one rule on one part."""

    right: int = 0
    false: int = 0
    missed: int = 0
    misjudged: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Share of its findings that are right; None when it found nothing."""
        found = self.right + self.false
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """Share of what it should find that it found; None when there is nothing to find."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else None


@dataclass
class Quality:
    """Scores by set, rule and part, and how citations were resolved."""

    scores: dict[tuple[str, str, str], Score] = field(default_factory=dict)
    resolved: dict[str, Counter[str]] = field(default_factory=lambda: {part: Counter() for part in PARTS})
    items: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_weight: dict[tuple[str, bool], Score] = field(default_factory=dict)
    """What rules about claims said, by part and by whether it was more than a note."""

    def add(self, name: str, part: str, item: str, expected: set[str], allowed: set[str], found: set[str]) -> None:
        """One citation or statement."""
        for rule in expected | found:
            score = self.scores.setdefault((name, rule, part), Score())
            if rule in expected and rule in found:
                score.right += 1
            elif rule in expected:
                score.missed += 1
                score.misjudged.append(f"{item}: missed")
            elif rule not in allowed:
                score.false += 1
                score.misjudged.append(f"{item}: false alarm")


def measure() -> Quality:
    """Check every draft of both sets."""
    base = kb.open()
    quality = Quality()
    for name in SETS:
        kept = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
        held = [item["id"] for item in kept["items"]].index(kept["held_out_from"])
        for number, item in enumerate(kept["items"]):
            part = PARTS[number >= held]
            given = (item["id"] + SUFFIX[item["format"]], item["text"].encode())
            posts = base.check([given]).to_json()["files"][0]["posts"]
            if name == "citations":
                _citations(quality, part, item, posts)
            else:
                _statement(quality, name, part, {**item, "free": kept.get("notes_allowed", [])}, posts)
    return quality


def _citations(quality: Quality, part: str, item: dict[str, Any], posts: list[dict[str, Any]]) -> None:
    found = [citation for post in posts for citation in post["citations"]]
    labels = item["citations"]
    quality.items["citations", part] += len(labels)
    expect = {rule for label in labels for rule in label["expect"]}
    allow = {rule for label in labels for rule in label.get("allow", ())}
    links = [link for post in posts for link in post["links"]]
    quality.add("citations", part, item["id"], expect, allow, _rules(found) | _rules(links))
    if len(found) != len(labels):
        quality.resolved[part]["in drafts where another number of citations was found"] += len(labels)
        return
    for label, one in zip(labels, found, strict=True):
        quality.resolved[part][_resolved(label["study"], one["study"], one["confidence"])] += 1


def _resolved(meant: str | None, study: str | None, confidence: str) -> str:
    if study is None:
        return "left open, not in the base" if meant is None else "left open, though in the base"
    return f"{'right' if study == meant else 'WRONG'} study, {confidence}"


def _statement(quality: Quality, name: str, part: str, item: dict[str, Any], posts: list[dict[str, Any]]) -> None:
    """A statement, or a draft of which links and citations count as well."""
    quality.items[name, part] += 1
    kinds = ("statements",) if name == "statements" else ("statements", "citations", "links")
    things = [thing for post in posts for kind in kinds for thing in post[kind]]
    expected, allowed = {*item["expect"]}, {*item.get("allow", ()), *item["free"]}
    quality.add(name, part, item["id"], expected, allowed, _rules(things) - ({*item["free"]} - expected))
    told = [f for post in posts for thing in post["statements"] for f in thing["findings"]]
    for rule in {finding["rule"] for finding in told} - {*item["free"], *(allowed - expected)}:
        loud = any(f["severity"] != "note" for f in told if f["rule"] == rule)
        score = quality.by_weight.setdefault((part, loud), Score())
        score.right, score.false = score.right + (rule in expected), score.false + (rule not in expected)


def _rules(things: list[dict[str, Any]]) -> set[str]:
    return {finding["rule"] for thing in things for finding in thing["findings"]}


def table(quality: Quality) -> Iterator[str]:
    """The figures as Markdown."""
    for name in SETS:
        counts = [quality.items[name, part] for part in PARTS]
        yield f"{sum(counts)} {name}: {counts[0]} the rules were tuned on, {counts[1]} held out."
        yield ""
        yield "| rule | tuned: expected | precision | recall | held out: expected | precision | recall |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        for rule in sorted({rule for kind, rule, _ in quality.scores if kind == name}):
            cells = [_cells(quality.scores.get((name, rule, part), Score())) for part in PARTS]
            yield f"| `{rule}` | {' | '.join(cells)} |"
        total = [Score() for _ in PARTS]
        for (kind, _, part), score in quality.scores.items():
            if kind == name:
                whole = total[PARTS.index(part)]
                whole.right, whole.false = whole.right + score.right, whole.false + score.false
                whole.missed += score.missed
        yield f"| all rules | {' | '.join(_cells(score) for score in total)} |"
        yield ""
    told = {part: [_share_of(quality, part, loud=loud) for loud in (True, False)] for part in PARTS}
    weights = "; ".join(f"{part}: {loud} of warnings and errors, {low} of notes" for part, (loud, low) in told.items())
    yield f"What the rules about claims said was right: {weights}."
    yield ""
    yield "Citations resolved: " + "; ".join(
        f"{part}: " + ", ".join(f"{count} {words}" for words, count in sorted(quality.resolved[part].items()))
        for part in PARTS
    ) + "."  # fmt: skip


def _share_of(quality: Quality, part: str, *, loud: bool) -> str:
    score = quality.by_weight.get((part, loud), Score())
    return f"{score.right}/{score.right + score.false}"


def _cells(score: Score) -> str:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.2f}"

    found, wanted = score.right + score.false, score.right + score.missed
    precision = f"{share(score.precision)} ({score.right}/{found})" if found else "–"
    recall = f"{share(score.recall)} ({score.right}/{wanted})" if wanted else "–"
    return f"{wanted} | {precision} | {recall}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", metavar="RULE", help="list what a rule misjudged in the tuned part; 'all' for all")
    chosen = parser.parse_args()
    quality = measure()
    if chosen.show:
        for (name, rule, part), score in sorted(quality.scores.items()):
            if part == PARTS[0] and chosen.show in {rule, "all"}:
                for line in score.misjudged:
                    print(f"{name} {rule} {line}")
        return
    print("\n".join(table(quality)))
    held = quality.scores.get(("citations", "wrong-identifier", PARTS[1]), Score())
    tuned = quality.scores.get(("citations", "wrong-identifier", PARTS[0]), Score())
    if held.false or tuned.false:
        sys.exit("wrong-identifier raised a false alarm: its precision has to be 1")


if __name__ == "__main__":
    main()
