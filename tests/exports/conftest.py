"""The real base exported once, and a made one whose every free text is what a test chooses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kb
from kb.exports import export_all
from kb.exports.data import Data, data_of
from tests.exports.hostile_base import poisoned

MadeOf = Callable[..., Data]


@pytest.fixture(scope="session")
def data(base: kb.Base) -> Data:
    """The tables of the real base."""
    return data_of(base, with_answers=True)


@pytest.fixture(scope="session")
def everything(base: kb.Base, data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every export of the real base; read only."""
    folder = tmp_path_factory.mktemp("exports")
    export_all(base, folder)
    return folder


@pytest.fixture(scope="session")
def hostile(base: kb.Base) -> MadeOf:
    """Data of a base in which every free text is one of those given: a study, condition and post for each."""
    return lambda *texts: Data(poisoned(base, texts), with_answers=False)
