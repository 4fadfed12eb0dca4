"""Walks the elements of a Matroska or WebM file: is each as long as it says, and how many frames of video are there?

Format: RFC 8794 (EBML) and RFC 9559 (Matroska). No decoding; nothing is held of the file but one element's head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

_SEGMENT, _CLUSTER, _TRACKS, _TRACK = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75", b"\x16\x54\xae\x6b", b"\xae"
_BLOCK_GROUP, _BLOCK, _SIMPLE_BLOCK = b"\xa0", b"\xa1", b"\xa3"
_TRACK_NUMBER, _TRACK_TYPE = b"\xd7", b"\x83"
_LOOKED_INTO = {_SEGMENT, _CLUSTER, _TRACKS, _TRACK, _BLOCK_GROUP}
_VIDEO = 1
_HEAD_BYTES = 16
MOST_ELEMENTS = 500_000  # over an hour of video and sound; empty elements must not be walked for ever


@dataclass(frozen=True)
class Walk:
    """What the walk found.

    is_cut: an element reaches past the end of the file, or there are zeros where one should begin.
    is_known: the whole file was understood, and says itself how long it is.
    video_frames: blocks of the first video track.
    """

    is_cut: bool
    is_known: bool
    video_frames: int


def walk(stream: BinaryIO, size_bytes: int) -> Walk:
    """Walk the elements of a file of this size, flat: of those that hold others, the head is passed over."""
    at, end, is_known, has_segment = 0, size_bytes, False, False
    blocks: dict[int, int] = {}
    track, video = 0, 0
    for _ in range(MOST_ELEMENTS):
        if at >= end:
            return Walk(not has_segment, is_known, blocks.get(video, 0))
        stream.seek(at)
        head = stream.read(_HEAD_BYTES)
        element = _element(head)
        if element is None:
            is_cut = not has_segment or len(head) < _HEAD_BYTES or not any(head)
            return Walk(is_cut, False, blocks.get(video, 0))
        name, head_bytes, length = element
        if name == _SEGMENT:
            has_segment, is_known = True, length is not None
            end = size_bytes if length is None else at + head_bytes + length
        if length is not None and at + head_bytes + length > size_bytes:
            return Walk(True, is_known, blocks.get(video, 0))
        content = head[head_bytes:]
        if name in (_BLOCK, _SIMPLE_BLOCK):
            number = _number(content[: _vint_length(content[0])]) if content else 0
            blocks[number] = blocks.get(number, 0) + 1
        elif name == _TRACK_NUMBER:
            track = int.from_bytes(content[: length or 0], "big")
        elif name == _TRACK_TYPE and int.from_bytes(content[: length or 0], "big") == _VIDEO:
            video = video or track
        at += head_bytes + (0 if name in _LOOKED_INTO or length is None else length)
    return Walk(False, False, 0)


def _element(head: bytes) -> tuple[bytes, int, int | None] | None:
    """Name, bytes of the head, and length of the content (None: unknown); None: no element begins here."""
    name_bytes = _vint_length(head[0]) if head else 0
    if not 1 <= name_bytes <= 4 or len(head) <= name_bytes:
        return None
    field = head[name_bytes : name_bytes + _vint_length(head[name_bytes])]
    if not field or len(field) < _vint_length(head[name_bytes]):
        return None
    length = _number(field)
    is_unknown = length == (1 << (7 * len(field))) - 1
    return head[:name_bytes], name_bytes + len(field), None if is_unknown else length


def _number(field: bytes) -> int:
    """An EBML variable-size integer without the mark of its length."""
    return int.from_bytes(field, "big") & ((1 << (7 * len(field))) - 1)


def _vint_length(first: int) -> int:
    """Bytes of an EBML variable-size integer, from its first byte; 0 if that byte cannot start one."""
    return 9 - first.bit_length() if first else 0
