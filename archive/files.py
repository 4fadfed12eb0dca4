"""Whole files or none: the one place that writes, moves and removes files so that a power cut leaves no half of one.

Always the same rhythm: a temporary name in the same folder, fsync, one rename, fsync of the folder. A temporary name
starts with a dot (shares hide it) and does not tell what it will become; `sweep_unfinished` removes what a crash left.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

TEMPORARY_PREFIX = ".peea-"
TEMPORARY_SUFFIX = ".part"
COPY_BYTES = 1024 * 1024

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_C_LIBRARY = ctypes.CDLL(None, use_errno=True)
# what a file system (network mounts mostly) answers when it does not know an operation: nothing went wrong
_NOT_KNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def write_whole(path: Path, data: bytes) -> None:
    """Put data at path, replacing what is there: readers see the old file or the new one, never a part.

    Raises: OSError: the disk is full, the folder is missing or not ours; the old file then still stands.
    """
    with unfinished(path.parent) as part:
        part.write(data)
        to_disk(part)
        put_in_place(Path(part.name), path)


@dataclass(frozen=True)
class Seen:
    """A file as it was at one moment; whoever changes it afterwards makes it another one."""

    inode: int
    size_bytes: int
    changed_ns: int


def seen(path: Path) -> Seen | None:
    """The file at path as it is now; None: there is none."""
    try:
        return _seen(path.stat())
    except FileNotFoundError:
        return None


def read_whole(path: Path) -> tuple[bytes, Seen]:
    """A file's content, and the file as it was before its first byte was read. Raises: OSError."""
    with open(path, "rb", opener=_opened_at_once) as file:
        return file.read(), _seen(_regular(file, path))


def opened_regular(path: Path) -> BinaryIO:
    """Open a file of strangers for reading: no link is followed, no pipe is waited for. Raises: OSError: it is one."""
    file = open(path, "rb", opener=lambda name, flags: _opened_at_once(name, flags | os.O_NOFOLLOW))  # noqa: SIM115
    try:
        _regular(file, path)
    except OSError:
        file.close()
        raise
    return file


def replace_unchanged(path: Path, data: bytes, before: Seen | None) -> Seen | None:
    """As `write_whole`, but only if the file is still the one that was seen (None: there was none).

    Convention: whoever may read or write in the folder may do so with the file, whatever the umask.
    Returns: the new file as it is now; None: somebody else has written there meanwhile, and that was left as it is.
    """
    with unfinished(path.parent) as part:
        part.write(data)
        with suppress(PermissionError):  # some network mounts have rights of their own
            os.fchmod(part.fileno(), path.parent.stat().st_mode & 0o666)
        to_disk(part)
        mine = _seen(os.fstat(part.fileno()))
        if seen(path) != before:
            return None
        if before is not None:
            put_in_place(Path(part.name), path)
            return mine
        try:
            rename_without_replacing(Path(part.name), path)
        except FileExistsError:
            return None
        folder_to_disk(path.parent)
        return mine


def write_new(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Put data at a path where nothing is yet. Raises: FileExistsError: something is there; it is left as it is."""
    with unfinished(path.parent, mode) as part:
        part.write(data)
        to_disk(part)
        rename_without_replacing(Path(part.name), path)
        folder_to_disk(path.parent)


def content_to_disk(path: Path) -> None:
    """Return once the content of a file is on the disk itself, whoever wrote it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, mode: int, *, may_exist: bool = False) -> None:
    """Make a folder, and those above it that are missing, so that what is put there is not lost with the folder's name.

    Raises: FileExistsError: it is there already, or something else is. OSError: it cannot be made.
    """
    if not folder.parent.is_dir():
        make_folder(folder.parent, mode, may_exist=True)
    folder.mkdir(mode=mode, exist_ok=may_exist)
    folder_to_disk(folder.parent)  # also if it was there: whoever made it may have been killed before this line


def mark_surely(path: Path) -> None:
    """Make an empty file that is still there after a power cut; one that is there already stays."""
    path.touch()
    folder_to_disk(path.parent)


