"""Follows the faces of a recording and says which of them is the patient.

The patient is the face followed longest near the centre and near the camera; a nurse who walks through changes nothing.
A face keeps its track when it is lost for a while (the patient turns away) and comes back near where it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from grading.ports import FaceFinder
from grading.types import Box, Face, Frame

FOLLOW_SCORE = 0.95  # under this, O-Net alone is not trusted and the whole cascade looks again
SAME_PLACE_OVERLAP = 0.25  # intersection over union of one face in two graded frames
SAME_PLACE_FACES = 1.0  # or its middle moved by less than this many face widths while it was lost
MOST_TRACKS = 8  # a crowd is no recording of a patient, and memory stays bounded


@dataclass
class Track:
    """One face through the recording: where it was last, when, and how much it looks like the patient's."""

    number: int
    face: Face
    seen_s: float
    weight: float = 0.0


@dataclass(frozen=True)
class Sighting:
    """A face of a track in one frame."""

    track: int
    face: Face


class FaceTracker:
    """Finds the faces of each frame: O-Net around where they were, the whole cascade periodically and when one is lost.

    Args:
        finder: finds faces.
        look_again_s: the whole cascade runs at least this often, so that a newcomer is seen.
    """

    def __init__(self, finder: FaceFinder, look_again_s: float = 1.0) -> None:
        self._finder = finder
        self._look_again_s = look_again_s
        self._looked_s = -math.inf
        self._last_s = 0.0
        self.tracks: list[Track] = []

    def update(self, frame: Frame) -> list[Sighting]:
        """The faces in this frame, each with the number of its track, those most like the patient's first."""
        current = [track for track in self.tracks if track.seen_s == self._last_s]
        faces = [self._finder.follow(frame.pixels, track.face, FOLLOW_SCORE) for track in current]
        if not current or None in faces or frame.time_s - self._looked_s >= self._look_again_s:
            sightings = self._matched(self._finder.find(frame.pixels))
            self._looked_s = frame.time_s
        else:
            sightings = [Sighting(track.number, face) for track, face in zip(current, faces, strict=True) if face]
        self._note(sightings, frame)
        return sorted(sightings, key=lambda sighting: -self.tracks[sighting.track].weight)

    def patient(self) -> int | None:
        """The number of the patient's track; None if no face was seen at all."""
        return max(self.tracks, key=lambda track: track.weight).number if self.tracks else None

    def _matched(self, faces: list[Face]) -> list[Sighting]:
        free = list(self.tracks)
        sightings = []
        for face in faces:
            near = [track for track in free if _same_place(track.face.box, face.box)]
            if near:
                track = max(near, key=lambda candidate: (overlap(candidate.face.box, face.box), candidate.seen_s))
                free.remove(track)
            elif len(self.tracks) < MOST_TRACKS:
                track = Track(len(self.tracks), face, 0.0)
                self.tracks.append(track)
            else:
                continue
            sightings.append(Sighting(track.number, face))
        return sightings

    def _note(self, sightings: list[Sighting], frame: Frame) -> None:
        step_s = min(max(frame.time_s - self._last_s, 0.0), self._look_again_s)
        for sighting in sightings:
            track = self.tracks[sighting.track]
            track.face, track.seen_s = sighting.face, frame.time_s
            track.weight += (step_s or 1e-3) * nearness(sighting.face.box, frame)
        self._last_s = frame.time_s


def nearness(box: Box, frame: Frame) -> float:
    """How near a face is to the centre and to the camera, 0..1: its height's share times its nearness to the middle."""
    height, width = frame.pixels.shape[:2]
    off_x = (box.x + box.width / 2) / width - 0.5
    off_y = (box.y + box.height / 2) / height - 0.5
    central = max(0.0, 1.0 - math.hypot(off_x, off_y) / math.hypot(0.5, 0.5))
    return float(central * min(box.height / height, 1.0))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(across, 0.0) * max(down, 0.0)
    whole = one.width * one.height + other.width * other.height - shared
    return shared / whole if whole > 0 else 0.0


def _same_place(was: Box, now: Box) -> bool:
    if overlap(was, now) >= SAME_PLACE_OVERLAP:
        return True
    apart = math.hypot(was.x + was.width / 2 - now.x - now.width / 2, was.y + was.height / 2 - now.y - now.height / 2)
    size = max(was.width, now.width, 1.0)
    return apart < SAME_PLACE_FACES * size and 0.5 < (now.width + 1) / (was.width + 1) < 2.0
