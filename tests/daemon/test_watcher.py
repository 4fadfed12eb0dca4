from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from daemon.stopping import Bell
from daemon.watcher import Watcher


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def watcher(inbox: Path, bell: Bell) -> Iterator[Watcher]:
    watcher = Watcher(inbox, bell)
    watcher.keep_watching()
    yield watcher
    watcher.close()


@pytest.mark.usefixtures("watcher")
def test_a_new_file_rings(inbox: Path, bell: Bell) -> None:
    (inbox / "a.mp4").write_bytes(b"video")

    assert bell.wait(5.0)


@pytest.mark.usefixtures("watcher")
def test_a_file_moved_in_rings(inbox: Path, bell: Bell, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"video")
    (tmp_path / "a.mp4").rename(inbox / "a.mp4")

    assert bell.wait(5.0)


@pytest.mark.usefixtures("watcher")
def test_our_own_looking_does_not_ring(inbox: Path, bell: Bell) -> None:
    (inbox / "a.mp4").write_bytes(b"video")
    bell.wait(5.0)
    sleep(0.2)
    bell.wait(0.0)

    (inbox / "a.mp4").read_bytes()
    list(inbox.iterdir())

    assert not bell.wait(0.3)


def test_a_folder_that_was_removed_and_made_anew_is_heard_again(inbox: Path, bell: Bell, watcher: Watcher) -> None:
    shutil.rmtree(inbox)
    inbox.mkdir()
    sleep(0.2)
    watcher.keep_watching()
    sleep(0.1)
    bell.wait(0.0)

    (inbox / "a.mp4").write_bytes(b"video")

    assert bell.wait(5.0)


def test_an_inbox_that_is_away_is_waited_for(tmp_path: Path, bell: Bell) -> None:
    watcher = Watcher(tmp_path / "later", bell)
    watcher.keep_watching()
    (tmp_path / "later").mkdir()
    watcher.keep_watching()

    (tmp_path / "later/a.mp4").write_bytes(b"video")

    assert bell.wait(5.0)
    watcher.close()