def remove_surely(path: Path) -> None:
    """Remove a file so that it stays removed after a power cut; it may be gone already."""
    path.unlink(missing_ok=True)
    folder_to_disk(path.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep_unfinished(folder: Path) -> tuple[str, ...]:
    """Remove the temporary files that a crash left in this folder (not below it) and name them.

    Only for a start, when nothing else of ours writes there: a file that is just being written looks the same.
    """
    left = [
        path
        for path in sorted(folder.iterdir())
        if path.name.startswith(TEMPORARY_PREFIX)
        and path.name.endswith(TEMPORARY_SUFFIX)
        and stat.S_ISREG(path.lstat().st_mode)
    ]
    for path in left:
        path.unlink(missing_ok=True)
    if left:
        folder_to_disk(folder)
    return tuple(path.name for path in left)


@contextmanager
def unfinished(folder: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file under a temporary name (its `.name`) for writing; removed at the end unless it was put in place.

    Convention: mode is what the umask is taken from, as for any new file.
    """
    path = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def nameless(folder: Path, mode: int) -> Iterator[BinaryIO]:
    """A new file for writing that has no name and is gone with this process, whatever ends it, until `give_name`.

    For what must not lie about in halves. Where the file system knows no such files: as `unfinished`.
    """
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno not in (*_NOT_KNOWN, errno.EISDIR):
            raise
        with unfinished(folder, mode) as part:
            yield part
        return
    with os.fdopen(descriptor, "wb") as file:
        yield file


def give_name(file: BinaryIO, target: Path) -> None:
    """Put a file of `nameless` that is on the disk in place, replacing what was there."""
    if isinstance(file.name, str):
        put_in_place(Path(file.name), target)
        return
    named = target.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:  # only with a folder given does Python follow the link to the open file
        os.link(f"/proc/self/fd/{file.fileno()}", named.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
    put_in_place(named, target)


def to_disk(file: BinaryIO) -> None:
    """Return once everything written to the file is on the disk itself."""
    file.flush()
    os.fsync(file.fileno())


def put_in_place(temporary: Path, target: Path) -> None:
    """Give a finished temporary file its final name, replacing what was there."""
    temporary.replace(target)
    folder_to_disk(target.parent)


def put_folder_in_place(temporary: Path, target: Path) -> None:
    """Give a finished folder its final name in the same parent. Raises: OSError: there is something at target."""
    folder_to_disk(temporary)
    temporary.rename(target)
    folder_to_disk(target.parent)


def opened_from_disk(path: Path) -> BinaryIO:
    """Open a file for reading after making the system forget what it holds of it in memory: the disk itself is read.

    Only what `to_disk` was called for can be forgotten.
    """
    file = path.open("rb")
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return file


def rename_without_replacing(source: Path, target: Path) -> None:
    """One rename that fails if target exists; Python has no name for it, so the C library's renameat2 is called."""
    answer = _C_LIBRARY.renameat2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE)
    if answer == 0:
        return
    number = ctypes.get_errno()
    if number in _NOT_KNOWN and not os.path.lexists(target):
        source.rename(target)
        return
    if number in (errno.EEXIST, *_NOT_KNOWN):
        raise FileExistsError(errno.EEXIST, "there is a file of that name already; move it away first", str(target))
    raise OSError(number, os.strerror(number), str(source), None, str(target))


def _opened_at_once(name: str, flags: int) -> int:
    """A pipe would be waited for until somebody writes to it."""
    return os.open(name, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _regular(file: BinaryIO, path: Path) -> os.stat_result:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file; move it away", str(path))
    return status


def _seen(status: os.stat_result) -> Seen:
    return Seen(status.st_ino, status.st_size, status.st_mtime_ns)


def folder_to_disk(folder: Path) -> None:
    """Return once the names in a folder are on the disk itself, as far as its file system can promise that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_KNOWN:
            raise
    finally:
        os.close(descriptor)
