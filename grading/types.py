"""The values of grading: what a frame, a face, a reading and an outcome are (pure).

Conventions: pixels are uint8 (height, width, 3) RGB, origin top left, x to the right. Times are seconds from the
first frame by presentation time stamp. Lengths in pixels end in `_px`, in seconds in `_s`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]


class Grade(IntEnum):
    """The paper's four grades of pain by VAS band, and NONE for a face at rest (VAS 0), which is not one of them."""

    NONE = 0
    MILD = 1
    OBVIOUS = 2
    SEVERE = 3
    INTENSE = 4


PAIN_GRADES = (Grade.MILD, Grade.OBVIOUS, Grade.SEVERE, Grade.INTENSE)

VAS_BANDS: dict[Grade, tuple[int, int]] = {
    Grade.NONE: (0, 0),
    Grade.MILD: (1, 3),
    Grade.OBVIOUS: (4, 6),
    Grade.SEVERE: (7, 8),
    Grade.INTENSE: (9, 10),
}


class Gap(StrEnum):
    """Why a frame has no reading."""

    NO_FACE = "no_face"
    TURNED_AWAY = "turned_away"
    TOO_DARK = "too_dark"
    TOO_SMALL = "too_small"


class Reason(StrEnum):
    """Why a recording cannot be graded."""

    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    TOO_DIM = "too_dim"
    NO_FACE = "no_face"
    TOO_FEW_FACES = "too_few_faces"
    NOT_STABLE = "not_stable"
    TOO_SHORT = "too_short"
    INTRACTABLE = "intractable"  # each try at it ended the process, or took more memory or time than a recording may
    LOST = "lost"  # it was taken in, and then it was nowhere any more


class Note(StrEnum):
    """What a person should know about the quality of a recording that was graded."""

    DIM = "dim"
    TURNED_AWAY = "turned_away"
    FACE_OFTEN_LOST = "face_often_lost"
    SEVERAL_FACES = "several_faces"
    SIDEWAYS = "sideways"
    LENGTH_UNUSUAL = "length_unusual"
    ONLY_THE_START = "only_the_start"
    CLOSE_CALL = "close_call"


@dataclass(frozen=True)
class Frame:
    """One picture of a recording at its presentation time."""

    time_s: float
    pixels: Pixels


@dataclass(frozen=True)
class Box:
    """A rectangle in px; origin top left of the picture. May reach over the picture's edge."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Point:
    """A place in px in the picture."""

    x: float
    y: float


@dataclass(frozen=True)
class Landmarks:
    """MTCNN's five points; left and right as seen in the picture, not the patient's."""

    left_eye: Point
    right_eye: Point
    nose: Point
    mouth_left: Point
    mouth_right: Point


@dataclass(frozen=True)
class Face:
    """A face found in a frame; confidence 0..1 (higher is surer)."""

    box: Box
    landmarks: Landmarks
    confidence: float


@dataclass(frozen=True)
class Crop:
    """A face made ready for the network: eyes level, (crop_px, crop_px, 3) RGB; brightness is its mean luma, 0..255."""

    time_s: float
    pixels: Pixels
    brightness: float


@dataclass(frozen=True)
class Reading:
    """What one graded frame said: probabilities over the network's grades (none first if it has five), or why nothing.

    `duration_s` is the time that this frame stands for: up to the next graded frame.
    """

    time_s: float
    duration_s: float
    probabilities: tuple[float, ...] | None
    gap: Gap | None = None


@dataclass(frozen=True)
class Segment:
    """A confirmed stretch of one grade, from start_s up to end_s."""

    grade: Grade
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Quality:
    """How well the recording could be graded: length, share of time with a usable face, median luma of the face."""

    length_s: float
    face_share: float
    brightness: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """The result of a recording that could be graded.

    grade: the pain grade with most confirmed seconds; NONE only if no pain grade was confirmed.
    seconds: confirmed seconds per grade, five numbers from NONE to INTENSE.
    confidence: mean probability of `grade` over the readings confirmed as it, 0..1.
    peak_grade: the most severe confirmed grade.
    confirm_s, frames_per_s: the settings it was made with, for the sheet.
    """

    grade: Grade
    seconds: tuple[float, float, float, float, float]
    segments: tuple[Segment, ...]
    readings: tuple[Reading, ...]
    confidence: float
    peak_grade: Grade
    quality: Quality
    model: str
    confirm_s: float
    frames_per_s: float


@dataclass(frozen=True)
class Rejection:
    """The result of a recording that cannot be graded: the reason, and what was seen as far as it could be seen."""

    reason: Reason
    quality: Quality | None = None
    model: str = ""


Outcome: TypeAlias = Assessment | Rejection
