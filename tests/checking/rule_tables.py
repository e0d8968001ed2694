"""The tables of rules in docs/check.md: ``python -m tests.checking.rule_tables`` writes them anew from the rules."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kb.citations.flag import Rule
from kb.citations.rules import RULES as OF_CITATIONS
from kb.claims.rules import RULES as OF_CLAIMS

DOC = Path(__file__).parent.parent.parent / "docs" / "check.md"
_HEAD = "| rule | usually | says |\n| --- | --- | --- |\n"


def rewritten(text: str) -> str:
    """The page with its two tables made anew."""
    first, one, two = text.split(_HEAD)
    return first + _table(OF_CITATIONS.values(), one) + _table(OF_CLAIMS.values(), two)


def _table(rules: Iterable[Rule], old: str) -> str:
    """The table, and what stood beneath the old one."""
    rows = "".join(f"| `{rule.id}` | {rule.severity.value} | {rule.about} |\n" for rule in rules)
    return f"{_HEAD}{rows}\n{old.partition(chr(10) * 2)[2]}"


if __name__ == "__main__":
    DOC.write_text(rewritten(DOC.read_text(encoding="utf-8")), encoding="utf-8")
