"""Suppressions: what they mean, what is refused, and what is told of those that mean nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from kb.checking.suppress import Suppression, SuppressionError, apply, load
from tests.checking import made

RULES = {"wrong-year", "no-link", "bad-link", "wrong-identifier"}
DAY = dt.date(2031, 5, 1)
POST = made.result().files[0].posts[0]


def entries(tmp_path: Path, text: str) -> tuple[Suppression, ...]:
    path = tmp_path / "kb-check.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, RULES)


def stands(**fields: object) -> list[str]:
    """Rules whose findings stand after one suppression."""
    entry = Suppression(**{"reason": "because", **fields})  # type: ignore[arg-type]
    (post,) = apply([("drafts/draft.md", POST)], [entry], DAY).posts
    return [finding.rule for _, finding in post.findings() if finding.stands]


ALL = ["number-differs", "too-certain", "wrong-identifier", "wrong-year", "bad-link"]
LOCATOR = POST.citations[0].place.locator or ""


@pytest.mark.parametrize(
    "about",
    [
        {"locator": LOCATOR},
        {"locator": LOCATOR[:12]},
        {"study": "okafor2031"},
        {"link": made.LINK},
        {"link": "http://www.pubmed.ncbi.nlm.nih.gov/111"},
        {"post": "draft.md"},
        {"post": "rest"},
        {"post": "https://example.org"},
        {"post": "Rest", "study": "okafor2031", "locator": LOCATOR},
        {"post": "Rest", "until": DAY},
    ],
)
def test_an_entry_means_the_findings_that_fit_all_it_names(about: dict[str, object]) -> None:
    assert stands(rule="wrong-year", **about) == [rule for rule in ALL if rule != "wrong-year"]


@pytest.mark.parametrize(
    "about",
    [
        {"locator": "0" * 64},
        {"study": "lee2020"},
        {"link": "https://example.org/other"},
        {"post": "another.md"},
        {"post": "Rest", "study": "lee2020"},
        {"post": "Rest", "until": DAY - dt.timedelta(days=1)},
    ],
)
def test_an_entry_means_nothing_else(about: dict[str, object]) -> None:
    assert stands(rule="wrong-year", **about) == ALL


def test_suppressed_findings_are_counted_apart_and_do_not_fail() -> None:
    result = made.result()
    some = [
        Suppression(rule, "because", post="Rest")
        for rule in ("number-differs", "wrong-identifier", "wrong-year", "bad-link")
    ]
    posts = tuple(apply([("draft.md", POST)], some, DAY).posts)
    quiet = replace(result, files=(replace(result.files[0], posts=posts),))
    assert result.fails("error")
    assert not quiet.fails("error")
    assert quiet.fails("warning")
    assert (quiet.summary.errors, quiet.summary.suppressed) == (0, 5)


def test_what_means_nothing_or_is_over_is_told_but_not_what_is_about_another_post() -> None:
    used = Suppression("wrong-year", "because", post="Rest")
    useless = Suppression("wrong-year", "because", study="lee2020")
    other = Suppression("wrong-year", "because", post="another.md")
    over = Suppression("bad-link", "because", post="Rest", until=DAY - dt.timedelta(days=1))
    applied = apply([("draft.md", POST)], [used, useless, other, over], DAY)
    assert applied.unused == (useless,)
    assert applied.expired == (over,)


def test_a_file_is_read_with_the_line_of_each_entry(tmp_path: Path) -> None:
    made_of = entries(
        tmp_path,
        "# Looked at with the author.\n- rule: wrong-year\n  study: buist2008\n  reason: The year online.\n"
        "  until: 2031-06-01\n- rule: no-link\n  post: draft.md\n  reason: A book.\n",
    )
    assert [(e.rule, e.line, e.until) for e in made_of] == [
        ("wrong-year", 2, dt.date(2031, 6, 1)),
        ("no-link", 6, None),
    ]
    assert entries(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- rule: wrong-year\n  study: a\n", 1, "gives no reason"),
        (
            "- rule: wrong-year\n  study: a\n  reason: x\n- rule: no-link\n  study: a\n  reason: ' '\n",
            4,
            "gives no reason",
        ),
        ("- rule: wrong-year\n  reason: x\n", 1, "does not say what it is about"),
        ("- rule: wrong-yaer\n  study: a\n  reason: x\n", 1, "names the rule 'wrong-yaer', which is none"),
        ("- study: a\n  reason: x\n", 1, "names no rule"),
        ("- rule: no-link\n  study: a\n  reason: x\n  utnil: 2031-01-01\n", 1, "unknown field 'utnil'"),
        ("- rule: no-link\n  study: a\n  reason: x\n  until: soon\n", 1, "no day"),
        ("- rule: no-link\n  locator: abc\n  reason: x\n", 1, "too short"),
        ("- no-link\n", 1, "is no entry"),
        ("rule: no-link\n", 1, "does not hold a list"),
        ("- rule: [\n", 2, "not valid YAML"),
        ("- rule: no-link\n  rule: no-link\n", 2, "stands here twice"),
    ],
)
def test_an_entry_that_is_not_whole_is_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(SuppressionError) as caught:
        entries(tmp_path, text)
    assert f"kb-check.yaml:{line}: error: " in str(caught.value)
    assert says in str(caught.value)
    assert caught.value.exit_status == 2


def test_every_problem_is_told_at_once_and_a_missing_file_is_one(tmp_path: Path) -> None:
    with pytest.raises(SuppressionError) as caught:
        entries(tmp_path, "- rule: no-link\n- study: a\n")
    assert len(caught.value.problems) == 4
    with pytest.raises(SuppressionError, match="does not exist"):
        load(tmp_path / "none.yaml", RULES)
