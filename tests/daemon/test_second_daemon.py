"""Two daemons on one ward, by the real command: under other paths, as other users, and as the wrong one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.keys import generate
from archive.locks import holder_of
from daemon.workplace import Workplace, WorkplaceError

ROOT = Path(__file__).parents[2]
NOBODY = 65534
SOON_S = 60.0
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user, and mount")

# `peea run` called several times, each in a process of its own that has the program loaded already: so also as a user
# to whom our Python is closed. A call is a name, a folder, a user (-1: this one) and words; an answer is what it said.
CALLS = """
import json, os, sys
import daemon.expected, daemon.run_command, daemon.service
from config.settings import load
from daemon.main import exit_status
load(None).ward.zone_info, b"x".decode("utf-8-sig")
said = {}
for name, folder, user, words in json.loads(sys.argv[1]):
    if name == "chmod":
        for path in words[1:]:
            os.chmod(path, int(words[0], 8))
        continue
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.dup2(writing, 2)
        os.chdir(folder)
        if user >= 0:
            os.setgroups([]); os.setgid(user); os.setuid(user)
        try:
            os._exit(exit_status(["run", *words]))
        except BaseException as error:
            os.write(2, f"Traceback {error!r}".encode())
            os._exit(9)
    os.close(writing)
    said[name] = [os.fdopen(reading).read(), os.waitstatus_to_exitcode(os.wait()[1])]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def ward() -> Iterator[Path]:
    """A ward's folder with two public keys. Not below pytest's folder, which is closed to other users at each start."""
    with tempfile.TemporaryDirectory(prefix="wards-") as name:
        above, folder = Path(name), Path(name) / "ward"
        above.chmod(0o755)
        (folder / "keys").mkdir(parents=True)
        keys = f"{generate().recipient}\n{generate().recipient}\n"
        (folder / "keys/recipients.txt").write_text(keys, encoding="ascii")
        (folder / "peea.toml").write_text('[ward]\nfolder = "."\n[speech]\nengine = "off"\n', encoding="ascii")
        (above / "link").symlink_to(folder)
        (above / "bound").mkdir()
        yield folder


@pytest.fixture(scope="module")
def first(ward: Path) -> Iterator[int]:
    """The daemon that is at work there, in a process of its own; its number."""
    command = [sys.executable, "-m", "tests.toy_daemon", str(ward)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            end_s = time.monotonic() + SOON_S
            while holder_of(ward / "state/lock") is None and time.monotonic() < end_s:
                time.sleep(0.05)
            assert holder_of(ward / "state/lock") == process.pid
            yield process.pid
        finally:
            process.kill()


@pytest.fixture(scope="module")
def said(ward: Path, first: int) -> Iterator[dict[str, str]]:
    """What each of the second daemons said when it refused."""
    above, folders = ward.parent, [str(ward), *(str(path) for path in ward.rglob("*") if path.is_dir())]
    calls: list[tuple[str, str, int, list[str]]] = [
        ("link", "/", -1, ["--ward", str(above / "link")]),
        ("relative", str(ward), -1, ["--settings", "peea.toml"]),
    ]
    bound = False
    if os.geteuid() == 0:
        bound = subprocess.run(["mount", "--bind", ward, above / "bound"], capture_output=True).returncode == 0  # noqa: PLW1510
        calls += [("bound", "/", -1, ["--ward", str(above / "bound")])] if bound else []
        calls += [("closed", "/", NOBODY, ["--ward", str(ward)])]
        calls += [("chmod", "/", -1, ["0600", str(ward / "peea.toml")])]
        calls += [("settings closed", "/", NOBODY, ["--ward", str(ward)])]
        calls += [("chmod", "/", -1, ["0777", *folders])]
        calls += [("chmod", "/", -1, ["0644", str(ward / "peea.toml"), str(ward / "keys/recipients.txt")])]
        calls += [("open", "/", NOBODY, ["--ward", str(ward)])]
    try:
        done = subprocess.run(
            [sys.executable, "-c", CALLS, json.dumps(calls)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    finally:
        if bound:
            subprocess.run(["umount", above / "bound"], check=True)
    answers = json.loads(done.stdout)
    assert {status for _, status in answers.values()} == {1}, answers
    assert not [words for words, _ in answers.values() if "Traceback" in words]
    yield {name: words for name, (words, _) in answers.items()}


@pytest.mark.parametrize("path", ["link", "relative", "bound"])
def test_the_second_refuses_and_names_the_first_whatever_path_it_takes(
    path: str, said: dict[str, str], first: int
) -> None:
    if path not in said:
        pytest.skip("mounts are not allowed here")

    assert f"a PEEA daemon is already at work here: process {first} holds" in said[path]


@needs_root
def test_another_user_is_told_which_folders_are_closed_to_them(ward: Path, said: dict[str, str]) -> None:
    assert f"PEEA runs as user id {NOBODY}" in said["closed"]
    assert f"{ward}/state is closed to it (owner 0, mode 0700)" in said["closed"]
    assert "peea.toml: cannot be read: Permission denied" in said["settings closed"]


@needs_root
def test_another_user_who_may_look_in_is_told_that_the_lock_is_anothers(said: dict[str, str]) -> None:
    assert "another user's lock, and that user's daemon may be at work here" in said["open"]
    assert "belongs to 0: run this as that user" in said["open"]


@needs_root
def test_a_daemon_of_another_user_than_the_folders_warns(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.make()
    assert place.strange_owner() == ""

    os.chown(place.state, NOBODY, NOBODY)

    assert f"belongs to user id {NOBODY}, and this daemon runs as 0" in place.strange_owner()


def test_folders_that_are_not_made_yet_are_no_closed_ones(tmp_path: Path) -> None:
    place_in(tmp_path).check(may_be_missing=True)

    with pytest.raises(WorkplaceError, match="missing"):
        place_in(tmp_path).check()


def place_in(folder: Path) -> Workplace:
    return Workplace(*(folder / name for name in ("inbox", "sheets", "announcements", "archive", "keys", "state")))
