from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.claims import Claims, NoRecordingError, is_being_written

ID = "ab" * 32


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "bed12.mp4"
    path.write_bytes(b"video")
    return path


def test_a_claimed_file_left_its_place_and_kept_its_name(work: Path, video: Path) -> None:
    claim = Claims(work).claim(video)

    assert not video.exists()
    assert claim.file.name == "bed12.mp4"
    assert claim.file.read_bytes() == b"video"
    assert Claims(work).all() == (claim,)


def test_the_folders_name_says_what_a_claim_is(work: Path, video: Path) -> None:
    claims = Claims(work)

    kept = claims.keep(claims.claim(video), ID)
    video.write_bytes(b"video")
    copy = claims.keep_as_copy(claims.claim(video), ID)

    assert claims.file_of(ID) == kept.file
    assert (kept.id, kept.is_copy, copy.id, copy.is_copy) == (ID, False, ID, True)
    assert set(Claims(work).all()) == {kept, copy}


def test_a_second_claim_never_takes_the_place_of_the_first(work: Path, video: Path) -> None:
    claims = Claims(work)
    claims.keep(claims.claim(video), ID)
    video.write_bytes(b"other")

    with pytest.raises(FileExistsError):
        claims.keep(claims.claim(video), ID)

    assert claims.file_of(ID) is not None
    assert claims.file_of(ID).read_bytes() == b"video"  # type: ignore[union-attr]


def test_removal_leaves_nothing(work: Path, video: Path) -> None:
    claims = Claims(work)
    claims.keep(claims.claim(video), ID)

    claims.remove_of(ID)
    claims.remove_of(ID)

    assert list(work.iterdir()) == []


def test_a_file_that_cannot_be_claimed_leaves_no_folder_behind(work: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Claims(work).claim(tmp_path / "gone.mp4")

    assert list(work.iterdir()) == []


def test_a_link_that_took_the_files_place_is_put_back(work: Path, tmp_path: Path) -> None:
    link = tmp_path / "a.mp4"
    link.symlink_to("/etc/passwd")

    with pytest.raises(NoRecordingError):
        Claims(work).claim(link)

    assert link.is_symlink()
    assert list(work.iterdir()) == []


def test_folders_and_half_copies_that_a_crash_left_are_swept(work: Path) -> None:
    (work / "new-00").mkdir()
    (work / "new-01").mkdir()
    (work / "new-01/.peea-0123456789abcdef.part").write_bytes(b"half")
    claims = Claims(work)

    claims.sweep()

    assert claims.all() == ()
    assert list(work.iterdir()) == []


def test_names_of_255_bytes_can_be_claimed(work: Path, tmp_path: Path) -> None:
    path = tmp_path / ("患" * 83 + "aa.mp4")
    assert len(os.fsencode(path.name)) == 255
    path.write_bytes(b"video")

    assert Claims(work).claim(path).file.name == path.name


def test_a_file_that_a_program_has_open_for_writing_is_noticed(video: Path) -> None:
    assert not is_being_written(video)

    with video.open("ab"):
        assert is_being_written(video)
    with video.open("rb"):
        assert not is_being_written(video)


def test_asking_does_not_disturb_the_next_writer(video: Path) -> None:
    is_being_written(video)

    video.write_bytes(b"more")

    assert video.read_bytes() == b"more"


@pytest.mark.skipif(
    not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == Path("/tmp").stat().st_dev,  # noqa: S108
    reason="needs a second file system",
)
def test_an_inbox_on_another_disk_is_copied_whole(work: Path) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        source = Path(other) / "bed12.mp4"
        source.write_bytes(b"video" * 1000)

        claim = Claims(work).claim(source)

        assert not source.exists()
        assert claim.file.read_bytes() == b"video" * 1000
        assert [path.name for path in claim.folder.iterdir()] == ["bed12.mp4"]
