"""Finds faces: the MTCNN cascade (paper, section 2.2), equal to `mtcnn.MTCNN().detect_faces` in exact mode.

Theory of operation. Boxes travel through the stages as one float64 array (n, 5): x1, y1, x2, y2, score. P-Net looks at
a pyramid of ever smaller pictures and proposes boxes; R-Net judges and corrects them on 24 x 24 patches; O-Net does so
again on 48 x 48 patches and adds five landmarks. After each stage overlapping boxes are thinned out.

MTCNN is chaotic: which proposal survives moves the final box by several per cent. So three habits of the package are
kept to the letter: its grid of scales (a smallest face only leaves out levels of the same grid), its thinning rule (a
box falls if ANY better box overlaps it, even one that fell itself), and its sampling of patches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grading.mtcnn_networks import PatchNetwork, ProposalNetwork
from grading.pyramid import Pyramid
from grading.types import Box, Face, Landmarks, Pixels, Point

PACKAGE_SMALLEST_FACE_PX = 20  # the default of mtcnn 1.0.0, which fixes its grid of scales
WINDOW_PX = 12
STRIDE_PX = 2
SCALE_STEP = 0.709
PROPOSAL_SCORE, REFINE_SCORE, OUTPUT_SCORE = 0.6, 0.7, 0.8

Boxes = NDArray[np.float64]
Array = NDArray[np.float32]


class CascadeFinder:
    """The whole cascade on one picture, and O-Net alone to follow a face from one frame to the next.

    Args:
        smallest_face_share: smallest face looked for, as a share of the picture's shorter side; 0 is the exact mode,
            in which every level of the package's pyramid is computed (faces from 20 px).
        threads: threads of the networks; 1 leaves the other core to decoding.
    """

    def __init__(self, smallest_face_share: float = 0.0, threads: int = 1) -> None:
        self.smallest_face_share = smallest_face_share
        self._propose = ProposalNetwork(threads)
        self._refine = PatchNetwork(24, threads)
        self._output = PatchNetwork(48, threads)

    def find(self, pixels: Pixels) -> list[Face]:
        """All faces in the picture, most confident first.

        Raises:
            ValueError: pixels are not uint8 (height, width, 3).
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(f"a picture is uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}")
        boxes = self._proposals(pixels)
        if len(boxes):
            boxes = self._refined(pixels, boxes)
        if not len(boxes):
            return []
        return self._faces(pixels, boxes, OUTPUT_SCORE)

    def follow(self, pixels: Pixels, face: Face, least_score: float) -> Face | None:
        """The same face a moment later, by O-Net around where it was; None if it is not there any more."""
        x1, y1 = face.box.x, face.box.y
        was = np.array([[x1, y1, x1 + face.box.width, y1 + face.box.height, face.confidence]])
        found = self._faces(pixels, _squared(was), least_score)
        return found[0] if found else None

    def _proposals(self, pixels: Pixels) -> Boxes:
        pyramid = Pyramid(pixels)
        height, width = pixels.shape[:2]
        levels = []
        for scale in scales(width, height, self.smallest_face_share * min(width, height)):
            answer = self._propose(pyramid.level(scale))
            levels.append(thinned(_cells(answer.offsets, answer.score) / [scale, scale, scale, scale, 1], 0.5))
        boxes = np.concatenate(levels) if levels else np.empty((0, 5))
        return _squared(thinned(_by_score(boxes), 0.7))

    def _refined(self, pixels: Pixels, boxes: Boxes) -> Boxes:
        answer = self._refine(patches(pixels, boxes, self._refine.size_px))
        kept = answer.score > REFINE_SCORE
        better = _corrected(boxes, answer.offsets, answer.score)[kept]
        return _squared(thinned(_by_score(better), 0.7))

    def _faces(self, pixels: Pixels, boxes: Boxes, least_score: float) -> list[Face]:
        answer = self._output(patches(pixels, boxes, self._output.size_px))
        points = _points(boxes, answer.landmarks)
        rows = np.concatenate([_corrected(boxes, answer.offsets, answer.score), points], axis=1)
        rows = thinned(_by_score(rows[answer.score > least_score]), 0.7, smaller=True)
        return [_face(row, pixels.shape[1], pixels.shape[0]) for row in rows]


def scales(width_px: int, height_px: int, smallest_face_px: float = 0.0) -> list[float]:
    """The pyramid of mtcnn 1.0.0, less the levels on which only faces under smallest_face_px would be seen."""
    shorter = min(width_px, height_px)
    count = round(-((np.log(shorter / WINDOW_PX) / np.log(SCALE_STEP)) + 1)) if shorter > WINDOW_PX else 0
    grid = WINDOW_PX / PACKAGE_SMALLEST_FACE_PX * SCALE_STEP ** np.arange(max(count, 0))
    largest = WINDOW_PX / smallest_face_px * (1 / SCALE_STEP) if smallest_face_px else np.inf
    usable = (min(width_px, height_px) * grid).astype(int) >= WINDOW_PX
    return [float(scale) for scale, fits in zip(grid, usable, strict=True) if scale <= largest and fits]


