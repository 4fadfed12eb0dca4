from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import load
from daemon.workplace import HeldElsewhereError, Workplace, WorkplaceError, held, holder_of

HOLD = """
import sys
from pathlib import Path
from daemon.workplace import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def place_in(folder: Path) -> Workplace:
    return Workplace.of(load(None, ward_folder=folder / "ward").ward)


def test_the_folders_are_made_and_what_is_private_is_closed(tmp_path: Path) -> None:
    place = place_in(tmp_path)

    place.make()
    place.check()

    for folder in (place.keys, place.state, place.work, place.archive):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert place.inbox.is_dir()


def test_permissions_that_a_sysadmin_chose_are_kept(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.inbox.mkdir(parents=True)
    place.inbox.chmod(0o730)

    place.make()

    assert place.inbox.stat().st_mode & 0o777 == 0o730


def test_a_file_in_a_folders_place_is_named(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.inbox.parent.mkdir()
    place.inbox.write_text("")

    with pytest.raises(WorkplaceError, match=r"inbox is a file.*move it away"):
        place.make()


def test_all_missing_folders_are_named_at_once(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.make()
    place.inbox.rmdir()
    place.sheets.rmdir()

    with pytest.raises(WorkplaceError, match=r"inbox is missing; .*sheets is missing\. PEEA runs as user id"):
        place.check()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_folder_that_is_closed_to_the_user_is_named(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.make()

    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            place.check()
        except WorkplaceError as error:
            os._exit(0 if "user id 65534" in str(error) and "state is out of reach" in str(error) else 1)
        os._exit(2)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_second_daemon_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"

        assert holder_of(lock) == first.pid
        with pytest.raises(HeldElsewhereError, match=f"process {first.pid} holds"), held(lock):
            pass
        first.kill()

    assert holder_of(lock) is None
    with held(lock):
        assert holder_of(lock) == os.getpid()


def test_asking_who_holds_a_ward_without_daemon_makes_nothing(tmp_path: Path) -> None:
    assert holder_of(tmp_path / "lock") is None
    assert list(tmp_path.iterdir()) == []
