"""The kernel answers the daemon at work with errors, in every kind of call; it stays up, says so, and goes on."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.inspection import Inspection
from archive.keys import generate
from archive.ledger import LedgerError
from config.settings import load
from daemon.hindrances import Hindrances, read_hindrances
from daemon.status_command import standing_of
from tests.archive.witness import needs_strace
from tests.hospital import SEVERE, Hospital

ROOT = Path(__file__).parents[2]
TOML = """
[ward]
folder = "."
zone = "UTC"
[inbox]
settle_s = 0.1
rescan_s = 0.3
[archive]
retry_s = 0.2
[speech]
engine = "off"
play = "never"
"""
SOON_S = 60.0
WINDOW_S = 0.3
ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES, errno.ESTALE, errno.EROFS)
# what is made to fail, and how: every call, or each second and third one
CALLS = {
    "openat": "openat",
    "getdents64": "getdents64",
    "stat": "newfstatat,statx",
    "rename": "rename,renameat,renameat2",
    "mkdir": "mkdir,mkdirat",
    "unlink": "unlink,unlinkat,rmdir",
    "fsync": "fsync,fdatasync",
    "database": "pread64,pwrite64",
    "lock": "flock,fcntl",
    "read": "read",  # of the recording only: all reads would be pipes and clocks too, which do not fail so
}
TELLS = (
    "openat",
    "getdents64",
    "stat",
    "mkdir",
    "fsync",
    "database",
)  # where it met such a call; the others are often borne without a word


@contextmanager
def at_work(ward: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (ward / "log").open("wb") as log:
        command = [sys.executable, "-m", "tests.toy_daemon", str(ward), "0.02"]
        with subprocess.Popen(command, cwd=ROOT, stderr=log) as process:
            try:
                assert soon(lambda: "at work, process" in (ward / "log").read_text())
                yield process
            finally:
                process.kill()


@contextmanager
def failing(pid: int, calls: str, number: int, when: str, paths: tuple[Path, ...] = ()) -> Iterator[None]:
    only = [word for path in paths for word in ("-P", str(path))]
    inject = f"inject={calls}:error={errno.errorcode[number]}:when={when}"
    command = ["strace", "-f", "-qq", "-o", os.devnull, *only, "-e", f"trace={calls}", "-e", inject, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as strace:
        yield
        strace.send_signal(signal.SIGINT)


def soon(is_so: Callable[[], bool]) -> bool:
    end_s = time.monotonic() + SOON_S
    while not is_so():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.05)
    return True


def n_sealed(ward: Path) -> int:
    try:
        with Inspection(ward / "state/ledger.sqlite") as inspection:
            return len(inspection.kept())
    except LedgerError:  # its locks fail in the daemon, and so we wait for them
        return -1


@needs_strace
@pytest.mark.slow
def test_whichever_call_fails_the_daemon_stays_says_so_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "peea.toml").write_text(TOML, encoding="ascii")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/recipients.txt").write_text(f"{generate().recipient}\n{generate().recipient}\n", encoding="ascii")
    settings, told, silent = load(tmp_path / "peea.toml"), list[str](), list[str]()
    with at_work(tmp_path) as daemon:
        (tmp_path / "inbox/bed1.mp4").write_bytes(SEVERE)  # once without faults: what is imported late is there then
        assert soon(lambda: n_sealed(tmp_path) == 1)
        for n, (kind, calls) in enumerate(CALLS.items(), 2):
            data = SEVERE + b"\n%d" % n
            file = tmp_path / f"inbox/bed{n}.mp4"
            claimed = tmp_path / f"state/work/{hashlib.sha256(data).hexdigest()}/{file.name}"
            begun = (tmp_path / "log").stat().st_size
            for number, when in zip(ERRORS, ("1+1", "2+3", "1+2", "1+1", "1+3"), strict=True):
                with failing(daemon.pid, calls, number, when, (file, claimed) if kind == "read" else ()):
                    time.sleep(WINDOW_S / 2)
                    if number == errno.EIO:
                        file.write_bytes(data)
                    time.sleep(WINDOW_S)
                    told += standing_of(settings).troubles
            assert daemon.poll() is None, kind
            assert soon(lambda n=n: n_sealed(tmp_path) == n), kind  # type: ignore[misc]
            journal = (tmp_path / "log").read_bytes()[begun:].decode()
            silent += [kind] if not any(os.strerror(number) in journal for number in ERRORS) else []
        assert soon(lambda: read_hindrances(tmp_path / "state/hindrances.json") == ())
        assert not [words for words in standing_of(settings).troubles if "the daemon says" in words]
        daemon.terminate()
        assert daemon.wait(SOON_S) == 0

    assert len(set(TELLS) - set(silent)) >= 3, silent
    assert [words for words in told if words.startswith("the daemon says: ")]
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert all(os.strerror(number) in log for number in ERRORS)
    assert not list((tmp_path / "inbox").iterdir()) and not list((tmp_path / "state/work").iterdir())
    with Inspection(tmp_path / "state/ledger.sqlite") as inspection:
        assert (*inspection.trail().problems, *inspection.damage(), *inspection.broken_receipts()) == ()


def test_what_hinders_the_daemon_is_in_the_status_while_it_is_at_work_and_no_longer(tmp_path: Path) -> None:
    with Hospital(tmp_path) as ward:
        ward.settings.archive.recipients_file.unlink()
        ward.drop("bed1.mp4", SEVERE)
        ward.work()

        (words,) = read_hindrances(ward.place.hindrances)
        assert words == f"work rests, and is tried again every 60 s: No such file or directory, in {ward.place.keys}"

        ward.settings.archive.recipients_file.write_text(f"{ward.custodian.recipient}\n{ward.recovery.recipient}\n")
        ward.clock.turn(61.0)
        ward.work()
        assert read_hindrances(ward.place.hindrances) == ()


def test_a_note_of_hindrances_that_cannot_be_written_costs_nothing_and_is_tried_again(tmp_path: Path) -> None:
    hindrances = Hindrances(tmp_path / "away/note.json")
    hindrances.note(("no room",))
    (tmp_path / "away").mkdir()
    assert read_hindrances(tmp_path / "away/note.json") == ()

    hindrances.note(("no room",))
    assert read_hindrances(tmp_path / "away/note.json") == ("no room",)
    (tmp_path / "away/note.json").write_text("{")
    assert read_hindrances(tmp_path / "away/note.json") == ()
