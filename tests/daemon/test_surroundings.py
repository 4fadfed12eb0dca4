"""What surrounds the ward: mounts, disks, doors, and how often a trouble is told."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

import pytest

from daemon.inbox import MARK, Place
from daemon.letter_box import open_doors, open_lists
from daemon.mounts import Mount, is_mount_point, mount_of
from daemon.retries import is_of_the_machine
from daemon.room import Disk, Room
from daemon.telling import AGAIN_S, Telling
from daemon.watcher import Watcher
from daemon.worker_grades import WorkerUnavailableError
from daemon.workplace import Workplace
from tests.hospital import Hospital

MIB = 1024 * 1024


def mounts(folder: Path, *lines: str) -> Path:
    """A list of mounts as the kernel writes it."""
    path = folder / "mountinfo"
    path.write_text("21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" + "".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("kind", "is_network"),
    [("cifs", True), ("smb3", True), ("nfs", True), ("nfs4", True), ("fuse.sshfs", True), ("9p", True), ("fuse", True),
     ("ext4", False), ("xfs", False), ("btrfs", False), ("tmpfs", False), ("overlay", False), ("fusectl", False)],
)  # fmt: skip
def test_network_mounts_are_told_from_disks(tmp_path: Path, kind: str, is_network: bool) -> None:
    listed = mounts(tmp_path, f"40 21 0:40 / /mnt/the\\040share rw shared:7 master:1 - {kind} //server/share rw")

    assert mount_of(Path("/mnt/the share/inbox"), listed) == Mount(Path("/mnt/the share"), kind)
    assert Mount(Path("/"), kind).is_network is is_network
    assert is_mount_point(Path("/mnt/the share"), listed)
    assert not is_mount_point(Path("/mnt/the share/inbox"), listed)


def test_of_mounts_within_mounts_the_innermost_and_latest_counts(tmp_path: Path) -> None:
    listed = mounts(
        tmp_path,
        "40 21 0:40 / /srv rw - ext4 /dev/sdb1 rw",
        "41 40 0:41 / /srv/inbox rw - autofs systemd-1 rw",
        "42 41 0:42 / /srv/inbox rw - cifs //server/inbox rw",
    )

    assert mount_of(Path("/srv/inbox"), listed) == Mount(Path("/srv/inbox"), "cifs")
    assert mount_of(Path("/srv/other"), listed) == Mount(Path("/srv"), "ext4")
    assert mount_of(Path("/srv"), tmp_path / "none") is None


def test_the_kernels_own_list_is_read() -> None:
    found = mount_of(Path("/proc/self"))

    assert found is not None and found.kind == "proc"


def test_what_lies_below_an_unmounted_share_is_no_inbox(tmp_path: Path) -> None:
    inbox, memory = tmp_path / "inbox", tmp_path / "memory"
    inbox.mkdir()
    listed = mounts(tmp_path, f"40 21 0:40 / {inbox} rw - cifs //server/share rw")
    place = Place(inbox, memory, listed)
    place.remember()
    assert (inbox / MARK).exists()
    assert place.trouble() == ""

    (inbox / MARK).unlink()  # this is another folder: the one below
    mounts(tmp_path)
    place.remember()

    assert "is not mounted" in place.trouble()
    assert str(memory) in place.trouble()
    memory.unlink()
    assert place.trouble() == ""


def test_the_mark_is_made_through_no_strangers_link(tmp_path: Path) -> None:
    inbox, elsewhere = tmp_path / "inbox", tmp_path / "elsewhere"
    inbox.mkdir()
    (inbox / MARK).symlink_to(elsewhere)

    Place(inbox, tmp_path / "memory", mounts(tmp_path, f"40 21 0:40 / {inbox} rw - cifs //server/share rw")).remember()

    assert not elsewhere.exists()


def test_a_plain_folder_is_never_marked(tmp_path: Path) -> None:
    place = Place(tmp_path / "inbox", tmp_path / "memory", mounts(tmp_path))
    (tmp_path / "inbox").mkdir()

    place.remember()

    assert list((tmp_path / "inbox").iterdir()) == []
    assert place.trouble() == ""


def test_nothing_is_taken_in_that_would_eat_into_the_reserve() -> None:
    free = [1000 * MIB]
    room = Room([Path("/a")], 2048, 0.05, lambda folder: Disk(10_000 * MIB, free[0]))

    assert room.trouble_with(100 * MIB) == ""
    assert "nearly full (1000 MiB free)" in room.trouble_with(200 * MIB)
    free[0] = 499 * MIB
    assert "until 501 MiB are free" in room.trouble_with(0)


def test_on_a_large_disk_the_reserve_is_no_share_of_it() -> None:
    room = Room([Path("/a")], 2048, 0.05, lambda folder: Disk(10_000_000 * MIB, 3000 * MIB))

    assert room.trouble_with(300 * MIB) == ""
    assert room.trouble_with(400 * MIB) != ""


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EROFS, "Read-only file system"), True),
        (PermissionError(errno.EACCES, "Permission denied"), True),
        (WorkerUnavailableError("no network"), True),
        (OSError(errno.EIO, "Input/output error"), False),
        (OSError("changed while it was sealed"), False),
        (RuntimeError("a fault"), False),
    ],
)
def test_what_any_recording_would_have_met_is_of_the_machine(error: Exception, is_so: bool) -> None:
    assert is_of_the_machine(error) is is_so


def test_a_trouble_is_told_once_then_when_it_grows_tenfold_then_hourly(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    telling = Telling(logging.getLogger("daemon.test"), lambda: now_s[0])

    def told(n: int) -> list[str]:
        caplog.clear()
        for _ in range(n):
            telling.note("{n} files are in trouble")
        telling.end_round()
        return caplog.messages

    with caplog.at_level("WARNING"):
        assert told(3) == ["3 files are in trouble"]
        assert told(3) == told(29) == told(0) == told(3) == []
        assert told(30) == ["30 files are in trouble"]
        now_s[0] += AGAIN_S
        assert told(1) == ["1 files are in trouble"]


def test_each_open_door_is_named_with_the_command_that_closes_it(tmp_path: Path) -> None:
    place = Workplace.of(Hospital(tmp_path).settings.ward)
    assert open_doors(place) == ()

    for folder, mode in ((place.state, 0o755), (place.archive, 0o770), (place.sheets, 0o755), (place.inbox, 0o2775)):
        folder.chmod(mode)
    said = open_doors(place)

    assert f"chmod 0700 {place.state}" in said[0]
    assert f"chmod 0700 {place.archive}" in said[1]
    assert f"chmod o-rwx {place.sheets}" in said[2]
    assert f"chmod 3770 {place.inbox}" in said[3]
    assert f"chmod +t {place.inbox}" in said[4]


def test_a_list_of_names_and_a_folder_of_faces_that_are_open_to_all_are_named(tmp_path: Path) -> None:
    settings = Hospital(tmp_path).settings
    roster, cases = settings.ward.roster, settings.trainer.cases
    assert open_lists(settings) == ()
    for folder, mode in ((roster.parent, 0o755), (cases, 0o755)):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
    roster.write_bytes(b"names")
    roster.chmod(0o644)

    of_roster, of_cases = open_lists(settings)
    assert f"chmod o-rwx {roster.parent} {roster}" in of_roster
    assert f"chmod o-rwx {cases}" in of_cases

    roster.parent.chmod(0o750)
    cases.chmod(0o2770)
    assert open_lists(settings) == ()


@pytest.mark.parametrize(
    ("number", "sysctl"), [(errno.ENOSPC, "max_user_watches"), (errno.EMFILE, "max_user_instances")]
)
def test_where_inotify_has_no_more_the_sysctl_is_named(number: int, sysctl: str) -> None:
    from daemon.watcher import _why

    assert sysctl in _why(OSError(number, "x"))


def test_an_inbox_that_is_away_is_not_heard(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    watcher = Watcher(tmp_path / "none", hospital.bell)
    watcher.keep_watching()
    assert not watcher.hears

    watcher = Watcher(hospital.place.inbox, hospital.bell)
    watcher.keep_watching()
    assert watcher.hears
    watcher.close()
    assert not watcher.hears
