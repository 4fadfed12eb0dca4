"""The encrypted body of a sealed file: chunks of 64 KiB, numbered, the last one marked (age v1, docs/sealed-file.md).

Streams: two chunks are in memory at a time. The numbers refuse swapped and repeated chunks, the mark on the last one
refuses a cut end. Plain text of good chunks is written before a bad one is met: only `vault` keeps it from being used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from archive import primitives
from archive.header import HeaderError, SealedFileError
from archive.streams import Readable, Writable

CHUNK_BYTES = 64 * 1024
SEALED_CHUNK_BYTES = CHUNK_BYTES + primitives.TAG_BYTES
NONCE_BYTES = 16
COUNTER_BYTES = 11
MORE, LAST = b"\x00", b"\x01"


class DamagedError(SealedFileError):
    """The body was changed, cut, extended or put in another order after sealing."""


@dataclass(frozen=True)
class _Chunk:
    number: int
    data: bytes
    ends: bool


def seal(source: Readable, sink: Writable, file_key: bytes) -> None:
    """Write the body that holds everything left in source."""
    nonce = primitives.fresh(NONCE_BYTES)
    boxes = _boxes(file_key, nonce)
    _write_all(sink, nonce)
    for chunk in _chunks(source, CHUNK_BYTES):
        _write_all(sink, boxes.close(_chunk_nonce(chunk, LAST if chunk.ends else MORE), chunk.data))


def unseal(source: Readable, sink: Writable, file_key: bytes) -> None:
    """Write the plain text of the body that is left in source, chunk by chunk as each is proved.

    Raises: DamagedError: at the first chunk that is not as sealed; what was written until then must not be used.
            HeaderError: the file ends before the body's nonce is complete.
    """
    nonce = _read_full(source, NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise HeaderError(
            f"the file ends right after its header: {len(nonce)} of {NONCE_BYTES} bytes of the body's nonce"
        )
    boxes = _boxes(file_key, nonce)
    for chunk in _chunks(source, SEALED_CHUNK_BYTES):
        _open(boxes, chunk, sink)


def _boxes(file_key: bytes, nonce: bytes) -> primitives.Boxes:
    return primitives.Boxes(primitives.derived_key(file_key, salt=nonce, info=b"payload"))


def _chunk_nonce(chunk: _Chunk, mark: bytes) -> bytes:
    return chunk.number.to_bytes(COUNTER_BYTES, "big") + mark


def _open(boxes: primitives.Boxes, chunk: _Chunk, sink: Writable) -> None:
    """Write the plain text of a chunk that is as sealed, and refuse it if it does not stand where it was sealed."""
    where = f"chunk {chunk.number + 1} (of {CHUNK_BYTES // 1024} KiB each)"
    if len(chunk.data) < primitives.TAG_BYTES:
        raise DamagedError(f"{where}: the file is cut off; get a complete copy")
    try:
        plain = boxes.open(_chunk_nonce(chunk, LAST if chunk.ends else MORE), chunk.data)
    except primitives.ForgedError as error:
        _open_at_wrong_end(boxes, chunk, sink, where, error)
    if not plain and chunk.number:
        raise DamagedError(f"{where}: an empty last chunk, which no honest program writes")
    _write_all(sink, plain)


def _open_at_wrong_end(
    boxes: primitives.Boxes, chunk: _Chunk, sink: Writable, where: str, error: primitives.ForgedError
) -> NoReturn:
    """Tell a file that was cut or extended at a chunk's edge from a changed one: the first is worth fetching again."""
    try:
        plain = boxes.open(_chunk_nonce(chunk, MORE if chunk.ends else LAST), chunk.data)
    except primitives.ForgedError:
        raise DamagedError(f"{where}: it was changed or cut after sealing; use another copy of the file") from error
    if chunk.ends and len(plain) < CHUNK_BYTES:
        raise DamagedError(f"{where}: a short chunk that is not marked as the last, which no honest program writes")
    _write_all(sink, plain)
    if chunk.ends:
        raise DamagedError(f"{where}: the file is cut off after this chunk; get a complete copy")
    raise DamagedError(f"{where}: something was appended to the file after its end; use another copy")


def _chunks(source: Readable, chunk_bytes: int) -> Iterator[_Chunk]:
    """What is left in source, in pieces; at least one, though it be empty. Looks one piece ahead to know the last."""
    number = 0
    data = _read_full(source, chunk_bytes)
    while following := _read_full(source, chunk_bytes):
        yield _Chunk(number, data, ends=False)
        number, data = number + 1, following
    yield _Chunk(number, data, ends=True)


def _read_full(source: Readable, n_bytes: int) -> bytes:
    """n_bytes, or fewer only at the end of source: pipes and raw files hand out less than they are asked for."""
    data = source.read(n_bytes)
    while len(data) < n_bytes and (more := source.read(n_bytes - len(data))):
        data += more
    return data


def _write_all(sink: Writable, data: bytes) -> None:
    """Write until nothing is left: raw files may take less than they are given."""
    left = memoryview(data)
    while left:
        left = left[sink.write(left) :]
