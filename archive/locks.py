"""One process at a time: a lock file that names its holder. A process that dies lets go by dying."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TRIES, _PAUSE_S = 10, 0.05  # `holder_of` holds the lock for an instant to ask whose it is


class HeldElsewhereError(RuntimeError):
    """Another process holds the lock; the message says which, and what to do."""


@contextmanager
def held(lock: Path, otherwise: str) -> Iterator[None]:
    """Hold the lock for this process until the block ends.

    Args:    otherwise: what to say if another process holds it; {process} and {lock} are put in.
    Raises:  HeldElsewhereError: another process holds it.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for remaining in reversed(range(_TRIES)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not remaining:
                    raise HeldElsewhereError(otherwise.format(process=_pid_in(descriptor), lock=lock)) from None
                time.sleep(_PAUSE_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder_of(lock: Path) -> int | None:
    """The process that holds the lock; None if none does. Asks without getting in the holder's way."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid_in(descriptor)
    finally:
        os.close(descriptor)
    return None


def _pid_in(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
    return int(text) if text.isdecimal() else 0
