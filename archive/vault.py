"""Whole sealed files: the sealed copy of a recording gets its final name only after it was read back and proved.

Nothing here removes a plain file; the caller does, once it has the receipt and the ledger knows it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from archive import files, sealing
from archive.jobs import Receipt
from archive.keys import Recipient, SecretKey
from archive.receipts import sorted_keys
from archive.streams import HashingReader, HashingSink


class SourceChangedError(OSError):
    """The plain file changed while it was being sealed, so that nobody knows what the copy holds.

    Its name is not in the message, which goes into the journal: it may hold that of a patient.
    """


class ReadBackError(OSError):
    """The sealed copy, read back from the disk, is not what was written: the disk cannot be trusted."""


def seal_file(
    source: Path,
    target: Path,
    recipients: Iterable[Recipient],
    *,
    read_back: Callable[[Path], BinaryIO] = files.opened_from_disk,
) -> Receipt:
    """Seal source as target and return what the archive now holds.

    An earlier target is replaced: after a crash the step runs again, and without a secret key nobody here can tell
    whether the earlier copy was a good one.

    Args:    read_back: opens what was written for reading it back; the real one bypasses the system's memory.
    Returns: name, SHA-256 and size of the sealed file as they were read back from the disk.
    Raises:  ReadBackError, SourceChangedError, OSError (disk full ...): then nothing new stands under target's name.
             ValueError: no recipient.
    """
    with files.unfinished(target.parent) as part:
        with source.open("rb") as plain:
            before = _stand(plain)
            wanted = tuple(recipients)
            reader = HashingReader(plain)
            file_key = sealing.seal(reader, part, wanted)
            after = _stand(plain)
        if before != after or reader.n_bytes != after.size_bytes:
            raise SourceChangedError("the file changed while it was being sealed; try again once it stands still")
        files.to_disk(part)
        with read_back(Path(part.name)) as written:
            receipt = _verified(written, file_key, reader.sha256(), target.name)
        files.put_in_place(Path(part.name), target)
    return replace(receipt, recipients=sorted_keys(wanted))


def rekey_file(
    path: Path,
    identities: Iterable[SecretKey],
    recipients: Iterable[Recipient],
    plain_sha256: str,
    *,
    note: Callable[[Receipt], object],
    read_back: Callable[[Path], BinaryIO] = files.opened_from_disk,
) -> None:
    """Put a new header before the body of a sealed file, for these recipients and no others. No plain text is written.

    The new file is written whole, read back, and proved to hold the recording before it takes the old one's place.

    Args:    plain_sha256: of the recording that must be in it.
             note: given the receipt of the new file (with path's name) once that is proved, before it is in place.
    Raises:  sealing.SealedFileError: it cannot be opened. ReadBackError: it holds something else, or came back
             damaged. OSError; what note raises: in each case the old file stands as it was. ValueError: no recipient.
    """
    wanted = tuple(recipients)
    with files.unfinished(path.parent) as part:
        with path.open("rb") as old:
            file_key = sealing.rekey(old, part, identities, wanted)
            _make_alike(old, part)
        files.to_disk(part)
        with read_back(Path(part.name)) as written:
            receipt = _verified(written, file_key, plain_sha256, path.name)
        note(replace(receipt, recipients=sorted_keys(wanted)))
        files.put_in_place(Path(part.name), path)


def opened_sha256(path: Path, identities: Iterable[SecretKey]) -> str:
    """SHA-256 (hex) of what a sealed file holds; no plain text is written anywhere.

    Raises: sealing.SealedFileError, OSError.
    """
    opened = HashingSink()
    with files.opened_from_disk(path) as sealed:
        sealing.unseal(sealed, opened, identities)
    return opened.sha256()


def unseal_file(source: Path, target: Path, identities: Iterable[SecretKey]) -> None:
    """Open a sealed file as target (replaced if it exists), readable by its owner only.

    Raises: sealing.SealedFileError, OSError: then target is as it was before; no plain text stays behind, also if this
            process is killed (where the file system knows files without a name, as the usual ones do).
    """
    with files.nameless(target.parent, mode=0o600) as part:
        with source.open("rb") as sealed:
            sealing.unseal(sealed, part, identities)
        files.to_disk(part)
        files.give_name(part, target)


def _make_alike(old: BinaryIO, new: BinaryIO) -> None:
    """Owner and permissions of the old file for the new one, so that the daemon can still read what root has made."""
    status = os.fstat(old.fileno())
    os.fchmod(new.fileno(), status.st_mode & 0o777)
    if os.geteuid() == 0:
        os.fchown(new.fileno(), status.st_uid, status.st_gid)


@dataclass(frozen=True)
class _Stand:
    size_bytes: int
    changed_ns: int


def _stand(file: BinaryIO) -> _Stand:
    status = os.fstat(file.fileno())
    return _Stand(status.st_size, status.st_mtime_ns)


def _verified(written: BinaryIO, file_key: sealing.FileKey, plain_sha256: str, name: str) -> Receipt:
    """The receipt of a sealed copy that holds the plain text with this SHA-256."""
    sealed, opened = HashingReader(written), HashingSink()
    try:
        sealing.unseal_with_file_key(sealed, opened, file_key)
    except sealing.SealedFileError as error:
        raise ReadBackError(
            f"the sealed copy {name} came back damaged from the disk ({error}); check the disk"
        ) from error
    if opened.sha256() != plain_sha256:
        raise ReadBackError(f"the sealed copy {name} holds something else than its recording; check disk and memory")
    return Receipt(name, sealed.sha256(), sealed.n_bytes)
