"""One process at a time: a lock file that names its holder. A process that dies lets go by dying."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TRIES, _PAUSE_S = 10, 0.05  # `holder_of` holds the lock for an instant to ask whose it is
_PID_BYTES = 32
KERNEL_LIST = Path("/proc/locks")
# 1: FLOCK  ADVISORY  WRITE 4711 fe:00:131 0 EOF; majors and minors in hexadecimal, inodes in decimal digits
_FLOCK = re.compile(r"^\d+: FLOCK +\S+ +WRITE +(\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) ", re.MULTILINE)


class HeldElsewhereError(RuntimeError):
    """Another process holds the lock; the message says which, and what to do."""


@contextmanager
def held(lock: Path, otherwise: str, kernel_list: Path = KERNEL_LIST) -> Iterator[None]:
    """Hold the lock for this process until the block ends, under whatever path and by whichever user it was named.

    Args:    otherwise: what to say if another process holds it; {process} and {lock} are put in.
             kernel_list: of all locks, with their processes.
    Raises:  HeldElsewhereError: another process holds it. OSError: the file cannot be opened; whose it is is said.
    """
    descriptor = _opened(lock)
    try:
        for remaining in reversed(range(_TRIES)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not remaining:
                    process = _holder(descriptor, kernel_list) or "of another machine or user"
                    raise HeldElsewhereError(otherwise.format(process=process, lock=lock)) from None
                time.sleep(_PAUSE_S)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


def holder_of(lock: Path, kernel_list: Path = KERNEL_LIST) -> int | None:
    """The process that holds the lock, 0 if it cannot be told which; None: none holds it. Never in the holder's way.

    Raises: PermissionError: the file is closed to this user.
    """
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except PermissionError:
        raise _anothers(lock) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor, kernel_list)
    finally:
        os.close(descriptor)
    return None


def _opened(lock: Path) -> int:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:  # what root locks once must not be closed to the folder's own user for ever
            owner = lock.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor
    except PermissionError:
        raise _anothers(lock) from None


def _anothers(lock: Path) -> PermissionError:
    return PermissionError(errno.EACCES, "another user's lock, and that user's daemon may be at work here", str(lock))


def _sign(descriptor: int) -> None:
    """Write this process into the file: first over what is there, then the rest is cut off.

    A full disk has no room for a new line in an empty file; the lock holds all the same, and the kernel knows whose.
    """
    line = f"{os.getpid()}\n".encode()
    with suppress(OSError):
        os.pwrite(descriptor, line, 0)
        os.ftruncate(descriptor, len(line))


def _holder(descriptor: int, kernel_list: Path) -> int:
    """Who holds the lock by the kernel's list; else, where that shows no such process, by the file; 0: nobody says."""
    status = os.fstat(descriptor)
    wanted = (os.major(status.st_dev), os.minor(status.st_dev), status.st_ino)
    try:
        listed = kernel_list.read_text("ascii", errors="replace")
    except OSError:
        listed = ""
    for process, major, minor, inode in _FLOCK.findall(listed):
        if int(process) and (int(major, 16), int(minor, 16), int(inode)) == wanted:
            return int(process)
    text = os.pread(descriptor, _PID_BYTES, 0).decode("ascii", errors="replace").split("\n")[0]
    return int(text) if text.isascii() and text.isdecimal() else 0
