"""When a camera says that it made a recording: the creation time in mp4, mov and 3gp (ISO/IEC 14496-12, 8.2.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

_BEGAN = datetime(1904, 1, 1, tzinfo=UTC)  # from this moment the format counts seconds
_FIRST = datetime(2010, 1, 1, tzinfo=UTC)  # an earlier moment is that of a camera whose clock was never set
_AHEAD = timedelta(hours=1)  # clocks of cameras go wrong; one further ahead gives local time for UTC, as some do
_MOST_BOXES = 10_000


def made_at(path: Path, now: datetime) -> datetime | None:
    """The moment in UTC by the camera's clock; None where the file says none that can be true.

    Args:   now: aware; nothing was recorded after it.
    Raises: OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        seconds = _creation_s(stream, path.stat().st_size)
    if not seconds:
        return None
    try:
        moment = _BEGAN + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return moment if _FIRST <= moment <= now + _AHEAD else None


def _creation_s(stream: BinaryIO, size_bytes: int) -> int:
    """The creation time of the movie's header; 0 if there is none."""
    index = _find(stream, b"moov", 0, size_bytes)
    header = _find(stream, b"mvhd", *index) if index else None
    if header is None:
        return 0
    stream.seek(header[0])
    body = stream.read(12)
    if len(body) < 12:
        return 0
    return int.from_bytes(body[4:12] if body[0] == 1 else body[4:8], "big")


def _find(stream: BinaryIO, kind: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Where the content of the first box of a kind begins and ends, among the boxes of a stretch of the file."""
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return None
        stream.seek(at)
        head = stream.read(16)
        length, head_bytes = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, head_bytes = int.from_bytes(head[8:16], "big"), 16
        if length == 0:
            length = end - at
        if length < head_bytes:
            return None
        if head[4:8] == kind:
            return at + head_bytes, min(end, at + length)
        at += length
    return None
