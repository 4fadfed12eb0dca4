"""The pyramid of ever smaller pictures that P-Net looks at: one picture, read once, for all of its small levels.

A pixel of a level is the mean of the area that it covers, fractions of pixels at its edges included (as OpenCV's
INTER_AREA computes it, which the package uses). The sum over any area is four look-ups in a summed-area table (Crow
1984), between whose entries sums grow bilinearly, so a level costs what its own size is and not what the picture's is.
Large levels, which only the exact mode needs, are left to OpenCV, which is faster there.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from grading.types import Pixels

SMALL_SCALE = 0.25  # up to here the table is faster
MOST_PX_OF_INT32 = (2**31 - 1) // 255  # a larger picture's sums need float64

Array = NDArray[np.float32]
Table = NDArray[np.int32] | NDArray[np.float64]


class Pyramid:
    """The levels of a picture, uint8 (height, width, 3), normalised to -1..1; what they share is made when needed."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._whole: Array | None = None
        self._sums: Table | None = None

    def level(self, scale: float) -> Array:
        """The picture at this scale (0..1), float32 (int(height * scale), int(width * scale), 3)."""
        height, width = (int(side * scale) for side in self._pixels.shape[:2])
        if scale > SMALL_SCALE:
            if self._whole is None:
                self._whole = normalised(self._pixels)
            return np.asarray(cv2.resize(self._whole, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        if self._sums is None:
            self._sums = _summed(self._pixels)
        return normalised(_means(self._sums, height, width))


def normalised(values: NDArray[np.generic]) -> Array:
    """0..255 as -1..1, float32, as MTCNN's networks want it."""
    out: Array = np.subtract(values, np.float32(127.5), dtype=np.float32, casting="unsafe")
    out *= np.float32(1 / 128)  # a power of two: the same bits as a division
    return out


def _summed(pixels: Pixels) -> Table:
    """Sums over all pixels above and left of each corner, (height + 1, width + 1, 3)."""
    height, width = pixels.shape[:2]
    depth = cv2.CV_32S if height * width <= MOST_PX_OF_INT32 else cv2.CV_64F
    table: Table = cv2.integral(pixels, sdepth=depth)  # type: ignore[assignment]
    return table


def _means(sums: Table, height: int, width: int) -> NDArray[np.float64]:
    """Means over a grid of height x width equal areas, (height, width, 3)."""
    whole_height, whole_width = sums.shape[0] - 1, sums.shape[1] - 1
    above, down = _between(whole_height, height)
    left, along = _between(whole_width, width)
    rows = _blended(sums.take(above, axis=0), sums.take(above + 1, axis=0, mode="clip"), down[:, None, None])
    corners = _blended(rows.take(left, axis=1), rows.take(left + 1, axis=1, mode="clip"), along[:, None])
    area = (whole_height / height) * (whole_width / width)
    return np.asarray(np.diff(np.diff(corners, axis=0), axis=1) / area)


def _between(whole: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the count + 1 edges of equal parts lie: the entry before each, and the share of the way to the next."""
    edges = np.linspace(0.0, whole, count + 1)
    before = np.floor(edges).astype(np.int64)
    return before, edges - before


def _blended(one: NDArray[np.generic], other: NDArray[np.generic], share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(one + (other - one) * share)  # type: ignore[operator]
