"""Looks at a video file's own book-keeping: does the file hold as many bytes as it claims? No decoding.

ISO base media files (mp4, mov, m4v, 3gp) are a row of boxes that state their length (ISO/IEC 14496-12, 4.2), AVI is a
row of RIFF chunks that do, Matroska and WebM state the length of their segment (RFC 8794, RFC 9559). A copy that broke
off shows as a length that reaches past the end of the file. A file that was preallocated at full length passes here; it
is caught by comparing decoded frames with the container's claim (grading.video).
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import BinaryIO

_ISO_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"}
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


class Wholeness(Enum):
    """What the file says about itself."""

    WHOLE = "whole"
    CUT = "cut"
    UNKNOWN = "unknown"  # a kind of file that does not say, or none that we know


def wholeness(path: Path) -> Wholeness:
    """Whether the file is as long as it claims to be.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(12)
        stream.seek(0)
        if head[4:8] in _ISO_FIRST_BOXES:
            return _walk_boxes(stream, size)
        if head[:4] == b"RIFF":
            return _walk_riff(stream, size)
        if head[:4] == _EBML:
            return _read_segment(stream, size)
    return Wholeness.UNKNOWN


def _walk_boxes(stream: BinaryIO, size: int) -> Wholeness:
    at, kinds = 0, set()
    while at < size:
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            return Wholeness.CUT
        length, header = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        if length == 0:  # the last box, up to the end of the file
            length = size - at
        if length < header:
            return Wholeness.UNKNOWN  # not a box: rubbish behind the end, or a damaged file
        kinds.add(head[4:8])
        at += length
    # a film without an index, or an index without a film, lacks its other half
    has_film = b"mdat" in kinds or b"moof" in kinds
    return Wholeness.WHOLE if at == size and b"moov" in kinds and has_film else Wholeness.CUT


def _walk_riff(stream: BinaryIO, size: int) -> Wholeness:
    at = 0
    while at + 8 <= size:
        stream.seek(at)
        head = stream.read(8)
        if head[:4] not in (b"RIFF", b"JUNK"):
            return Wholeness.UNKNOWN
        length = int.from_bytes(head[4:8], "little")
        if length in (0, 0xFFFFFFFF):  # a recorder that never came back to fill it in
            return Wholeness.UNKNOWN
        at += 8 + length + length % 2
    return Wholeness.WHOLE if at <= size + 1 else Wholeness.CUT


def _read_segment(stream: BinaryIO, size: int) -> Wholeness:
    at = 0
    while at < size:
        stream.seek(at)
        head = stream.read(16)
        identity_bytes = _vint_length(head[0]) if head else 0
        if not 1 <= identity_bytes <= 4 or len(head) < identity_bytes + 1:
            return Wholeness.UNKNOWN
        size_bytes = _vint_length(head[identity_bytes])
        field = head[identity_bytes : identity_bytes + size_bytes]
        if not size_bytes or len(field) < size_bytes:
            return Wholeness.UNKNOWN
        length = int.from_bytes(field, "big") & ((1 << (7 * size_bytes)) - 1)
        unknown = length == (1 << (7 * size_bytes)) - 1
        if head[:identity_bytes] == _SEGMENT:
            if unknown:  # a live recording; it ends where the file ends
                return Wholeness.UNKNOWN
            return Wholeness.WHOLE if at + identity_bytes + size_bytes + length <= size else Wholeness.CUT
        at += identity_bytes + size_bytes + length
    return Wholeness.CUT


def _vint_length(first: int) -> int:
    """Bytes of an EBML variable-size integer, from its first byte; 0 if that byte cannot start one."""
    return 9 - first.bit_length() if first else 0
