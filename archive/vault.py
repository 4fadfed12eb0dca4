"""Whole sealed files: the sealed copy of a recording gets its final name only after it was read back and proved.

Nothing here removes a plain file; the caller does, once it has the receipt and the ledger knows it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive import files, sealing
from archive.jobs import Receipt
from archive.keys import Recipient, SecretKey
from archive.streams import HashingReader, HashingSink


class SourceChangedError(OSError):
    """The plain file changed while it was being sealed, so that nobody knows what the copy holds."""


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
            reader = HashingReader(plain)
            file_key = sealing.seal(reader, part, recipients)
            after = _stand(plain)
        if before != after or reader.n_bytes != after.size_bytes:
            raise SourceChangedError(f"{source} changed while it was being sealed; try again once it stands still")
        files.to_disk(part)
        with read_back(Path(part.name)) as written:
            receipt = _verified(written, file_key, reader.sha256(), target.name)
        files.put_in_place(Path(part.name), target)
    return receipt


def unseal_file(source: Path, target: Path, identities: Iterable[SecretKey]) -> None:
    """Open a sealed file as target (replaced if it exists), readable by its owner only.

    Raises: sealing.SealedFileError, OSError: then target is as it was before; no plain text stays behind.
    """
    with files.unfinished(target.parent, mode=0o600) as part:
        with source.open("rb") as sealed:
            sealing.unseal(sealed, part, identities)
        files.to_disk(part)
        files.put_in_place(Path(part.name), target)


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
