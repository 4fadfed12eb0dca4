"""One process at a time: who holds a lock, under whatever path, and on a full disk too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.locks import HeldElsewhereError, held, holder_of

ROOT = Path(__file__).parents[2]
WORDS = "process {process} holds {lock}"
HOLDER = """
import sys, time
from pathlib import Path
from archive.locks import held
with held(Path(sys.argv[1]), ""):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(lock: Path) -> Iterator[int]:
    """Another process that holds the lock; its number."""
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.kill()


def test_whoever_holds_it_is_named_and_lets_go_by_dying(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert holder_of(lock) is None
    with holder(lock) as pid:
        assert holder_of(lock) == pid
        with pytest.raises(HeldElsewhereError, match=f"process {pid} holds"), held(lock, WORDS):
            pass

    assert holder_of(lock) is None
    with held(lock, WORDS):
        assert lock.read_text() == f"{os.getpid()}\n"


def test_a_link_a_relative_path_and_another_name_are_the_same_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ward").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "ward")
    monkeypatch.chdir(tmp_path)
    with holder(tmp_path / "ward/lock") as pid:
        for path in (tmp_path / "other/lock", Path("ward/lock"), Path("other/../ward/lock")):
            assert holder_of(path) == pid
            with pytest.raises(HeldElsewhereError, match=f"process {pid} holds"), held(path, WORDS):
                pass


def test_the_kernel_names_the_holder_where_the_file_is_empty_or_tells_of_one_that_died(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with holder(lock) as pid:
        for text in ("", "99999999\n", "no number"):
            lock.write_text(text)
            assert holder_of(lock) == pid


def test_where_the_kernel_does_not_tell_the_file_does(tmp_path: Path) -> None:
    lock, silent = tmp_path / "lock", tmp_path / "none"
    with holder(lock) as pid:
        assert holder_of(lock, silent) == pid
        lock.write_text("")
        assert holder_of(lock, silent) == 0
        words = "process of another machine or user holds"
        with pytest.raises(HeldElsewhereError, match=words), held(lock, WORDS, silent):
            pass


def test_a_full_disk_leaves_a_lock_that_holds_and_says_whose_it_is(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("77\n")
    code = (
        "import resource, signal, sys; from pathlib import Path; from archive.locks import held, holder_of\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "with held(Path(sys.argv[1]), ''):\n"
        "    import os; os.write(1, b'%d %d' % (os.getpid(), holder_of(Path(sys.argv[1]))))"
    )

    done = subprocess.run([sys.executable, "-c", code, str(lock)], cwd=ROOT, capture_output=True, text=True, check=True)

    pid, named = done.stdout.split()
    assert pid == named
    assert lock.read_text() == "77\n"  # what could not be written over was not cut off before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_what_root_has_locked_once_is_not_closed_to_the_folders_own_user(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)

    with held(tmp_path / "lock", WORDS):
        pass

    assert (tmp_path / "lock").stat().st_uid == 65534
