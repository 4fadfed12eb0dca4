"""A file that other people write too is only replaced if it is still the one that was read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.files import read_whole, replace_unchanged, seen


def test_an_unchanged_file_is_replaced_and_the_new_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"old")
    data, before = read_whole(path)

    now = replace_unchanged(path, b"new", before)

    assert (data, path.read_bytes()) == (b"old", b"new")
    assert now is not None
    assert now == seen(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("change", ["size", "time", "inode", "gone", "came"])
def test_a_file_that_changed_is_left_as_it_is(tmp_path: Path, change: str) -> None:
    path, other = tmp_path / "sheet.xlsx", tmp_path / "other"
    path.write_bytes(b"old")
    before = None if change == "came" else seen(path)
    status = path.stat()
    if change == "gone":
        path.unlink()
    elif change == "inode":
        other.write_bytes(b"abc")
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(path)
    elif change != "came":
        path.write_bytes(b"longer" if change == "size" else b"abc")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + (change == "time")))
    there = path.read_bytes() if path.exists() else None

    assert replace_unchanged(path, b"new", before) is None

    assert (path.read_bytes() if path.exists() else None) == there
    assert list(tmp_path.glob(".*")) == []


def test_a_first_file_is_written_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    assert seen(path) is None
    assert replace_unchanged(path, b"new", None) == seen(path)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(("folder", "file"), [(0o2770, 0o660), (0o2750, 0o640), (0o700, 0o600)])
def test_who_may_write_in_the_folder_may_write_the_file(tmp_path: Path, folder: int, file: int) -> None:
    tmp_path.chmod(folder)
    replace_unchanged(tmp_path / "sheet.xlsx", b"new", None)
    assert (tmp_path / "sheet.xlsx").stat().st_mode & 0o777 == file


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "sheet.xlsx")
    with pytest.raises(OSError, match="no regular file"):
        read_whole(tmp_path / "sheet.xlsx")
