"""Judges frames and recordings: too dark, turned away, too small, too little face (pure).

The paper excluded 28 of 300 videos for dim light without saying how dim; the thresholds here are settings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grading.types import Face, Gap, Note, Quality, Reading, Reason

USUAL_LENGTH_S = (15.0, 40.0)  # the paper's recordings are 20-25 s long
OFTEN_LOST_SHARE = 0.8
PASSING_S, PASSING_SHARE = 0.5, 0.03  # seen for less than this, a face was none


@dataclass(frozen=True)
class Limits:
    """What can be graded; see config/defaults.toml for units and reasons."""

    too_dark_luma: float = 40.0
    dim_luma: float = 70.0
    turned_away_ratio: float = 0.54
    smallest_face_px: float = 48.0
    shortest_s: float = 2.0
    least_face_share: float = 0.2


def frontal_ratio(face: Face) -> float:
    """The distance between the eyes over the distance from the eyes to the mouth: 0.85 straight on, less when turned.

    Turning the head shortens only the first. MTCNN takes a face seen from the side for a face all the same; on
    synthetic patients the ratio is 0.58 and more up to 31 degrees, under 0.53 from 60 degrees on.
    """
    points = face.landmarks
    apart = math.hypot(points.right_eye.x - points.left_eye.x, points.right_eye.y - points.left_eye.y)
    eyes_x, eyes_y = (points.left_eye.x + points.right_eye.x) / 2, (points.left_eye.y + points.right_eye.y) / 2
    mouth_x = (points.mouth_left.x + points.mouth_right.x) / 2
    mouth_y = (points.mouth_left.y + points.mouth_right.y) / 2
    down = math.hypot(mouth_x - eyes_x, mouth_y - eyes_y)
    return apart / down if down > 0 else 0.0


def gap_of(face: Face, luma: float, limits: Limits) -> Gap | None:
    """Why this face cannot be graded, or None; luma is the mean of its crop, 0..255."""
    if min(face.box.width, face.box.height) < limits.smallest_face_px:
        return Gap.TOO_SMALL
    if frontal_ratio(face) < limits.turned_away_ratio:
        return Gap.TURNED_AWAY
    if luma < limits.too_dark_luma:
        return Gap.TOO_DARK
    return None


def quality_of(readings: Sequence[Reading], length_s: float, brightness: float, faces: int, limits: Limits) -> Quality:
    """The quality of a recording from its readings; faces is how many different faces stayed for a while."""
    whole_s = sum(reading.duration_s for reading in readings)
    usable_s = sum(reading.duration_s for reading in readings if reading.probabilities is not None)
    away_s = sum(reading.duration_s for reading in readings if reading.gap is Gap.TURNED_AWAY)
    share = usable_s / whole_s if whole_s else 0.0
    notes = []
    if 0 < brightness < limits.dim_luma:
        notes.append(Note.DIM)
    if away_s >= 1.0:
        notes.append(Note.TURNED_AWAY)
    if share < OFTEN_LOST_SHARE:
        notes.append(Note.FACE_OFTEN_LOST)
    if faces > 1:
        notes.append(Note.SEVERAL_FACES)
    if not USUAL_LENGTH_S[0] <= length_s <= USUAL_LENGTH_S[1]:
        notes.append(Note.LENGTH_UNUSUAL)
    return Quality(length_s, share, brightness, tuple(notes))


def reason_against(quality: Quality, readings: Sequence[Reading], picture_luma: float, limits: Limits) -> Reason | None:
    """Why the recording cannot be graded as a whole, or None. picture_luma: mean luma of the pictures, 0..255."""
    if quality.length_s < limits.shortest_s:
        return Reason.TOO_SHORT
    if quality.face_share >= limits.least_face_share and quality.face_share > 0:
        return None
    dark_s = sum(reading.duration_s for reading in readings if reading.gap is Gap.TOO_DARK)
    seen_s = sum(reading.duration_s for reading in readings if reading.gap is not Gap.NO_FACE)
    if picture_luma < limits.too_dark_luma or dark_s > 0.5 * seen_s > 0:
        return Reason.TOO_DIM
    # what MTCNN takes for a face now and then in a pillow is no face
    return Reason.NO_FACE if seen_s < max(PASSING_S, PASSING_SHARE * quality.length_s) else Reason.TOO_FEW_FACES
