"""Toys behind the protocols of grading: they see in a picture what a test painted into it.

The top left corner holds the number of the scene, which says where faces are; the blue of a face holds its grade. So
tests decide frame by frame what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grading.types import Box, Crop, Face, Frame, Landmarks, Pixels, Point


def landmarks_of(box: Box, apart_share: float = 0.36) -> Landmarks:
    """Five points where a frontal face in this box has them; apart_share is the distance between the eyes."""
    middle = box.x + box.width / 2
    half = box.width * apart_share / 2
    eyes_y, nose_y, mouth_y = (box.y + box.height * share for share in (0.38, 0.58, 0.78))
    return Landmarks(
        Point(middle - half, eyes_y),
        Point(middle + half, eyes_y),
        Point(middle, nose_y),
        Point(middle - half * 0.8, mouth_y),
        Point(middle + half * 0.8, mouth_y),
    )


class ToyFinder:
    """Finds what it is told to find: boxes by the number of the scene."""

    def __init__(self, faces: dict[int, list[Box]], apart_share: float = 0.36) -> None:
        self.faces, self.apart_share = faces, apart_share
        self.looked = 0

    def find(self, pixels: Pixels) -> list[Face]:
        """The faces of the scene whose number is painted into the top left corner."""
        self.looked += 1
        return [Face(box, landmarks_of(box, self.apart_share), 0.99) for box in self._boxes(pixels)]

    def follow(self, pixels: Pixels, face: Face, least_score: float) -> Face | None:
        """The face nearest to where it was, if there is one at all."""
        near = [box for box in self._boxes(pixels) if abs(box.x - face.box.x) < face.box.width]
        return Face(near[0], landmarks_of(near[0], self.apart_share), 0.99) if near else None

    def _boxes(self, pixels: Pixels) -> list[Box]:
        # a ratio, because a dim picture is lit before faces are looked for
        scene = round(10 * float(pixels[:8, :8].mean()) / max(float(pixels[:8, 16:24].mean()), 1.0))
        return self.faces.get(scene, [])


class ToyScorer:
    """Reads the grade out of the blue of a crop: so many fifths of its green."""

    version = "toy"
    n_grades = 5
    crop_px = 224

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """A sure row for each crop."""
        rows = np.full((len(crops), self.n_grades), 0.02, np.float32)
        for row, crop in zip(rows, crops, strict=True):
            middle = crop.pixels[80:140, 80:140].reshape(-1, 3).mean(axis=0)
            share = float(middle[2]) / max(float(middle[1]), 1.0)  # the exposure is levelled; the ratio is kept
            row[min(max(round(share * 5), 0), 4)] = 0.92
        return rows


def scene(number: int, grade: int, brightness: int = 120, box: Box | None = None) -> Pixels:
    """A picture of scene `number` in whose face (box) the toy scorer reads this grade."""
    picture = np.full((240, 320, 3), 100, np.uint8)
    picture[:16, :16], picture[:16, 16:32] = number * 15, 150
    where = box or Box(110, 60, 100, 120)
    x, y = int(where.x), int(where.y)
    face = (brightness, brightness, int(brightness * grade / 5))
    picture[y : y + int(where.height), x : x + int(where.width)] = face
    return picture


def frame(pixels: Pixels, time_s: float = 0.0) -> Frame:
    """A frame with these pixels."""
    return Frame(time_s, pixels)
