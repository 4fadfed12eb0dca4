"""Stopping cleanly: SIGTERM or SIGINT asks, the work notices at its next frame or turn. Also what ends a wait early."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import FrameType

_GRAIN_S = 0.05  # a bell that rings all the time costs next to nothing


class Stop(BaseException):
    """Raised inside the work after a stop was asked for. Not an error, so nothing that handles errors may take it."""


class Bell:
    """Wakes a waiting loop. An eventfd: may be rung from a signal handler and from any thread without a lock."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.stop_asked = False

    def ring(self) -> None:
        """End the present or the next wait."""
        os.eventfd_write(self._fd, 1)

    def ask_to_stop(self) -> None:
        """Let the work end as soon as it can."""
        self.stop_asked = True
        self.ring()

    def heed(self) -> None:
        """Raise Stop if a stop was asked for."""
        if self.stop_asked:
            raise Stop

    def wait(self, timeout_s: float) -> bool:
        """Wait until the bell rings or the time is up; True if it rang. A stop that was asked for ends every wait."""
        if self.stop_asked:
            return True
        rang = bool(select.select([self._fd], [], [], max(0.0, timeout_s))[0])
        if rang:
            os.eventfd_read(self._fd)
        return rang

    def wait_for_stop(self, timeout_s: float) -> None:
        """Wait out the time whatever rings; only a stop ends it early."""
        end_s = monotonic() + timeout_s
        while not self.stop_asked and (left_s := end_s - monotonic()) > 0:
            if self.wait(left_s):
                sleep(min(_GRAIN_S, left_s))

    def close(self) -> None:
        """Let go of the file descriptor."""
        os.close(self._fd)


@contextmanager
def stopped_by_signals(bell: Bell) -> Iterator[None]:
    """SIGTERM and SIGINT ask the bell's owner to stop, for as long as the block lasts."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        bell.ask_to_stop()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
