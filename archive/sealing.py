"""Sealing: a stream is encrypted so that only holders of some secret keys can read it (age v1, docs/sealed-file.md).

    SealedFileError (ValueError)
    ├── HeaderError         not an age v1 file, or a header that the format forbids
    │   └── HeaderMacError  the header was changed
    ├── NoMatchError        sealed for other keys
    └── DamagedError        the body was changed, cut, extended or put in another order

These functions stream and know no file names; `vault` makes whole files of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive import header, payload, primitives
from archive.header import HeaderError, HeaderMacError, NoMatchError, SealedFileError
from archive.keys import Recipient, SecretKey
from archive.payload import DamagedError
from archive.streams import Readable, Writable

__all__ = [
    "DamagedError",
    "FileKey",
    "HeaderError",
    "HeaderMacError",
    "NoMatchError",
    "SealedFileError",
    "rekey",
    "seal",
    "unseal",
    "unseal_with_file_key",
]


@dataclass(frozen=True, repr=False)
class FileKey:
    """The key (16 bytes) of one sealed file. Kept in memory only, as long as it takes to verify what was written."""

    secret: bytes

    def __repr__(self) -> str:
        return "FileKey(hidden)"


def seal(source: Readable, sink: Writable, recipients: Iterable[Recipient]) -> FileKey:
    """Seal everything left in source for each of the recipients. Raises: ValueError: there is no recipient."""
    wanted = _somebody(recipients)
    file_key = FileKey(primitives.fresh(header.FILE_KEY_BYTES))
    sink.write(header.build(file_key.secret, wanted))
    payload.seal(source, sink, file_key.secret)
    return file_key


def rekey(
    source: Readable, sink: Writable, identities: Iterable[SecretKey], recipients: Iterable[Recipient]
) -> FileKey:
    """Copy a sealed stream with a new header, so that these recipients can open it and no others; the body stays.

    The body is neither decrypted nor proved on the way: `unseal_with_file_key` does that, with the key returned.
    Whoever kept a copy from before opens that with the old keys as ever, and with it knows the file key of this one.
    Raises: SealedFileError: none of the identities opens it. ValueError: there is no recipient.
    """
    file_key = FileKey(header.unwrap(header.read(source), tuple(identities)))
    sink.write(header.build(file_key.secret, _somebody(recipients)))
    while data := source.read(payload.SEALED_CHUNK_BYTES):
        sink.write(data)
    return file_key


def unseal(source: Readable, sink: Writable, identities: Iterable[SecretKey]) -> None:
    """Write what a sealed stream holds. Plain text may have been written before an error: it must then not be used.

    Raises: SealedFileError: see the tree above.
    """
    file_key = header.unwrap(header.read(source), tuple(identities))
    payload.unseal(source, sink, file_key)


def unseal_with_file_key(source: Readable, sink: Writable, file_key: FileKey) -> None:
    """As `unseal`, by the key that `seal` returned: how a sealed copy is verified where no secret key is."""
    header.check_mac(header.read(source), file_key.secret)
    payload.unseal(source, sink, file_key.secret)


def _somebody(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    wanted = tuple(recipients)
    if not wanted:
        raise ValueError("a file sealed for nobody could never be opened; give at least one recipient")
    return wanted
