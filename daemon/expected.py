"""Errors that a user of the command line can do something about, as one line; imported only once one has happened."""

from __future__ import annotations

from archive.keys import KeyFileError, KeyTextError
from archive.models import ModelStoreError
from archive.sealing import SealedFileError
from config.settings import SettingsError
from daemon.active_grades import NoModelError
from daemon.recipients import TooFewKeysError
from daemon.refusals import RefusedError
from daemon.worker_grades import WorkerUnavailableError
from daemon.workplace import HeldElsewhereError, WorkplaceError
from grading.serving import ServingFormError
from grading.version import VersionError
from grading.weights import WeightsError
from reports.speech import SpeechError

_OURS = (
    HeldElsewhereError,
    KeyFileError,
    KeyTextError,
    ModelStoreError,
    NoModelError,
    RefusedError,
    SealedFileError,
    ServingFormError,
    SettingsError,
    SpeechError,
    TooFewKeysError,
    VersionError,
    WeightsError,
    WorkerUnavailableError,
    WorkplaceError,
)


def in_one_line(error: Exception) -> str | None:
    """What to tell the user; None if the error is a fault of the program, which deserves its traceback."""
    if isinstance(error, _OURS):
        return _flat(str(error))
    if isinstance(error, OSError):
        if error.strerror is None:
            return _flat(str(error))
        return f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
    return None


def _flat(words: str) -> str:
    return " ".join(words.split())
