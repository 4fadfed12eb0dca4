"""Errors that a user of the command line can do something about, as one line; imported only once one has happened."""

from __future__ import annotations

import os
from pathlib import Path

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
from reports.sheet import safe_text
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
    """What to tell the user; None if the error is a fault of the program, which deserves its traceback.

    A name in it, of a file or in a file, may hold signs that would steer the terminal: they are shown and do nothing.
    """
    words = _words(error)
    return None if words is None else safe_text(words)


def _words(error: Exception) -> str | None:
    if isinstance(error, _OURS):
        return _flat(str(error))
    if isinstance(error, OSError):
        if error.strerror is None:
            return _flat(str(error))
        words = f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
        return words + (_whose(Path(os.fsdecode(error.filename))) if _is_closed(error) else "")
    return None


def _is_closed(error: OSError) -> bool:
    return isinstance(error, PermissionError) and isinstance(error.filename, str | bytes | os.PathLike)


def _whose(path: Path) -> str:
    """Who is refused, and to whom belongs what he may see of the path: commands are often called by the wrong user."""
    user = os.geteuid()
    for there in (path, *path.parents):
        try:
            owner = there.stat().st_uid
        except OSError:
            continue
        if owner != user:
            return f" (this is user id {user}, and {there} belongs to {owner}: run this as that user)"
        break
    return f" (this is user id {user})"


def _flat(words: str) -> str:
    return " ".join(words.split())
