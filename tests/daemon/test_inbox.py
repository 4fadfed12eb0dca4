from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.inbox import Listing, is_unfinished, look

SUFFIXES = (".mp4", ".mov")


def dropped(inbox: Path, *names: str) -> None:
    for name in names:
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(b"video")


def names(paths: object) -> list[str]:
    return sorted(path.name for path in paths)  # type: ignore[attr-defined]


def test_recordings_are_found_by_their_ending_in_any_case(tmp_path: Path) -> None:
    dropped(tmp_path, "a.mp4", "b.MOV", "患者.mp4")

    assert names(look(tmp_path, SUFFIXES).recordings) == ["a.mp4", "b.MOV", "患者.mp4"]


def test_other_files_are_left_alone_and_counted(tmp_path: Path) -> None:
    dropped(tmp_path, "notes.txt", "picture.jpg", "no-ending")

    listing = look(tmp_path, SUFFIXES)

    assert listing.recordings == {}
    assert names(listing.left_alone) == ["no-ending", "notes.txt", "picture.jpg"]


@pytest.mark.parametrize(
    "name",
    [
        "a.mp4.part", "a.mp4.filepart", "a.mp4.crdownload", "a.mp4.partial", "a.tmp", "~$a.mp4", ".~lock.a.mp4#",
        "._a.mp4",        ".smbdelete12.mp4", ".syncthing.a.mp4.tmp", ".nfs0000a1", ".a.mp4.Xy12Ab", ".hidden.mp4",
        "a.mp4:Zone.Identifier", "Thumbs.db", "a.mp4~", "a.mp4.PART", "@eaDir", ".stfolder",
    ],
)  # fmt: skip
def test_what_a_program_is_still_at_is_not_seen_at_all(tmp_path: Path, name: str) -> None:
    dropped(tmp_path, name)

    assert is_unfinished(name)
    assert look(tmp_path, SUFFIXES) == Listing({}, ())


@pytest.mark.parametrize("name", ["a.mp4", "part.mp4", "a.part.mp4", "tmp.mp4", "bed 12 ~ turning.mp4", "$a.mp4"])
def test_names_that_only_look_similar_are_recordings(name: str) -> None:
    assert not is_unfinished(name)


def test_folders_that_were_dropped_in_are_looked_into(tmp_path: Path) -> None:
    dropped(tmp_path, "monday/bed12/a.mp4", ".trash/b.mp4")

    assert names(look(tmp_path, SUFFIXES).recordings) == ["a.mp4"]


def test_links_pipes_and_devices_are_never_followed(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    dropped(inbox, "real.mp4")
    dropped(tmp_path, "elsewhere/secret.mp4")
    (inbox / "link.mp4").symlink_to(tmp_path / "elsewhere/secret.mp4")
    (inbox / "folder.mp4").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(inbox / "pipe.mp4")

    listing = look(inbox, SUFFIXES)

    assert names(listing.recordings) == ["real.mp4"]
    assert names(listing.left_alone) == ["folder.mp4", "link.mp4", "pipe.mp4"]


def test_an_inbox_that_is_away_is_an_error_not_an_empty_inbox(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "gone", SUFFIXES)


def test_a_name_that_is_not_utf8_is_found(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/bad\xff.mp4"
    os.close(os.open(raw, os.O_CREAT))

    assert [os.fsencode(path) for path in look(tmp_path, SUFFIXES).recordings] == [raw]
