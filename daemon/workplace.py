"""The folders of a ward: where each thing lies, made with the right permissions, and held by one daemon at a time."""

from __future__ import annotations

import os
import stat
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from archive import locks
from archive.files import make_folder
from archive.locks import HeldElsewhereError, holder_of
from config.settings import Ward

__all__ = ["HeldElsewhereError", "Workplace", "WorkplaceError", "held", "holder_of"]


_MISSING = "missing"
INBOX_MODE = 0o3770  # a letter box: whoever may put files in cannot rename or remove those of others


class WorkplaceError(RuntimeError):
    """A folder of the ward cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class Workplace:
    """Where the things of one ward lie; all paths absolute."""

    inbox: Path
    sheets: Path
    announcements: Path
    archive: Path
    keys: Path
    state: Path

    @classmethod
    def of(cls, ward: Ward) -> Workplace:
        """The folders that the settings name."""
        return cls(ward.inbox, ward.sheets, ward.announcements, ward.archive, ward.keys, ward.state)

    @property
    def work(self) -> Path:
        """Recordings that were claimed and are not sealed yet."""
        return self.state / "work"

    @property
    def stale(self) -> Path:
        """One empty file per day whose workbook must be written again."""
        return self.state / "stale-sheets"

    @property
    def waiting_sheets(self) -> Path:
        """Which of the workbooks that must be written again could not be, since when and why."""
        return self.state / "waiting-sheets.json"

    @property
    def unwritten_results(self) -> Path:
        """One empty file per recording whose result sheet must be written."""
        return self.state / "unwritten-results"

    @property
    def models(self) -> Path:
        """Versions of the network."""
        return self.state / "models"

    @property
    def cache(self) -> Path:
        """What can be made again at any time."""
        return self.state / "cache"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.state / "ledger.sqlite"

    @property
    def inbox_is_mounted(self) -> Path:
        """An empty file, once something was mounted at the inbox."""
        return self.state / "inbox-is-mounted"

    @property
    def hindrances(self) -> Path:
        """What hinders the daemon right now, in its words."""
        return self.state / "hindrances.json"

    @property
    def lock(self) -> Path:
        """The file that the daemon at work holds."""
        return self.state / "lock"

    def folder_of(self, path: Path) -> Path | None:
        """The innermost folder of the ward that holds the path: may be named where file names may not; None: none."""
        folders = (self.work, self.inbox, self.sheets, self.announcements, self.archive, self.keys, self.state)
        return next((folder for folder in folders if path.is_relative_to(folder)), None)

    def make(self) -> None:
        """Make what is missing; what is there keeps its permissions, which may be the sysadmin's choice.

        Raises: WorkplaceError: a folder cannot be made or used.
        """
        for folder in (self.keys, self.state, self.work, self.stale, self.models, self.cache, self.archive):
            _make(folder, 0o700)
        for folder in (self.sheets, self.announcements):
            _make(folder, 0o750)
        _make(self.inbox, INBOX_MODE)

    @property
    def keeping_lock(self) -> Path:
        """The file that a command holds while it changes sealed files."""
        return self.state / "keeping.lock"

    def check(self, *, may_be_missing: bool = False) -> None:
        """Look whether this process may do its work in every folder.

        Args:   may_be_missing: they are not made yet; only those that are there are looked at.
        Raises: WorkplaceError: all the folders that are missing or closed to this user, in one message.
        """
        wrong = [
            f"{folder} is {_state_of(folder)}"
            for folder in (self.inbox, self.sheets, self.announcements, self.archive, self.state, self.work)
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK)
            and not (may_be_missing and _state_of(folder) == _MISSING)
        ]
        if wrong:
            raise WorkplaceError(
                f"{'; '.join(wrong)}. PEEA runs as user id {os.geteuid()}; "
                "give it these folders (chown, chmod u+rwx; a read-only disk: mount -o remount,rw), or name others "
                "under [ward] in peea.toml"
            )

    def strange_owner(self) -> str:
        """A warning if the ward's state belongs to another user than this one; "" if not."""
        owner, user = self.state.stat().st_uid, os.geteuid()
        if owner == user:
            return ""
        return (
            f"{self.state} belongs to user id {owner}, and this daemon runs as {user}: what it writes may be closed to "
            "the daemon that runs there otherwise; run it as that user"
        )


def _make(folder: Path, mode: int) -> None:
    try:
        make_folder(folder, mode & 0o777)  # the unit refuses to make folders with the set-group-id bit
    except FileExistsError:
        if not folder.is_dir():
            raise WorkplaceError(f"{folder} is a file, but a folder is needed there; move it away") from None
    except OSError as error:
        raise WorkplaceError(
            f"{folder} cannot be made: {error.strerror}; make it, or set another in peea.toml"
        ) from error
    else:
        try:
            folder.chmod(mode)
        except PermissionError:  # as above; without that bit what is dropped has the group of whoever dropped it
            folder.chmod(mode & ~stat.S_ISGID)


def _state_of(folder: Path) -> str:
    try:
        status = folder.stat()
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            return "on a read-only disk"
    except FileNotFoundError:
        return _MISSING
    except OSError as error:
        return f"out of reach ({error.strerror})"
    return f"closed to it (owner {status.st_uid}, mode {status.st_mode & 0o7777:04o})"


def held(lock: Path) -> AbstractContextManager[None]:
    """Hold the ward for this process until the block ends; a process that dies lets go by dying.

    Raises: HeldElsewhereError: another process holds it.
    """
    return locks.held(
        lock,
        "a PEEA daemon is already at work here: process {process} holds {lock}; "
        "stop it first (systemctl stop peea), or name another folder with --ward",
    )
