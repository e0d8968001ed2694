"""Suppressions: findings that a person looked at and lets stand, each with a reason, in ``kb-check.yaml``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kb.checking.result import CheckedPost, Finding, with_findings
from kb.problems import KbError, Problem
from kb.store import yamlfile

FILE = "kb-check.yaml"
_SELECTORS = ("locator", "link", "study", "post")
_FIELDS = ("rule", *_SELECTORS, "reason", "until")
_SHORTEST_LOCATOR = 12


class SuppressionError(KbError):
    """A file of suppressions that cannot be used; ``problems`` names every entry with file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Suppression:
    """An entry: the findings of a rule that it means, and why they are let stand.

    Parameters
    ----------
    rule
        Id of the rule.
    locator, link, study, post
        What the finding must be about; each that is given must fit. A locator may be cut to its first 12 characters;
        a post is named by its slug, address, title or file.
    reason
        Why.
    until
        Last day on which it holds.
    path, line
        Where the entry stands.
    """

    rule: str
    reason: str
    locator: str | None = None
    link: str | None = None
    study: str | None = None
    post: str | None = None
    until: dt.date | None = None
    path: str = FILE
    line: int = 0

    def is_over(self, today: dt.date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and today > self.until

    def means_post(self, post: CheckedPost, path: str) -> bool:
        """Whether the entry holds for a post."""
        if self.post is None:
            return True
        wanted = _name(self.post)
        names = (post.slug, post.text.slug, post.url, post.title, path, Path(path).name)
        return any(name is not None and _name(name) == wanted for name in names)

    def means(self, finding: Finding) -> bool:
        """Whether the entry holds for a finding of a post that it means."""
        return (
            finding.rule == self.rule
            and (self.locator is None or (finding.locator or "").startswith(self.locator))
            and (self.link is None or (finding.link is not None and _name(finding.link) == _name(self.link)))
            and (self.study is None or finding.study == self.study)
        )


def _name(text: str) -> str:
    """An address or title as it is compared."""
    folded = " ".join(text.split()).casefold()
    if folded.startswith(("http://", "https://")):
        parts = urlsplit(folded)
        folded = parts.netloc.removeprefix("www.") + parts.path + (f"?{parts.query}" if parts.query else "")
    return folded.rstrip("/")


def load(path: Path, rules: Iterable[str]) -> tuple[Suppression, ...]:
    """Entries of a file of suppressions.

    Raises
    ------
    SuppressionError
        When it cannot be read, or an entry is not whole; every problem at once.
    """
    shown = str(path)
    if not path.exists():
        raise SuppressionError([Problem(shown, 0, "unreadable", "does not exist", "Look at the spelling.")])
    data, problems = yamlfile.read(path, shown)
    if problems:
        raise SuppressionError(problems)
    if data is None:
        return ()
    if not isinstance(data, list):
        raise SuppressionError([Problem(shown, 1, "wrong-type", "does not hold a list", "Start with '- rule: ...'.")])
    lines, known = yamlfile.Lines(path), frozenset(rules)
    found: list[Suppression] = []
    for place, item in enumerate(data):
        line = lines.of((place,))
        made = _entry(item, known)
        if isinstance(made, Suppression):
            found.append(replace(made, path=shown, line=line))
        else:
            problems += [Problem(shown, line, "suppression", message, advice) for message, advice in made]
    if problems:
        raise SuppressionError(problems)
    return tuple(found)


def _entry(item: Any, known: frozenset[str]) -> Suppression | list[tuple[str, str]]:  # noqa: ANN401 - what YAML holds
    """The entry, or what is wrong with it and what to do."""
    if not isinstance(item, Mapping):
        return [("is no entry", "Write 'rule:', what it is about, and 'reason:'.")]
    wrong = [(f"has an unknown field '{name}'", f"Use {', '.join(_FIELDS)}.") for name in item if name not in _FIELDS]
    given = {name: item[name] for name in _FIELDS if item.get(name) is not None}
    until = given.pop("until", None)
    if until is not None and (isinstance(until, dt.datetime) or not isinstance(until, dt.date)):
        wrong.append((f"has 'until: {until}', which is no day", "Write it as 2031-05-01."))
    given = {name: str(value).strip() for name, value in given.items() if str(value).strip()}
    if "rule" not in given:
        wrong.append(("names no rule", "Write 'rule:' and the id that the report shows in brackets."))
    elif given["rule"] not in known:
        wrong.append((f"names the rule '{given['rule']}', which is none", "docs/check.md lists the rules."))
    if not any(name in given for name in _SELECTORS):
        wrong.append(("does not say what it is about", f"Add one of {', '.join(_SELECTORS)}."))
    if len(given.get("locator", "x" * 64)) < _SHORTEST_LOCATOR:
        wrong.append(("has a locator that is too short", f"Give at least its first {_SHORTEST_LOCATOR} characters."))
    if "reason" not in given:
        wrong.append(("gives no reason", "Write 'reason:' and why the finding may stand."))
    return wrong or Suppression(**given, until=until)


class Applied(NamedTuple):
    """Posts with their suppressed findings marked, entries that match nothing, and entries that are over."""

    posts: list[CheckedPost]
    unused: tuple[Suppression, ...]
    expired: tuple[Suppression, ...]


def apply(files: Sequence[tuple[str, CheckedPost]], entries: Sequence[Suppression], today: dt.date) -> Applied:
    """Mark the findings that entries mean.

    An entry that names a post which is not among these is not told as matching nothing.

    Parameters
    ----------
    files
        Each post with the path of its file.
    entries
        The suppressions; the first that fits is taken.
    today
        The day.
    """
    used: set[Suppression] = set()
    about: set[Suppression] = set()
    valid = [entry for entry in entries if not entry.is_over(today)]
    changed = []
    for path, post in files:
        mine = [entry for entry in valid if entry.means_post(post, path)]
        about.update(mine)
        changed.append(with_findings(post, partial(_marked, mine, used)) if mine else post)
    unused = tuple(entry for entry in valid if entry in about and entry not in used)
    return Applied(changed, unused, tuple(entry for entry in entries if entry.is_over(today)))


def _marked(
    entries: Sequence[Suppression], used: set[Suppression], findings: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    marked = []
    for finding in findings:
        entry = next((entry for entry in entries if entry.means(finding)), None)
        marked.append(finding if entry is None else replace(finding, suppressed=entry))
        used.update(() if entry is None else (entry,))
    return tuple(marked)
