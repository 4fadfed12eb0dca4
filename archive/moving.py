"""Moves whole files, also from one file system to another, in the rhythm of archive.files: never half, never lost."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from archive.files import (
    COPY_BYTES,
    folder_to_disk,
    opened_regular,
    rename_without_replacing,
    seen,
    to_disk,
    unfinished,
)


def move_whole(source: Path, target: Path) -> None:
    """Move a file, also to another file system, where it is copied whole before the source goes.

    Raises: FileExistsError: there is something at target. FileNotFoundError: no source. In each case nothing was moved.
    """
    try:
        rename_without_replacing(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy_away(source, target)
        return
    folder_to_disk(target.parent)
    if source.parent != target.parent:
        folder_to_disk(source.parent)


def copy_away(source: Path, target: Path) -> None:
    """Copy a file whole, and only then remove it under this name; other names that it may have stay.

    Raises: OSError: it changed meanwhile, it is a link, a pipe or a device, it cannot be read or removed, or there is
    something at target: then it is where it was, and there is no copy.
    """
    before = seen(source)
    _copy_without_replacing(source, target)
    try:
        folder_to_disk(target.parent)
        if seen(source) != before:
            raise OSError(errno.EAGAIN, "it changed while it was copied")
        source.unlink()  # only now: the other disk may keep the removal before this one keeps the copy's name
    except OSError:
        target.unlink(missing_ok=True)
        raise
    folder_to_disk(source.parent)


def _copy_without_replacing(source: Path, target: Path) -> None:
    # 0600: of the source's rights, such as one to run it as its owner, none is taken over
    with opened_regular(source) as original, unfinished(target.parent, 0o600) as part:
        shutil.copyfileobj(original, part, COPY_BYTES)
        to_disk(part)
        status = os.fstat(original.fileno())
        os.utime(part.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
        rename_without_replacing(Path(part.name), target)
