"""Looking at the inbox: is it there, which files are recordings, which are left alone. The listing is the truth."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from daemon.mounts import MOUNTS, is_mount_point, mount_of
from daemon.settling import Sighting

MARK = ".peea-inbox"  # lies on a share that is mounted as inbox; hidden, so that it is never taken for a recording
DEEPEST = 8  # folders dropped in are looked into; a loop of mounts is not followed for ever

# What programs call a file that they have not finished, or that is only theirs.
_UNFINISHED = re.compile(
    r"""
    \..*                        # hidden; also .~lock.NAME#, ._NAME (macOS), .nfs0000, .smbdelete1, rsync's .NAME.a8Xk2p
    | .*\.(part|filepart|partial|crdownload|download|tmp|temp|swp|!ut)
    | ~\$.*                     # an open Office document
    | .*~
    | \.?smbdelete.* | .*:Zone\.Identifier
    | Thumbs\.db | desktop\.ini | @eaDir | lost\+found
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Listing:
    """One look at the inbox: recordings by path, and the paths of what nobody should wait for."""

    recordings: dict[Path, Sighting]
    left_alone: tuple[Path, ...]


class Place:
    """Where the inbox is: whether it is the one that was there before, and not what lies below an unmounted share.

    A share that is mounted at the inbox gets a mark file, and that there is one is remembered in `memory`. While
    nothing is mounted there any more, what is seen is no inbox, however much it looks like an empty one.
    """

    def __init__(self, folder: Path, memory: Path, mounts: Path = MOUNTS) -> None:
        self.folder = folder
        self._memory = memory
        self._mounts = mounts

    @property
    def is_network(self) -> bool:
        """Whether other machines or programs write there behind the kernel's back."""
        mount = mount_of(self.folder, self._mounts)
        return mount is not None and mount.is_network

    def remember(self) -> None:
        """Mark a share that is mounted here. Where it cannot be marked, claiming will tell soon enough."""
        with suppress(OSError):
            if is_mount_point(self.folder, self._mounts) and not (self._memory.exists() and self._mark.exists()):
                # no link of a stranger's is followed: it would have an empty file made where PEEA may write
                os.close(os.open(self._mark, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
                self._memory.touch()

    def trouble(self) -> str:
        """Why this is not the inbox, in words; "" if it is."""
        try:
            is_away = self._memory.exists() and not self._mark.exists()
        except OSError:
            return ""  # closed to us: looking will tell
        if not is_away or is_mount_point(self.folder, self._mounts):
            return ""
        return (
            f"the share at {self.folder} is not mounted (no {MARK}): mount it; if the inbox is meant to be a "
            f"plain folder from now on, remove {self._memory}"
        )

    @property
    def _mark(self) -> Path:
        return self.folder / MARK


def is_unfinished(name: str) -> bool:
    """Whether a file of that name belongs to a program that is still at it."""
    return _UNFINISHED.fullmatch(name) is not None


def look(inbox: Path, suffixes: tuple[str, ...]) -> Listing:
    """All regular files in the inbox and its folders. Links, FIFOs and devices are never followed or opened.

    left_alone: what has another ending, is no regular file, or may not be read; unfinished files are in neither.
    Raises: OSError: the inbox itself cannot be listed.
    """
    recordings: dict[Path, Sighting] = {}
    left_alone: list[Path] = []
    for entry in _entries(inbox, DEEPEST):
        path = Path(entry.path)
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue  # gone between listing and looking
        if not stat.S_ISREG(status.st_mode) or path.suffix.lower() not in suffixes or not os.access(path, os.R_OK):
            left_alone.append(path)
            continue
        recordings[path] = Sighting(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Listing(recordings, tuple(sorted(left_alone)))


def _entries(folder: Path, deepest: int) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = [entry for entry in found if not is_unfinished(entry.name)]
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            yield entry
        elif deepest > 0:
            try:
                yield from _entries(Path(entry.path), deepest - 1)
            except (PermissionError, FileNotFoundError):
                yield entry  # a folder that cannot be opened is named among what is left alone
