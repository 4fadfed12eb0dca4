"""Two daemons on one ward: by the real command, under other paths and as other users; and commands beside a daemon."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.keys import generate
from archive.locks import holder_of
from daemon.workplace import Workplace, WorkplaceError

ROOT = Path(__file__).parents[2]
NOBODY = 65534
SOON_S = 60.0
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A ward's folder with two public keys, which other users can reach as far as its own rights let them."""
    folder = tmp_path / "ward"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys/recipients.txt").write_text(f"{generate().recipient}\n{generate().recipient}\n", encoding="ascii")
    (folder / "peea.toml").write_text('[ward]\nfolder = "."\n[speech]\nengine = "off"\n', encoding="ascii")
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.geteuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o055)
    return folder


def toy(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tests.toy_daemon", *map(str, arguments)]


@contextmanager
def first_daemon(ward: Path) -> Iterator[int]:
    with subprocess.Popen(toy(ward), cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            end_s = time.monotonic() + SOON_S
            while holder_of(ward / "state/lock") is None and time.monotonic() < end_s:
                time.sleep(0.05)
            assert holder_of(ward / "state/lock") == process.pid
            yield process.pid
        finally:
            process.kill()


# the program is loaded before the user changes: a Python in somebody's home is closed to others
AS_USER = """
import os, sys
import daemon.expected, daemon.run_command, daemon.service
from config.settings import load
from daemon.main import exit_status
load(None).ward.zone_info
if user := int(sys.argv[1]):
    os.setgroups([]); os.setgid(user); os.setuid(user)
sys.exit(exit_status(sys.argv[2:]))
"""


def peea(*arguments: str | Path, cwd: Path = ROOT, user: int = 0) -> str:
    """What `peea run` says when it refuses."""
    command = [sys.executable, "-c", AS_USER, str(user), "run", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_the_second_refuses_and_names_the_first_whatever_path_it_takes(ward: Path) -> None:
    (ward.parent / "link").symlink_to(ward)
    with first_daemon(ward) as pid:
        for said in (
            peea("--ward", ward.parent / "link"),
            peea("--settings", "peea.toml", cwd=ward),
        ):
            assert f"a PEEA daemon is already at work here: process {pid} holds" in said


@needs_root
def test_the_second_refuses_behind_a_bind_mount_too(ward: Path) -> None:
    bound = ward.parent / "bound"
    bound.mkdir()
    if subprocess.run(["mount", "--bind", ward, bound], capture_output=True, check=False).returncode:
        pytest.skip("mounts are not allowed here")
    try:
        with first_daemon(ward) as pid:
            assert f"process {pid} holds" in peea("--ward", bound)
    finally:
        subprocess.run(["umount", bound], check=True)


@needs_root
def test_another_user_is_told_that_the_folder_is_closed_to_them(ward: Path) -> None:
    with first_daemon(ward):
        said = peea("--ward", ward, user=NOBODY)

        assert f"PEEA runs as user id {NOBODY}" in said
        assert f"{ward}/state is closed to it (owner 0, mode 0700)" in said
        (ward / "peea.toml").chmod(0o600)
        assert "peea.toml: cannot be read: Permission denied" in peea("--ward", ward, user=NOBODY)


@needs_root
def test_another_user_who_may_look_in_is_told_that_the_lock_is_anothers(ward: Path) -> None:
    with first_daemon(ward):
        for folder in (ward, *(path for path in ward.rglob("*") if path.is_dir())):
            folder.chmod(0o777)
        (ward / "keys/recipients.txt").chmod(0o644)

        said = peea("--ward", ward, user=NOBODY)

        assert "another user's lock, and that user's daemon may be at work" in said
        assert "belongs to 0: run this as that user" in said


@needs_root
def test_a_daemon_of_another_user_than_the_folders_warns(ward: Path) -> None:
    place = Workplace(*(ward / name for name in ("inbox", "sheets", "announcements", "archive", "keys", "state")))
    place.make()
    assert place.strange_owner() == ""

    os.chown(place.state, NOBODY, NOBODY)

    assert f"belongs to user id {NOBODY}, and this daemon runs as 0" in place.strange_owner()


def test_folders_that_are_not_made_yet_are_no_closed_ones(tmp_path: Path) -> None:
    place = Workplace(*(tmp_path / name for name in ("inbox", "sheets", "announcements", "archive", "keys", "state")))

    place.check(may_be_missing=True)
    with pytest.raises(WorkplaceError, match="missing"):
        place.check()
