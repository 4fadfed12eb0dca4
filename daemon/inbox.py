"""Looking at the inbox: which files are recordings, and which are left alone. The listing is the truth, not events."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from daemon.settling import Sighting

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
