"""Whole files or none."""

import errno
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from archive import files, moving
from tests.archive.witness import calls, needs_strace
from tests.archive.witness import names as call_names

OTHER_DISK = Path("/dev/shm")  # noqa: S108 - a second file system, which every Linux has


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_written_file_is_whole_and_alone(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "sheet.xlsx", b"new")

    assert (tmp_path / "sheet.xlsx").read_bytes() == b"new"
    assert names(tmp_path) == ["sheet.xlsx"]


def test_writing_again_replaces_the_file(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "sheet.xlsx", b"a longer old content")
    files.write_whole(tmp_path / "sheet.xlsx", b"new")

    assert (tmp_path / "sheet.xlsx").read_bytes() == b"new"


def test_a_reader_who_has_the_old_file_open_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    files.write_whole(path, b"old")

    with path.open("rb") as reader:
        files.write_whole(path, b"new")
        assert reader.read() == b"old"


def test_others_may_read_a_file_as_far_as_the_umask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_whole(tmp_path / "sheet.xlsx", b"new")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "sheet.xlsx").stat().st_mode) == 0o640


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    files.write_whole(path, b"old")
    program = (
        "import resource, sys; from pathlib import Path; from archive import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: files.write_whole(Path(sys.argv[1]), bytes(1_000_000))\n"
        "except OSError as error: sys.exit(error.errno)"
    )

    child = subprocess.run([sys.executable, "-c", program, path], check=False)

    assert child.returncode == errno.EFBIG
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["sheet.xlsx"]


def test_a_missing_folder_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_whole(tmp_path / "gone" / "sheet.xlsx", b"new")

    assert names(tmp_path) == []


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    name = "床" * 85  # 255 bytes, all that a file system takes

    files.write_whole(tmp_path / name, b"new")

    assert names(tmp_path) == [name]


def test_a_new_file_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "key"
    files.write_new(path, b"first", mode=0o600)

    with pytest.raises(FileExistsError, match="move it away"):
        files.write_new(path, b"second")

    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["key"]


def test_a_moved_file_is_in_one_place_only(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "inbox" / "a.mp4").write_bytes(b"video")

    moving.move_whole(tmp_path / "inbox" / "a.mp4", tmp_path / "work" / "b.mp4")

    assert names(tmp_path / "inbox") == []
    assert (tmp_path / "work" / "b.mp4").read_bytes() == b"video"


def test_a_name_that_is_not_utf_8_can_be_moved(tmp_path: Path) -> None:
    source = tmp_path / os.fsdecode(b"bad\xff.mp4")
    source.write_bytes(b"video")

    moving.move_whole(source, tmp_path / os.fsdecode(b"still \xfe.mp4"))

    assert [os.fsencode(name) for name in names(tmp_path)] == [b"still \xfe.mp4"]


@pytest.mark.parametrize("source_folder", ["here", "other disk"])
def test_moving_onto_another_file_is_refused_and_moves_nothing(source_folder: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    source = folder / "a.mp4" if source_folder == "here" else OTHER_DISK / f"peea-test-{os.getpid()}.mp4"
    target = tmp_path / "b.mp4"
    source.write_bytes(b"source")
    target.write_bytes(b"target")
    try:
        with pytest.raises(FileExistsError):
            moving.move_whole(source, target)
        assert source.read_bytes() == b"source"
    finally:
        source.unlink()

    assert target.read_bytes() == b"target"
    assert names(tmp_path) == ["b.mp4", "in"]


def test_moving_to_another_disk_copies_the_whole_and_removes_the_source(tmp_path: Path) -> None:
    source = OTHER_DISK / f"peea-test-{os.getpid()}.mp4"
    content = os.urandom(3_000_000)
    source.write_bytes(content)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    assert source.stat().st_dev != tmp_path.stat().st_dev

    moving.move_whole(source, tmp_path / "a.mp4")

    assert not source.exists()
    assert (tmp_path / "a.mp4").read_bytes() == content
    assert (tmp_path / "a.mp4").stat().st_mtime == 1_000_000_000
    assert names(tmp_path) == ["a.mp4"]


def test_a_copy_takes_over_no_rights_of_the_source(tmp_path: Path) -> None:
    """A program that a stranger made to run as its owner must not run as PEEA."""
    source = tmp_path / "a.mp4"
    source.write_bytes(b"video")
    source.chmod(0o6777)

    moving.copy_away(source, tmp_path / "b.mp4")

    assert stat.S_IMODE((tmp_path / "b.mp4").stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_took_the_place_of_a_file_is_neither_followed_nor_waited_for(kind: str, tmp_path: Path) -> None:
    secret, source = tmp_path / "secret", tmp_path / "a.mp4"
    secret.write_bytes(b"secret")
    {"link": lambda: source.symlink_to(secret), "pipe": lambda: os.mkfifo(source), "folder": source.mkdir}[kind]()

    with pytest.raises(OSError):
        moving.copy_away(source, tmp_path / "b.mp4")

    assert names(tmp_path) == ["a.mp4", "secret"]


def test_moving_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gone"):
        moving.move_whole(tmp_path / "gone", tmp_path / "b")


def test_removing_works_once_and_does_not_mind_a_second_time(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")

    files.remove_surely(tmp_path / "a")
    files.remove_surely(tmp_path / "a")

    assert names(tmp_path) == []


def test_the_fingerprint_is_sha_256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"video" * 100_000)

    assert files.sha256_of(tmp_path / "a") == hashlib.sha256(b"video" * 100_000).hexdigest()


def test_the_sweep_takes_our_left_overs_and_nothing_else(tmp_path: Path) -> None:
    with files.unfinished(tmp_path) as part:
        left = Path(part.name).name
    kept = [".peea-notes", "a.part", ".hidden.part", "recording.mp4"]
    for name in [left, *kept]:
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / ".peea-folder.part").mkdir()

    assert files.sweep_unfinished(tmp_path) == (left,)
    assert names(tmp_path) == sorted([*kept, ".peea-folder.part"])
    assert files.sweep_unfinished(tmp_path) == ()


def test_an_unfinished_file_is_gone_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), files.unfinished(tmp_path) as part:
        part.write(b"half")
        assert len(names(tmp_path)) == 1
        raise RuntimeError

    assert names(tmp_path) == []


