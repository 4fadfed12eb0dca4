"""Makes a face ready for the network: eyes level, cropped, scaled, exposure levelled (paper, section 3.1; pure).

The one definition for grading and for training: both call `crop`, and a golden vector in the tests pins its numbers.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from grading.types import Crop, Frame, Landmarks, Pixels, Point

Matrix: TypeAlias = NDArray[np.float64]

CROP_PX = 224

# The side of the square cut out, in "face units": the root of the squared distance between the eyes plus the squared
# distance from the middle of the eyes to the middle of the mouth. Turning the head shortens the first, nodding the
# second, so their root sum is steadier than either. 1.62 reaches from above the brows to the chin.
SIDE_IN_FACE_UNITS = 1.62

# Where the middle between the eyes comes to lie, as a share of the crop's height from its top.
EYES_DOWN = 0.36

# Exposure: the face's mean luma is brought to this value by one gain for the whole crop, within bounds. A dim ward or
# a dark skin then uses the same range of the network's input as a bright one.
TARGET_LUMA = 115.0
LEAST_GAIN, MOST_GAIN = 0.5, 5.0
GRAIN_PX = 1.2  # standard deviation of the blur that takes a dim picture's grain away

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


def crop(frame: Frame, landmarks: Landmarks, crop_px: int = CROP_PX) -> Crop:
    """The face cut out with the eyes on a level line.

    Args:
        frame: pixels uint8 (height, width, 3) RGB.
        landmarks: MTCNN's five points in px of that frame.
        crop_px: side of the result.

    Returns:
        pixels uint8 (crop_px, crop_px, 3) RGB; what lies outside the frame repeats its edge; brightness is the mean
        luma of the face before the exposure was levelled.

    Raises:
        ValueError: eyes and mouth lie on one point, so that there is no face to cut out.
    """
    matrix = levelling(landmarks, crop_px)
    # shrinking by plain bilinear sampling would alias wrinkles into noise: blur first by what is lost
    shrink = 1 / math.hypot(matrix[0, 0], matrix[0, 1])
    pixels, matrix = (frame.pixels, matrix) if shrink <= 1.5 else _softened(frame.pixels, matrix, crop_px, shrink)
    cut = cv2.warpAffine(pixels, matrix, (crop_px, crop_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    brightness = luma(np.asarray(cut, np.uint8))
    gain = min(max(TARGET_LUMA / max(brightness, 1.0), LEAST_GAIN), MOST_GAIN)
    levelled = cv2.convertScaleAbs(cut, alpha=gain)
    return Crop(frame.time_s, np.asarray(levelled, np.uint8), brightness)


def levelling(landmarks: Landmarks, crop_px: int) -> Matrix:
    """The 2 x 3 matrix from frame px to crop px: rotation by the line of the eyes, one scale, one shift."""
    eyes = _middle(landmarks.left_eye, landmarks.right_eye)
    mouth = _middle(landmarks.mouth_left, landmarks.mouth_right)
    across_x = landmarks.right_eye.x - landmarks.left_eye.x
    across_y = landmarks.right_eye.y - landmarks.left_eye.y
    unit = math.hypot(math.hypot(across_x, across_y), math.hypot(mouth.x - eyes.x, mouth.y - eyes.y))
    if unit <= 0:
        raise ValueError("eyes and mouth lie on one point: there is no face to cut out")
    angle = math.atan2(across_y, across_x)
    scale = crop_px / (SIDE_IN_FACE_UNITS * unit)
    cosine, sine = math.cos(angle) * scale, math.sin(angle) * scale
    shift_x = crop_px / 2 - (cosine * eyes.x + sine * eyes.y)
    shift_y = crop_px * EYES_DOWN - (-sine * eyes.x + cosine * eyes.y)
    return np.array([[cosine, sine, shift_x], [-sine, cosine, shift_y]], np.float64)


def lit(pixels: Pixels, brightness: float) -> Pixels:
    """A picture made ready for finding faces: as it is, or if it is dim (mean luma 0..255), smoothed and lit.

    MTCNN misses a tenth of the faces in dim pictures, because of their grain more than of their dimness.
    """
    if brightness >= TARGET_LUMA:
        return pixels
    gain = min(TARGET_LUMA / max(brightness, 1.0), MOST_GAIN)
    return np.asarray(cv2.convertScaleAbs(cv2.GaussianBlur(pixels, (0, 0), GRAIN_PX), alpha=gain), np.uint8)


def luma(pixels: Pixels) -> float:
    """Mean luma of the middle of a crop (the skin, not the pillow), 0..255."""
    height, width = pixels.shape[:2]
    middle = pixels[height // 5 : height * 4 // 5, width // 5 : width * 4 // 5]
    return float((np.array(cv2.mean(middle)[:3]) * _LUMA).sum())


def _middle(one: Point, other: Point) -> Point:
    return Point((one.x + other.x) / 2, (one.y + other.y) / 2)


def _softened(pixels: Pixels, matrix: Matrix, crop_px: int, shrink: float) -> tuple[Pixels, Matrix]:
    """The part of the picture that the crop is taken from, blurred, and the matrix from its px to crop px."""
    sigma = 0.5 * math.sqrt(shrink * shrink - 1)
    reach = math.ceil(4 * sigma) + 2  # OpenCV's kernel ends before four sigma; bilinear sampling reads one px more
    corners = np.array([[0, 0, 1], [crop_px, 0, 1], [0, crop_px, 1], [crop_px, crop_px, 1]], np.float64)
    x, y = cv2.invertAffineTransform(matrix) @ corners.T
    height, width = pixels.shape[:2]
    left, right = _kept_within(x, reach, width)
    top, bottom = _kept_within(y, reach, height)
    part = np.asarray(cv2.GaussianBlur(pixels[top:bottom, left:right], (0, 0), sigma), np.uint8)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (left, top)
    return part, moved


def _kept_within(places: NDArray[np.float64], reach: int, end: int) -> tuple[int, int]:
    # what lies outside the picture repeats its edge, so the edge and what its blur reads are kept then
    inside = np.clip(places, 0, end - 1)
    return max(math.floor(inside.min()) - reach, 0), min(math.ceil(inside.max()) + reach + 1, end)
