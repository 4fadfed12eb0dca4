"""Looks at a video file's own book-keeping: does the file hold as many bytes as it claims? No decoding.

ISO base media files, AVI, ASF (wmv), Matroska and WebM are rows of parts that state their length; transport and program
streams are rows of packets. A copy that broke off shows as a part that reaches past the end of the file, or, where the
file was made at full length first, as zeros where the next part should be. What is left is caught by comparing decoded
frames with what the container claims (grading.video).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from grading import iso_boxes, matroska

_EBML = b"\x1a\x45\xdf\xa3"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_PACK = b"\x00\x00\x01\xba"
_SYNC = 0x47
_TAIL_BYTES = 256 * 1024
ZEROS = bytes(4096)  # a hole of a disk's block; compressed pictures hold no such run
_PIECE_BYTES = 1024 * 1024
MOST_PARTS = 200_000


class Wholeness(Enum):
    """What the file says about itself."""

    WHOLE = "whole"
    CUT = "cut"
    UNKNOWN = "unknown"  # a kind of file that does not say, or none that we know


@dataclass(frozen=True)
class Bookkeeping:
    """What a file says of itself.

    video_frames: how many frames it holds, where that can be counted without decoding; else None.
    shown_share: of its frames (see iso_boxes.Boxes).
    claims_are_exact: the number of frames that the container names is counted, not worked out from its length, which is
    that of the sound if that is longer.
    """

    wholeness: Wholeness
    video_frames: int | None = None
    shown_share: float = 1.0
    claims_are_exact: bool = False


def wholeness(path: Path) -> Wholeness:
    """Whether the file is as long as it claims to be. Raises: OSError: the file cannot be read."""
    return bookkeeping(path).wholeness


def bookkeeping(path: Path) -> Bookkeeping:
    """What the file says of itself. Raises: OSError: the file cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(16)
        stream.seek(0)
        if head[4:8] in iso_boxes.FIRST_BOXES:
            boxes = iso_boxes.walk(stream, size)
            frames = boxes.fragment_frames or None
            return Bookkeeping(_said(boxes.is_cut, boxes.is_known), frames, boxes.shown_share, frames is None)
        if head[:4] == b"RIFF":
            return Bookkeeping(_walk_riff(stream, size), claims_are_exact=True)
        if head[:4] == _EBML:
            found = matroska.walk(stream, size)
            return Bookkeeping(_said(found.is_cut, found.is_known), found.video_frames or None)
        if head == _ASF:
            return Bookkeeping(_walk_asf(stream, size))
        return Bookkeeping(_look_at_packets(stream, size))


def has_hole(path: Path) -> bool:
    """Whether there is a long run of zeros in the film: where a copying program has left out what it never wrote.

    Padding before the film is often zeros (JUNK of an AVI, the free box of an mp4) and no hole.
    """
    with path.open("rb") as stream:
        start = stream.read(_PIECE_BYTES)
        stream.seek(max(start.find(b"movi"), start.find(b"mdat"), 0))
        before = b""
        while piece := stream.read(_PIECE_BYTES):
            if ZEROS in before + piece:
                return True
            before = piece[-len(ZEROS) :]
    return False


def ends_in_zeros(path: Path) -> bool:
    """Whether the file ends in a long run of zeros."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(ZEROS)))
        return stream.read() == ZEROS


def _said(is_cut: bool, is_known: bool) -> Wholeness:
    return Wholeness.CUT if is_cut else Wholeness.WHOLE if is_known else Wholeness.UNKNOWN


def _walk_riff(stream: BinaryIO, size: int) -> Wholeness:
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > size:
            return Wholeness.WHOLE if at <= size + 1 else Wholeness.CUT
        stream.seek(at)
        head = stream.read(8)
        if head[:4] not in (b"RIFF", b"JUNK"):
            return Wholeness.UNKNOWN
        length = int.from_bytes(head[4:8], "little")
        if length in (0, 0xFFFFFFFF):  # a recorder that never came back to fill it in
            return Wholeness.UNKNOWN
        at += 8 + length + length % 2
    return Wholeness.UNKNOWN


def _walk_asf(stream: BinaryIO, size: int) -> Wholeness:
    """Objects: a name of 16 bytes and a length of 8 (ASF specification 1.2, section 2.1)."""
    at = 0
    for _ in range(MOST_PARTS):
        if at >= size:
            return Wholeness.WHOLE if at == size else Wholeness.CUT
        stream.seek(at)
        head = stream.read(24)
        length = int.from_bytes(head[16:24], "little")
        if not any(head):
            return Wholeness.CUT
        if length < 24:  # of a broadcast nobody knew the length
            return Wholeness.UNKNOWN
        at += length
    return Wholeness.UNKNOWN


def _look_at_packets(stream: BinaryIO, size: int) -> Wholeness:
    """Transport streams (ISO/IEC 13818-1, 2.4) are whole packets only; in a program stream the last packet tells."""
    head = stream.read(5 * 204)
    stream.seek(max(0, size - _TAIL_BYTES))
    tail = stream.read(_TAIL_BYTES)
    for packet_bytes, first in ((188, 0), (192, 4), (204, 0)):
        if len(head) == 5 * 204 and all(head[first + packet_bytes * n] == _SYNC for n in range(5)):
            is_cut = size % packet_bytes != 0 or tail[first - packet_bytes] != _SYNC
            return Wholeness.CUT if is_cut else Wholeness.UNKNOWN
    if head[:4] == _PACK:
        return Wholeness.CUT if not _ends_with_whole_packet(tail) else Wholeness.UNKNOWN
    return Wholeness.UNKNOWN


def _ends_with_whole_packet(tail: bytes) -> bool:
    """From the last pack header on (2.5.3), each packet says where the next begins."""
    at = tail.rfind(_PACK)
    if at < 0:
        return False
    is_mpeg2 = tail[at + 4 : at + 5] and tail[at + 4] >> 6 == 1
    at += 14 + (tail[at + 13] & 7 if at + 13 < len(tail) else 0) if is_mpeg2 else 12
    while at + 6 <= len(tail) and tail[at : at + 3] == b"\x00\x00\x01":
        if tail[at + 3] == 0xB9:  # the end, in words
            return True
        at += 6 + int.from_bytes(tail[at + 4 : at + 6], "big")
    return at == len(tail)
