"""Walks the boxes of an ISO base media file (mp4, mov, m4v, 3gp; ISO/IEC 14496-12): is all there, what is shown?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"}
MOST_BOXES = 200_000  # ten hours in fragments of a fifth of a second
_MOST_INDEX_BYTES = 64 * 1024 * 1024  # the index of a day of video
_LOOKED_INTO = {b"trak", b"mdia", b"edts"}


@dataclass(frozen=True)
class Boxes:
    """What the walk found.

    is_cut: a box reaches past the end, or the index or the film is missing. is_known: every box was understood.
    shown_share: of the video's frames, 0..1: an edit list may leave out the start or the end (telephones trim so).
    fragment_frames: of the first video track, if the film comes in fragments (8.8); None: it does not.
    """

    is_cut: bool
    is_known: bool
    shown_share: float
    fragment_frames: int | None


def walk(stream: BinaryIO, size_bytes: int) -> Boxes:
    """Walk the boxes of a file of this size."""
    at, index = 0, _Index(0, 1.0)
    kinds: set[bytes] = set()
    frames: dict[int, int] = {}

    def found(*, is_cut: bool, is_known: bool) -> Boxes:
        counted = frames.get(index.video_track, 0) if b"moof" in kinds else None
        return Boxes(is_cut, is_known, index.shown_share, counted)

    for _ in range(MOST_BOXES):
        if at >= size_bytes:
            break
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            return found(is_cut=True, is_known=True)
        length, head_bytes, kind = int.from_bytes(head[:4], "big"), 8, head[4:8]
        if not any(head):  # zeros where a box should begin: of a film in fragments the rest is not there
            return found(is_cut=b"moof" in kinds or not {b"moov", b"mdat"} <= kinds, is_known=False)
        if length == 1:
            length, head_bytes = int.from_bytes(head[8:16], "big"), 16
        if length == 0:  # the last box, up to the end of the file
            length = size_bytes - at
        if length < head_bytes:
            return found(is_cut=False, is_known=False)  # not a box: rubbish behind the end, or a damaged file
        if kind in (b"moov", b"moof") and at + length <= size_bytes and length <= _MOST_INDEX_BYTES:
            stream.seek(at + head_bytes)
            content = stream.read(length - head_bytes)
            if kind == b"moov":
                index = _index(content)
            else:
                _count_frames(content, frames)
        kinds.add(kind)
        at += length
    else:
        return found(is_cut=False, is_known=False)
    # a film without an index, or an index without a film, lacks its other half
    has_film = b"mdat" in kinds or b"moof" in kinds
    return found(is_cut=at != size_bytes or b"moov" not in kinds or not has_film, is_known=True)


@dataclass(frozen=True)
class _Index:
    """The first video track: its number (0: there is none), and how much of it is shown (1: nothing is left out)."""

    video_track: int
    shown_share: float


def _index(moov: bytes) -> _Index:
    movie_scale = 0
    for kind, body in _inside(moov):
        if kind == b"mvhd":
            movie_scale = _scale_and_length(body)[0]
        if kind != b"trak":
            continue
        parts = dict(_deep(body))
        if parts.get(b"hdlr", b"")[8:12] == b"vide":
            tkhd = parts.get(b"tkhd", b"")
            at = 20 if tkhd[:1] == b"\x01" else 12
            return _Index(int.from_bytes(tkhd[at : at + 4], "big"), _shown_share(parts, movie_scale))
    return _Index(0, 1.0)


def _count_frames(moof: bytes, frames: dict[int, int]) -> None:
    """Adds the samples of each track run in a fragment (8.8.8) to its track."""
    for kind, traf in _inside(moof):
        track = 0
        for inner, body in _inside(traf) if kind == b"traf" else ():
            if inner == b"tfhd":
                track = int.from_bytes(body[4:8], "big")
            elif inner == b"trun":
                frames[track] = frames.get(track, 0) + int.from_bytes(body[4:8], "big")


def _shown_share(parts: dict[bytes, bytes], movie_scale: int) -> float:
    """How much of a track its edit list shows (8.6.6); 1 where it says nothing usable."""
    if b"elst" not in parts or b"mdhd" not in parts:
        return 1.0
    scale, length = _scale_and_length(parts[b"mdhd"])
    if not (movie_scale and scale and length):
        return 1.0
    shown_s = _edited_length(parts[b"elst"]) / movie_scale
    return min(1.0, shown_s * scale / length) if shown_s > 0 else 1.0


def _edited_length(elst: bytes) -> int:
    """Sum of the edits that show something, in the movie's own units."""
    wide = elst[:1] == b"\x01"
    n_bytes = 8 if wide else 4
    total, at = 0, 8
    for _ in range(min(int.from_bytes(elst[4:8], "big"), 10_000)):
        length = int.from_bytes(elst[at : at + n_bytes], "big")
        begins = int.from_bytes(elst[at + n_bytes : at + 2 * n_bytes], "big", signed=True)
        total += length if begins >= 0 else 0
        at += 2 * n_bytes + 4
    return total


def _scale_and_length(head: bytes) -> tuple[int, int]:
    """Units per second, and length in them, of an mvhd or mdhd box."""
    if head[:1] == b"\x01":
        return int.from_bytes(head[20:24], "big"), int.from_bytes(head[24:32], "big")
    return int.from_bytes(head[12:16], "big"), int.from_bytes(head[16:20], "big")


def _deep(box: bytes) -> Iterator[tuple[bytes, bytes]]:
    for kind, body in _inside(box):
        if kind in _LOOKED_INTO:
            yield from _deep(body)
        else:
            yield kind, body


def _inside(box: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Boxes within a box: kind and content. Ends where there is no box any more."""
    at = 0
    while at + 8 <= len(box):
        length = int.from_bytes(box[at : at + 4], "big")
        if length < 8:
            return
        yield box[at + 4 : at + 8], box[at + 8 : at + length]
        at += length