@needs_strace
def test_the_order_of_writing_is_content_then_name_then_folder_each_on_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.mkdir()

    lines = calls("files.write_whole(paths[0], b'new')", folder, folder / "sheet.xlsx")

    assert call_names(lines) == ["write", "fsync", "rename", "fsync"]
    assert ".part" in lines[1] and ".part" not in lines[3]


@needs_strace
def test_a_moved_and_a_removed_name_are_on_the_disk_too(tmp_path: Path) -> None:
    folder, other = tmp_path / "ward", tmp_path / "ward" / "inbox"
    other.mkdir(parents=True)
    (other / "a").write_bytes(b"video")

    moved = calls("moving.move_whole(*paths)", folder, other / "a", folder / "a")
    removed = calls("files.remove_surely(paths[0])", folder, folder / "a")

    assert call_names(moved) == ["renameat2", "fsync"]
    assert [f"{folder}>" in line for line in moved[1:]] == [True, False]
    assert [f"{other}>" in line for line in moved[1:]] == [False, True]
    assert call_names(removed) == ["unlink", "fsync"]


@needs_strace
@pytest.mark.parametrize("error", ["EINVAL", "ENOSYS"])
def test_a_file_system_that_cannot_refuse_to_replace_is_looked_at_first(error: str, tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / name).write_bytes(name.encode())
    move = "moving.move_whole(*paths)"
    refused = f"\ntry: {move}\nexcept FileExistsError: pass\nelse: sys.exit('it was replaced')"

    calls(refused, folder, folder / "a", folder / "b", inject=f"renameat2:error={error}")
    calls(move, folder, folder / "a", folder / "c", inject=f"renameat2:error={error}")

    assert names(folder) == ["b", "c"]
    assert ((folder / "b").read_bytes(), (folder / "c").read_bytes()) == (b"b", b"a")


@needs_strace
def test_a_network_mount_that_knows_no_fsync_of_folders_is_no_error_but_a_failing_disk_is(tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.mkdir()
    write = "files.write_whole(paths[0], b'new')"
    failing = f"\ntry: {write}\nexcept OSError: pass\nelse: sys.exit('it was swallowed')"

    calls(write, folder, folder / "a", inject="fsync:error=EINVAL:when=2")
    calls(failing, folder, folder / "b", inject="fsync:error=EIO:when=1")
    calls(failing, folder, folder / "c", inject="fsync:error=EIO:when=2")

    assert names(folder) == ["a", "c"]


@needs_strace
def test_a_full_disk_met_only_at_fsync_leaves_the_old_file(tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "a").write_bytes(b"old")
    program = "\ntry: files.write_whole(paths[0], b'new')\nexcept OSError as error: assert error.errno == 28, error"

    calls(program, folder, folder / "a", inject="fsync:error=ENOSPC:when=1")

    assert names(folder) == ["a"]
    assert (folder / "a").read_bytes() == b"old"
