"""When a step that failed is tried again, and whether the try counts (pure)."""

from __future__ import annotations

import errno
from datetime import datetime, timedelta

from archive.keys import KeyFileError
from archive.ledger import LedgerError
from daemon.recipients import TooFewKeysError
from daemon.worker_grades import WorkerUnavailableError

UNTOLD_TIMES = 10
LONGEST_S = 3_600.0  # a mended disk is noticed within the hour

_OF_THE_MACHINE = (KeyFileError, LedgerError, TooFewKeysError, WorkerUnavailableError)
_NUMBERS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR),
    *(errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EBUSY),
    *(errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN),
}


def next_try(now: datetime, attempts: int, retry_s: float) -> datetime:
    """When to try again after `attempts` tries: retry_s, doubled from try to try, an hour at most."""
    return now + timedelta(seconds=min(retry_s * 2 ** (max(attempts, 1) - 1), longest_wait_s(retry_s)))


def longest_wait_s(retry_s: float) -> float:
    """No try is put off for longer."""
    return max(LONGEST_S, retry_s)


def is_exhausted(attempts: int, limit: int, *, untold: bool = False) -> bool:
    """Whether `attempts` begun tries are all there may be.

    untold: the last one ended without a word, with the whole daemon. Since films are worked on in a process of their
    own, that is a power cut or somebody's kill far more often than the recording, which gets that much more patience.
    """
    return attempts >= limit * (UNTOLD_TIMES if untold else 1)


def is_of_the_machine(error: BaseException) -> bool:
    """Whether any recording would have failed so: a full or closed disk, a share that is away, no key, no worker.

    Such a try does not count. It is taken up again until the machine is mended, and nobody has to release anything.
    """
    return isinstance(error, _OF_THE_MACHINE) or (isinstance(error, OSError) and error.errno in _NUMBERS)
