"""Drawings that are kept are those that would be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kb.figures import drawn as kept
from kb.figures.drawn import drawn, keeping


@dataclass(frozen=True)
class Shown:
    """Something to draw."""

    label: str
    value: float
    more: Any = ()


calls: list[Any] = []


@drawn
def draw(data: Shown, width: float = 100) -> str:
    """Draw it, and say so."""
    calls.append(data)
    return f"<svg>{data.label} {data.value!r} {width} é</svg>"


@pytest.fixture(autouse=True)
def _no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kept.FOLDER, raising=False)
    calls.clear()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_without_a_folder_everything_is_drawn(tmp_path: Path) -> None:
    assert draw(Shown("a", 1)) == draw(Shown("a", 1))
    assert len(calls) == 2


def test_the_same_is_drawn_once_and_something_else_again(tmp_path: Path) -> None:
    with keeping(tmp_path / "d"):
        first = draw(Shown("a", 1.5))
        assert draw(Shown("a", 1.5)) == first
        assert len(calls) == 1
        assert draw(Shown("a", 1.5000000000000002)) != first
        assert draw(Shown("a", 1.5), 90) != first
        assert draw(Shown("a", 1.5, {"x": 1})) == first
        assert draw(Shown("a", 1.5, {"x": 2})) == first
        assert len(calls) == 5
    draw(Shown("a", 1.5))
    assert len(calls) == 6, "nothing is kept outside"


def test_what_cannot_be_written_down_in_full_is_drawn(tmp_path: Path) -> None:
    with keeping(tmp_path):
        for _ in range(2):
            draw(Shown("a", 1, {"x", "y"}))
            draw(Shown("a", 1, object()))
    assert len(calls) == 4
    assert files(tmp_path) == []


@pytest.mark.parametrize("harm", [b"", b"x" * 100, None])
def test_a_kept_drawing_that_was_harmed_is_not_believed(tmp_path: Path, harm: bytes | None) -> None:
    with keeping(tmp_path):
        wanted = draw(Shown("a", 1))
        (path,) = files(tmp_path)
        whole = path.read_bytes()
        path.write_bytes(whole[:-3] if harm is None else harm)
        assert draw(Shown("a", 1)) == wanted
        assert len(calls) == 2
        assert path.read_bytes() == whole, "and is put right"


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with keeping(tmp_path / "file"):
        assert draw(Shown("a", 1)) == draw(Shown("a", 1))
    assert len(calls) == 2


def test_real_figures_are_the_same_kept_or_drawn(base: Any, tmp_path: Path) -> None:
    from kb.notebook import TermPage

    fresh = TermPage(base, "condition", "lateral-epicondylitis").figure_estimates().html
    with keeping(tmp_path):
        assert TermPage(base, "condition", "lateral-epicondylitis").figure_estimates().html == fresh
        assert len(files(tmp_path)) >= 2
        assert TermPage(base, "condition", "lateral-epicondylitis").figure_estimates().html == fresh
