"""Failures that users of other drop folders reported, made to happen to the real daemon: real files, programs, disks.

Numbers 1 to 30 are those of one list; the others are in test_failures_in_the_ward and in
tests/grading/test_failures_of_films.
"""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.jobs import State
from daemon.inbox import MARK
from tests.daemon.processes import WardProcess, needs_mounts
from tests.toy_grades import MILD, SEVERE

pytestmark = pytest.mark.slow


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[WardProcess]:
    with WardProcess(tmp_path) as ward:
        yield ward


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[WardProcess]:
    """A ward whose inbox is a disk of its own."""
    ward = WardProcess(tmp_path, mounted=True)
    ward.inside(f"mount -t tmpfs tmpfs {ward.inbox}")
    with ward:
        yield ward


def test_failure_01_a_copy_with_pauses_is_taken_once_and_whole(ward: WardProcess) -> None:
    with (ward.inbox / "bed1.mp4").open("wb", buffering=0) as slow:
        for piece in (SEVERE, b"\n1", b"\n2", b"\n3", b"\n4"):
            slow.write(piece)
            time.sleep(0.6)  # longer than a file has to stand still
        assert ward.rows() == []
    ward.soon(lambda: ward.is_done(1))

    assert ward.rows()[0].size_bytes == len(SEVERE) + 8


def test_failure_03_what_lay_there_at_the_start_or_came_while_the_daemon_was_down_is_taken(tmp_path: Path) -> None:
    ward = WardProcess(tmp_path)
    (ward.inbox / "before.mp4").write_bytes(SEVERE)
    with ward:
        ward.soon(lambda: ward.is_done(1))
        ward.kill()
        (ward.inbox / "meanwhile.mp4").write_bytes(MILD)
        ward.start()
        ward.soon(lambda: ward.is_done(2))


@needs_mounts
def test_failure_05_a_share_that_goes_away_is_told_and_taken_up_when_it_is_back(mounted: WardProcess) -> None:
    mounted.inside(f"printf '{SEVERE.decode()}' >{mounted.inbox}/bed1.mp4")
    mounted.soon(lambda: mounted.is_done(1))
    mounted.unmount_inbox()
    mounted.soon(lambda: "is not mounted" in mounted.said())
    assert "is not mounted" in mounted.status()["inbox_trouble"]

    mounted.inside(f"mount -t tmpfs tmpfs {mounted.inbox}; printf '{MILD.decode()}' >{mounted.inbox}/bed2.mp4")

    mounted.soon(lambda: mounted.is_done(2))
    assert mounted.status()["inbox_trouble"] == ""


@needs_mounts
def test_failure_07_an_unmounted_inbox_is_not_an_empty_ward(mounted: WardProcess) -> None:
    mounted.soon(lambda: MARK in mounted.inside(f"ls -A {mounted.inbox}"))  # it has looked once
    mounted.unmount_inbox()
    mounted.kill()
    mounted.start()

    mounted.soon(lambda: "is not mounted" in mounted.said())
    (mounted.inbox / "below.mp4").write_bytes(SEVERE)
    time.sleep(2.0)
    assert mounted.rows() == []


def test_failure_05_an_inbox_that_is_removed_and_made_anew_is_heard_again(ward: WardProcess) -> None:
    ward.inbox.rmdir()
    ward.soon(lambda: "cannot be looked at" in ward.said())
    ward.inbox.mkdir()
    (ward.inbox / "bed1.mp4").write_bytes(SEVERE)

    ward.soon(lambda: ward.is_done(1))


