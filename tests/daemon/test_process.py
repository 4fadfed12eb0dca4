"""The daemon as a process of its own: stopped, killed, started twice, on a real inbox with real change notices."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.jobs import State
from archive.keys import generate
from archive.ledger import Ledger
from tests.hospital import SEVERE

TOML = '[ward]\nzone = "UTC"\n[inbox]\nsettle_s = 0.3\nrescan_s = 60\n[speech]\nengine = "off"\nplay = "never"\n'
SOON_S = 20.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ward's folder with a public key and settings of a hasty ward."""
    (tmp_path / "peea.toml").write_text(TOML, encoding="ascii")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/recipients.txt").write_text(f"{generate().recipient}\n{generate().recipient}\n", encoding="ascii")
    (tmp_path / "inbox").mkdir()
    return tmp_path


@contextmanager
def daemon(folder: Path, frame_s: float = 0.0) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.toy_daemon", str(folder), str(frame_s)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            yield process
        finally:
            process.kill()


def soon(is_so: Callable[[], bool]) -> bool:
    end_s = time.monotonic() + SOON_S
    while time.monotonic() < end_s:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def states(folder: Path) -> list[State]:
    path = folder / "state/ledger.sqlite"
    if not path.exists():
        return []
    with Ledger(path) as ledger:
        return [job.state for job in ledger.latest(100)]


def is_at_work(folder: Path) -> bool:
    return states(folder) == [State.RECEIVED] and any((folder / "state/work").glob("*/*.mp4"))


def is_done(folder: Path) -> bool:
    """One recording, archived, and no plain copy anywhere."""
    try:
        plain = [path for place in ("inbox", "state/work") for path in (folder / place).rglob("*")]
    except FileNotFoundError:  # removed while we looked
        return False
    return states(folder) == [State.ARCHIVED] and not plain


def test_a_dropped_recording_is_heard_of_long_before_the_next_rescan(folder: Path) -> None:
    with daemon(folder):
        assert soon((folder / "state/lock").exists)
        (folder / "inbox/bed1.mp4").write_bytes(SEVERE)

        assert soon(lambda: is_done(folder))


def test_sigterm_in_the_middle_of_grading_ends_it_cleanly_and_a_restart_picks_up(folder: Path) -> None:
    (folder / "inbox/bed1.mp4").write_bytes(SEVERE)
    with daemon(folder, frame_s=0.5) as process:
        assert soon(lambda: is_at_work(folder))
        process.terminate()

        assert process.wait(5) == 0
        assert process.stderr is not None
        assert "stopped within a step" in process.stderr.read()
    with Ledger(folder / "state/ledger.sqlite") as ledger:
        assert ledger.latest(1)[0].attempts == 0

    with daemon(folder):
        assert soon(lambda: is_done(folder))


def test_after_kill_9_in_the_middle_of_grading_the_row_is_there_once_and_nothing_is_left(folder: Path) -> None:
    (folder / "inbox/bed1.mp4").write_bytes(SEVERE)
    with daemon(folder, frame_s=0.5) as process:
        assert soon(lambda: is_at_work(folder))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(5)

    with daemon(folder):
        assert soon(lambda: is_done(folder))
    assert len([path for path in (folder / "archive").rglob("*") if path.is_file()]) == 1


def test_a_second_daemon_refuses_and_names_the_first(folder: Path) -> None:
    with daemon(folder) as first:
        assert soon(
            lambda: (folder / "state/lock").exists() and (folder / "state/lock").read_text() == f"{first.pid}\n"
        )

        with daemon(folder) as second:
            assert second.wait(SOON_S) == 1
            assert second.stderr is not None
            assert f"process {first.pid} holds" in second.stderr.read()


def test_a_stop_while_nothing_is_to_do_takes_no_time(folder: Path) -> None:
    with daemon(folder) as process:
        assert soon((folder / "state/ledger.sqlite").exists)
        time.sleep(0.3)
        began_s = time.monotonic()
        process.send_signal(signal.SIGINT)

        assert process.wait(5) == 0
        assert time.monotonic() - began_s < 2.0