def patches(pixels: Pixels, boxes: Boxes, size_px: int) -> Array:
    """Bilinear patches, normalised, float32 (n, size_px, size_px, 3); corners aligned, 0 outside the picture.

    The same sampling as tf.image.crop_and_resize with boxes in shares of the picture's size, as mtcnn 1.0.0 calls it.
    """
    height, width = pixels.shape[:2]
    steps = np.linspace(0.0, 1.0, size_px)
    x_at = (boxes[:, 0:1] + (boxes[:, 2:3] - boxes[:, 0:1]) * steps) * (width - 1) / width
    y_at = (boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * steps) * (height - 1) / height
    out = np.empty((len(boxes), size_px, size_px, 3), np.float32)
    for index, (x, y) in enumerate(zip(x_at, y_at, strict=True)):
        out[index] = _sampled(pixels, x, y)
    return out


def _sampled(pixels: Pixels, x: NDArray[np.float64], y: NDArray[np.float64]) -> Array:
    height, width = pixels.shape[:2]
    left = np.clip(np.floor(x).astype(int), 0, width - 1)
    top = np.clip(np.floor(y).astype(int), 0, height - 1)
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    along_x = (x - left).astype(np.float32)[None, :, None]
    along_y = (y - top).astype(np.float32)[:, None, None]
    upper = pixels[top][:, left] * (1 - along_x) + pixels[top][:, right] * along_x
    lower = pixels[below][:, left] * (1 - along_x) + pixels[below][:, right] * along_x
    patch = (upper * (1 - along_y) + lower * along_y - 127.5) / 128
    patch[(y < 0) | (y > height - 1)] = 0
    patch[:, (x < 0) | (x > width - 1)] = 0
    return np.asarray(patch, np.float32)


def thinned(rows: Boxes, most_overlap: float, *, smaller: bool = False) -> Boxes:
    """The rows, best first, that no better row overlaps by more than most_overlap, be that one kept or not.

    Overlap is intersection over union, or over the smaller box if `smaller`.
    """
    if not len(rows):
        return rows
    x1, y1, x2, y2 = rows[:, :4].T
    area = (x2 - x1) * (y2 - y1)
    across = np.maximum(0, np.minimum(x2, x2[:, None]) - np.maximum(x1, x1[:, None]))
    down = np.maximum(0, np.minimum(y2, y2[:, None]) - np.maximum(y1, y1[:, None]))
    shared = across * down
    whole = np.minimum(area, area[:, None]) if smaller else area + area[:, None] - shared
    with np.errstate(divide="ignore", invalid="ignore"):
        fails = np.triu(shared / whole > most_overlap, k=1)
    return np.asarray(rows[~fails.any(axis=0)])


def _cells(offsets: Array, score: Array) -> Boxes:
    """P-Net's cells over the threshold as boxes in px of the level, best first."""
    rows, columns = np.where(score > PROPOSAL_SCORE)
    corner = np.stack([columns, rows], axis=1) * STRIDE_PX
    square = np.concatenate([corner + 1, corner + WINDOW_PX], axis=1).astype(np.float64)
    side = WINDOW_PX - 1
    boxes = square + offsets[rows, columns] * side
    return _by_score(np.concatenate([boxes, score[rows, columns, None]], axis=1))


def _by_score(rows: Boxes) -> Boxes:
    return np.asarray(rows[np.argsort(rows[:, 4])[::-1]])


def _squared(rows: Boxes) -> Boxes:
    width, height = rows[:, 2] - rows[:, 0], rows[:, 3] - rows[:, 1]
    side = np.maximum(width, height)
    x1 = rows[:, 0] + width * 0.5 - side * 0.5
    y1 = rows[:, 1] + height * 0.5 - side * 0.5
    return np.stack([x1, y1, x1 + side, y1 + side, rows[:, 4]], axis=1)


def _sizes(rows: Boxes) -> tuple[Boxes, Boxes]:
    return (rows[:, 2] - rows[:, 0] + 1)[:, None], (rows[:, 3] - rows[:, 1] + 1)[:, None]


def _corrected(rows: Boxes, offsets: Array, score: Array) -> Boxes:
    width, height = _sizes(rows)
    moved = rows[:, :4] + offsets * np.concatenate([width, height, width, height], axis=1)
    return np.concatenate([moved, score[:, None]], axis=1)


def _points(rows: Boxes, landmarks: Array) -> Boxes:
    width, height = _sizes(rows)
    x = width * landmarks[:, :5] + rows[:, 0:1] - 1
    y = height * landmarks[:, 5:] + rows[:, 1:2] - 1
    return np.concatenate([x, y], axis=1)


def _face(row: Sequence[float], width_px: int, height_px: int) -> Face:
    x1, x2 = (float(np.clip(value, 0, width_px - 1)) for value in (row[0], row[2]))
    y1, y2 = (float(np.clip(value, 0, height_px - 1)) for value in (row[1], row[3]))
    points = [Point(float(row[5 + index]), float(row[10 + index])) for index in range(5)]
    return Face(Box(x1, y1, x2 - x1, y2 - y1), Landmarks(*points), float(row[4]))
