"""Makes small real video files for the tests, with PyAV: any time stamps, any container, cut or turned."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from grading.types import Pixels

TIME_BASE = Fraction(1, 30_000)
Painter = Callable[[float], Pixels]


def plain(level: int, width_px: int = 160, height_px: int = 120) -> Painter:
    """A picture of one grey level, with a column that moves so that no two frames are equal."""

    def paint(time_s: float) -> Pixels:
        picture = np.full((height_px, width_px, 3), level, np.uint8)
        column = int(time_s * 30) % (width_px - 8)
        picture[:, column : column + 8] = 255 - level
        return picture

    return paint


def steady(frames_per_s: float, length_s: float) -> list[float]:
    """Presentation times of a steady rate."""
    return [index / frames_per_s for index in range(round(frames_per_s * length_s))]


def video(path: Path, times_s: Sequence[float], paint: Painter, options: dict[str, str] | None = None) -> Path:
    """A video with a frame at each of these times; the container follows from the name (mp4, mkv, avi)."""
    height, width = paint(0.0).shape[:2]
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = 2_000_000
        base = Fraction(1, 30) if path.suffix == ".avi" else TIME_BASE  # AVI knows only a steady rate
        stream.codec_context.time_base = base
        for time_s in times_s:
            frame = av.VideoFrame.from_ndarray(paint(time_s), format="rgb24")
            frame.pts, frame.time_base = round(time_s / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def fast_start(path: Path, times_s: Sequence[float], paint: Painter) -> Path:
    """An mp4 whose index stands before its film, as cameras and `ffmpeg -movflags +faststart` write it."""
    return video(path, times_s, paint, {"movflags": "+faststart"})


def cut(path: Path, share: float) -> Path:
    """The first part of a file, as a copy that broke off leaves it."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def preallocated(path: Path, share: float) -> Path:
    """The first part of a file at full size, the rest zeros."""
    whole = path.read_bytes()
    kept = int(len(whole) * share)
    path.write_bytes(whole[:kept] + bytes(len(whole) - kept))
    return path


def turned_by_90(path: Path) -> Path:
    """Writes a rotation of 90 degrees into the track header of an mp4, as telephones do (ISO/IEC 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 32 + 4  # version 0: flags, times and ids, reserved, layer to volume
    at = data.index(struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000), at - 8)
    data[at : at + 36] = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    path.write_bytes(bytes(data))
    return path
