"""The work folder: recordings taken out of the inbox, each in a folder of its own that keeps the original name.

    new-<random>FOLDER/NAME    claimed, not fingerprinted yet; FOLDER: "=" and the inbox's folder it lay in, if any
    <SHA-256>/NAME             the recording of the ledger's row with that id
    copy-<SHA-256>-<random>/NAME   the same content once more

A folder changes its kind by one rename, and only after the ledger knows what the new name says. So a crash at any
point leaves a folder whose kind says what is still to do: a `new-` folder is simply fingerprinted again.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import signal
import stat
from dataclasses import dataclass
from pathlib import Path

from archive.files import make_folder, remove_surely, sweep_unfinished
from archive.moving import copy_away, move_whole

_NEW = "new-"
_FROM, _SLASH = "=", "\N{DIVISION SLASH}"  # a folder's name in a folder's name
_LONGEST_FROM_BYTES = 180  # a name may have 255
_ID = r"[0-9a-f]{64}"
_OWN = re.compile(_ID)
_COPY = re.compile(rf"copy-({_ID})-[0-9a-f]+")


class NoRecordingError(ValueError):
    """What was claimed is no regular file; it was put back."""


@dataclass(frozen=True)
class Claim:
    """A folder of the work folder and the one file in it. id: SHA-256 by the folder's name, "" if not known yet.

    came_from: the folder of the inbox that the file lay in, "" if in the inbox itself or if that is not known any more.
    """

    folder: Path
    file: Path
    id: str
    is_copy: bool = False
    came_from: str = ""


class Claims:
    """All that lies in the work folder."""

    def __init__(self, work: Path) -> None:
        self._work = work

    def claim(self, path: Path, came_from: str = "") -> Claim:
        """Take a file out of the inbox: from here on nobody else writes it, moves it or takes it too.

        Args:   came_from: the folders between inbox and file, such as "bed12/today".
        Raises: OSError: it cannot be moved; it is still in the inbox. NoRecordingError: it is no regular file any more.
        """
        folder = self._work / f"{_NEW}{secrets.token_hex(8)}{_from_name(came_from)}"
        make_folder(folder, 0o700)
        file = folder / path.name
        try:
            # a file with other names could still be changed by these: what is worked on is a copy of its own
            (copy_away if _has_other_names(path) else move_whole)(path, file)
        except OSError:
            _remove_if_empty(folder)
            raise
        if not stat.S_ISREG(file.lstat().st_mode):
            move_whole(file, path)
            folder.rmdir()
            raise NoRecordingError("it is a link or a device, not a file")
        return Claim(folder, file, "", came_from=came_from)

    def keep(self, claim: Claim, id: str) -> Claim:
        """From now on this is the recording of the ledger's row `id`."""
        return self._renamed(claim, self._work / id, id)

    def keep_as_copy(self, claim: Claim, id: str) -> Claim:
        """From now on this is one more copy of `id`."""
        return self._renamed(claim, self._work / f"copy-{id}-{secrets.token_hex(8)}", id, is_copy=True)

    def file_of(self, id: str) -> Path | None:
        """The recording of that row, or None if it is not here."""
        found = _claim_in(self._work / id)
        return found.file if found else None

    def all(self) -> tuple[Claim, ...]:
        """Everything that was claimed; folders that a crash left empty are removed on the way."""
        found = []
        for folder in sorted(self._work.iterdir()):
            if not folder.is_dir():
                continue
            claim = _claim_in(folder)
            if claim is None:
                _remove_if_empty(folder)
            else:
                found.append(claim)
        return tuple(found)

    def unknown(self) -> tuple[Claim, ...]:
        """What was claimed and not fingerprinted. Looks into no other folder: thousands may wait to be graded."""
        with os.scandir(self._work) as entries:
            folders = sorted(entry.path for entry in entries if entry.name.startswith(_NEW))
        return tuple(claim for claim in map(_claim_in, map(Path, folders)) if claim is not None)

    def remove(self, claim: Claim) -> None:
        """Remove the plain recording. Only after its sealed copy was verified."""
        remove_surely(claim.file)
        _remove_if_empty(claim.folder)

    def remove_of(self, id: str) -> None:
        """Remove the plain recording of that row, if it is still there."""
        found = _claim_in(self._work / id)
        if found:
            self.remove(found)

    def sweep(self) -> None:
        """Remove half copies that a crash left in the folders. Only at a start."""
        for folder in self._work.iterdir():
            if folder.is_dir():
                sweep_unfinished(folder)

    def _renamed(self, claim: Claim, folder: Path, id: str, *, is_copy: bool = False) -> Claim:
        _remove_if_empty(folder)
        move_whole(claim.folder, folder)
        return Claim(folder, folder / claim.file.name, id, is_copy)


def is_being_written(path: Path) -> bool:
    """Whether a program has the file open for writing, as far as the kernel tells (own files; all with CAP_LEASE).

    A read lease is granted only where nobody writes. It is given back at once; SIGURG, which is ignored by default,
    takes the place of SIGIO, which would end us if somebody opened the file in that instant.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # not ours to ask, or a file system without leases: settling alone decides
    finally:
        os.close(descriptor)
    return False


def _has_other_names(path: Path) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_nlink > 1


def _claim_in(folder: Path) -> Claim | None:
    try:
        files = [path for path in folder.iterdir() if not path.name.startswith(".peea-")]
    except FileNotFoundError:
        return None
    if not files:
        return None
    copy = _COPY.fullmatch(folder.name)
    own = folder.name if _OWN.fullmatch(folder.name) else ""
    came_from = folder.name.partition(_FROM)[2].replace(_SLASH, "/") if folder.name.startswith(_NEW) else ""
    return Claim(folder, files[0], copy[1] if copy else own, is_copy=copy is not None, came_from=came_from)


def _from_name(came_from: str) -> str:
    """The folders as the end of a name; of names too long together, the innermost folders."""
    parts = came_from.split("/")
    while parts and len(os.fsencode(_SLASH.join(parts))) > _LONGEST_FROM_BYTES:
        parts.pop(0)
    return _FROM + _SLASH.join(parts) if any(parts) else ""


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # not there, or not empty: then it is still needed
