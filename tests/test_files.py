"""Files are written whole or not at all."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from kb.files import WriteError, put, same_bytes, write_whole


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.txt"
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match=r"No space left on device.*as it was"):
        write_whole(path, b"new")
    with pytest.raises(OSError, match="No space left"):
        put(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="not an ordinary file"):
        write_whole(tmp_path, b"x")


def test_a_link_stays_a_link_and_permissions_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "a", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", 0o600)


def test_packages_are_the_same_whenever_they_were_made() -> None:
    def made(year: int) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            info = zipfile.ZipInfo("docProps/core.xml", date_time=(year, 1, 1, 0, 0, 0))
            package.writestr(info, f"<dcterms:created>{year}-01-01T00:00:00Z</dcterms:created>")
            package.writestr("a", "1")
        return stream.getvalue()

    assert same_bytes(made(2020)) == same_bytes(made(2021))
    with zipfile.ZipFile(io.BytesIO(same_bytes(made(2020), {"a": lambda data: data + b"2"}))) as package:
        assert package.read("a") == b"12"