@pytest.mark.skipif(not shutil.which("rsync"), reason="rsync is missing")
@pytest.mark.parametrize("options", [["-a"], ["--inplace"], ["--bwlimit=200"]])
def test_failure_08_a_file_that_rsync_writes_under_another_name_is_taken_under_its_last(
    ward: WardProcess, tmp_path: Path, options: list[str]
) -> None:
    source = tmp_path / "elsewhere/bed1_P0042.mp4"
    source.parent.mkdir()
    source.write_bytes(SEVERE + b"\n" + os.urandom(300_000))

    subprocess.run(["rsync", *options, str(source), f"{ward.inbox}/"], check=True)

    ward.soon(lambda: ward.is_done(1))
    assert ward.rows()[0].source == "bed1_P0042.mp4"
    assert ward.rows()[0].size_bytes == source.stat().st_size


def test_failure_09_what_is_moved_or_hard_linked_in_is_taken_and_a_link_is_not(
    ward: WardProcess, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "moved.mp4").write_bytes(SEVERE)
    (elsewhere / "linked.mp4").write_bytes(MILD)
    (elsewhere / "secret.mp4").write_bytes(b"toy obvious")
    subprocess.run(["mv", elsewhere / "moved.mp4", ward.inbox], check=True)
    (ward.inbox / "linked.mp4").hardlink_to(elsewhere / "linked.mp4")
    (ward.inbox / "secret.mp4").symlink_to(elsewhere / "secret.mp4")

    ward.soon(lambda: ward.is_done(2))
    assert (elsewhere / "linked.mp4").read_bytes() == MILD, "the other name of a hard link is not ours to take"
    assert (ward.inbox / "secret.mp4").is_symlink()
    assert ward.status()["left_alone"] == 1


@needs_mounts
def test_failure_15_on_a_full_disk_nothing_is_claimed_and_work_goes_on_by_itself(tmp_path: Path) -> None:
    ward = WardProcess(tmp_path, mounted=True)
    archive = tmp_path / "archive"
    archive.mkdir(mode=0o700)
    ward.inside(f"mount -t tmpfs -o size=10m,mode=0700 tmpfs {archive}; head -c 10200000 /dev/zero >{archive}/filling")
    with ward:
        (ward.inbox / "bed1.mp4").write_bytes(SEVERE)
        ward.soon(lambda: "nearly full" in ward.said())
        assert (ward.inbox / "bed1.mp4").exists()
        assert any("nearly full" in words for words in ward.status()["troubles"])

        ward.inside(f"rm {archive}/filling")
        ward.soon(lambda: ward.is_done(1))
        assert not (ward.inbox / "bed1.mp4").exists()


@needs_mounts
def test_failure_15_a_disk_that_fills_up_while_a_recording_is_under_way_sets_nothing_aside(tmp_path: Path) -> None:
    ward = WardProcess(tmp_path, mounted=True)
    archive = tmp_path / "archive"
    archive.mkdir(mode=0o700)
    ward.inside(f"mount -t tmpfs -o size=6m,mode=0700 tmpfs {archive}; mount -o remount,ro {archive}")
    ward.inside(f"mount -o remount,rw {archive}")
    big = SEVERE + b"\n" + bytes(1_500_000)
    with ward:
        (ward.inbox / "bed1.mp4").write_bytes(big)
        ward.soon(lambda: len(ward.rows()) == 1)
        ward.inside(f"head -c 6000000 /dev/zero >{archive}/filling || true")
        ward.soon(lambda: "work rests" in ward.said() or ward.is_done(1))
        time.sleep(4.0)  # some tries
        ward.inside(f"rm -f {archive}/filling")
        ward.soon(lambda: ward.is_done(1))
    assert ward.rows()[0].parked == ""


