from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.sd_notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        yield channel


def test_systemd_hears_ready_status_and_stopping(systemd: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname()})

    notifier.ready()
    notifier.status("grading\nnumber 3")
    notifier.stopping()

    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"STATUS=grading number 3", b"STOPPING=1"]


def test_alive_is_said_a_few_times_per_interval_however_often_the_work_calls(systemd: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "60000000"})

    for _ in range(100):
        notifier.alive()

    assert systemd.recv(100) == b"WATCHDOG=1"
    with pytest.raises(BlockingIOError):
        systemd.recv(100)


def test_without_a_watchdog_nobody_is_told(systemd: socket.socket) -> None:
    Notifier({"NOTIFY_SOCKET": systemd.getsockname()}).alive()

    with pytest.raises(BlockingIOError):
        systemd.recv(100)


def test_the_abstract_namespace_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("\0peea-test-notify")
        Notifier({"NOTIFY_SOCKET": "@peea-test-notify"}).ready()

        assert channel.recv(100) == b"READY=1"


def test_without_systemd_and_with_one_that_is_gone_the_work_goes_on(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
