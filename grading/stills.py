"""Single frames of a recording side by side, for a sheet that a ward has asked to show faces on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from grading.types import Frame, Pixels
from grading.video import Recording

GAP_PX = 8


@dataclass(frozen=True)
class Strip:
    """Frames side by side: uint8 (height, width, 3) RGB as PNG, and its size."""

    png: bytes
    width_px: int
    height_px: int


def strip(path: Path, at_s: Sequence[float], height_px: int) -> Strip:
    """The frames shown at these times, in the order of the times, scaled to one height, white between them.

    Args:    at_s: ascending. A time after the last frame gets the last one.
    Raises:  grading.video.UnreadableError, grading.video.TruncatedError: it cannot be decoded as far as that.
             ValueError: no times.
    """
    if not at_s:
        raise ValueError("no times were given to cut frames at")
    tiles: list[Pixels] = []
    for frame in _frames(path, at_s):
        height, width = frame.pixels.shape[:2]
        size = (max(1, round(width * height_px / height)), height_px)
        tiles.append(np.asarray(cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    between = np.full((height_px, GAP_PX, 3), 255, np.uint8)
    parts = [part for tile in tiles for part in (tile, between)][:-1]
    whole = np.ascontiguousarray(np.concatenate(parts, axis=1))
    _, encoded = cv2.imencode(".png", cv2.cvtColor(whole, cv2.COLOR_RGB2BGR))
    return Strip(encoded.tobytes(), whole.shape[1], whole.shape[0])


def _frames(path: Path, at_s: Sequence[float]) -> list[Frame]:
    """For each time the frame that is shown then: the last one that is not later."""
    found: list[Frame] = []
    with Recording(path) as recording:
        last: Frame | None = None
        for frame in recording.frames(0):
            while last is not None and len(found) < len(at_s) and frame.time_s > at_s[len(found)]:
                found.append(last)
            last = frame
            if len(found) == len(at_s):
                return found
    return [*found, *[last] * (len(at_s) - len(found))] if last is not None else found