@needs_mounts
def test_failure_17_a_read_only_inbox_is_told_and_its_recordings_are_taken_once_it_is_not(mounted: WardProcess) -> None:
    mounted.inside(f"printf '{SEVERE.decode()}' >{mounted.inbox}/bed1.mp4; mount -o remount,ro {mounted.inbox}")
    mounted.soon(lambda: "cannot be taken in (Read-only file system)" in mounted.said())
    assert any("on a read-only disk" in words for words in mounted.status()["troubles"])
    time.sleep(3.0)
    assert mounted.said().count("cannot be taken in") == 1, "failure 30: the journal is not flooded"

    mounted.inside(f"mount -o remount,rw {mounted.inbox}")
    mounted.soon(lambda: mounted.is_done(1))


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
@pytest.mark.parametrize("limit", ["max_inotify_instances", "max_inotify_watches"])
def test_failure_26_without_inotify_the_inbox_is_polled_and_the_sysctl_is_named(tmp_path: Path, limit: str) -> None:
    ward = WardProcess(tmp_path)
    try:
        ward.start(
            "unshare", "--user", "--map-root-user", "sh", "-c", f'echo 0 >/proc/sys/user/{limit} && exec "$@"', "sh"
        )
        sysctl = "max_user_instances" if "instances" in limit else "max_user_watches"
        ward.soon(lambda: f"fs.inotify.{sysctl}" in ward.said())
        (ward.inbox / "bed1.mp4").write_bytes(SEVERE)
        ward.soon(lambda: ward.is_done(1))
    finally:
        ward.kill()


def test_failure_28_a_file_that_is_written_through_memory_is_taken_after_the_last_write(ward: WardProcess) -> None:
    whole = SEVERE + b"\n" + b"x" * 100_000
    with (ward.inbox / "bed1.mp4").open("w+b") as file:
        file.truncate(len(whole))
        with mmap.mmap(file.fileno(), len(whole)) as memory:
            time.sleep(1.0)
            memory[:] = whole
    ward.soon(lambda: ward.is_done(1))

    import hashlib

    assert ward.rows()[0].id == hashlib.sha256(whole).hexdigest()


def test_failure_29_what_no_notice_told_of_is_found_by_looking(tmp_path: Path) -> None:
    ward = WardProcess(tmp_path)
    (ward.inbox / "deep").mkdir()
    with ward:
        for n in range(300):  # a folder that comes and goes faster than it can be watched
            folder = ward.inbox / f"monday-{n}"
            folder.mkdir()
            folder.rmdir()
        (ward.inbox / "monday").mkdir()
        (ward.inbox / "monday/bed1.mp4").write_bytes(SEVERE)
        ward.soon(lambda: ward.is_done(1))


def test_failure_16_kill_9_leaves_one_row_and_one_sealed_file(ward: WardProcess) -> None:
    for n in range(12):
        (ward.inbox / f"bed{n}.mp4").write_bytes(SEVERE + b"\n%d" % n)
    for _ in range(4):
        time.sleep(0.7)
        ward.kill()
        ward.start()
    ward.soon(lambda: ward.is_done(12))

    assert len([path for path in (ward.folder / "archive").rglob("*") if path.is_file()]) == 12
    assert {job.state for job in ward.rows()} == {State.ARCHIVED}


def test_hostile_names_and_things_harm_nothing(ward: WardProcess) -> None:
    inbox = os.fsencode(ward.inbox)
    odd = (b"bad\xff\xfe.mp4", b"new\nline\x1b[31m.mp4", b"-rf $(reboot).mp4", b"%n%s{n}.mp4")
    for name in (b"x" * 251 + b".mp4", *odd):
        with open(inbox + b"/" + name, "wb") as file:  # noqa: PTH123 - a path of bytes
            file.write(SEVERE + b"\n" + name)
    os.mkfifo(ward.inbox / "pipe.mp4")
    os.mknod(ward.inbox / "device.mp4", 0o600 | 0o020000, os.makedev(1, 5)) if os.geteuid() == 0 else None
    (ward.inbox / "folder.mp4").mkdir()
    (ward.inbox / "up.mp4").symlink_to("../../../../etc/passwd")
    (ward.inbox / "loop").symlink_to(".")

    ward.soon(lambda: ward.is_done(5))
    assert "\x1b" not in ward.said() and "reboot" not in ward.said()
    assert ward.status()["left_alone"] >= 2
