"""Grades one recording: the story of grading.

    frames by presentation time -> faces followed -> each face levelled, cropped, judged fit -> probabilities in batches
    -> the patient's readings -> confirmed stretches -> the grade of longest duration, or a Rejection with its reason.

Frames stream through: what is kept of a frame is one reading per face, a few dozen bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from grading.ahead import Ahead
from grading.assess import assess
from grading.behind import Behind
from grading.crops import crop, lit, luma
from grading.ports import FaceFinder, OnFrame, Scorer
from grading.quality import Limits, gap_of, quality_of, reason_against
from grading.track import FaceTracker, Sighting
from grading.types import Crop, Frame, Gap, Note, Outcome, Quality, Reading, Reason, Rejection
from grading.video import Recording, TruncatedError, UnreadableError

FACES_PER_FRAME = 2  # the patient, and whoever stands behind until it is clear which of the two the patient is
BATCH = 8
BATCHES_BEHIND = 2  # waiting for the network while faces are found in the next frames
FRAMES_AHEAD = 3  # decoded while others are graded; each takes 3 MB at 720p, 25 MB at 4K
LONGEST_FRAME_S = 1.0  # a frame stands for the time up to the next, but a picture frozen for longer shows nobody
SURE_SCORE = 0.98  # of a face in a picture turned by a quarter, before the recording counts as sideways
STAYED_SHARE = 0.1  # of the recording, before a face counts as one of several


@dataclass(frozen=True)
class GradingSettings:
    """How recordings are graded; see config/defaults.toml for units and reasons."""

    frames_per_s: float = 10.0
    confirm_s: float = 0.5
    longest_s: float = 600.0
    look_again_s: float = 1.0
    limits: Limits = field(default_factory=Limits)


class Grader:
    """Grades recordings with a face finder and a scorer."""

    def __init__(self, finder: FaceFinder, scorer: Scorer, settings: GradingSettings) -> None:
        self._finder = finder
        self._scorer = scorer
        self._settings = settings

    @property
    def model(self) -> str:
        """The version of the network in use."""
        return self._scorer.version

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        """The outcome of the recording at `path`.

        Raises:
            OSError: the file cannot be read at all (gone, no permission, a broken disk).
        """
        settings = self._settings
        try:
            with Recording(path) as recording, Behind(BATCHES_BEHIND) as behind:
                watching = _Watching(self._finder, self._scorer, settings, behind)
                decoded = recording.frames(settings.frames_per_s, settings.longest_s)
                with Ahead(decoded, FRAMES_AHEAD) as frames:
                    for frame in frames:
                        if on_frame:
                            on_frame(frame.time_s, recording.claims.length_s)
                        watching.see(frame)
                return self._outcome(watching, recording.length_s)
        except TruncatedError:
            return Rejection(Reason.TRUNCATED, model=self.model)
        except UnreadableError:
            return Rejection(Reason.UNREADABLE, model=self.model)

    def _outcome(self, watching: _Watching, length_s: float) -> Outcome:
        settings = self._settings
        readings = watching.readings(length_s)
        quality = watching.quality(readings, length_s)
        reason = reason_against(quality, readings, watching.picture_luma, settings.limits)
        if reason:
            return Rejection(reason, quality, self.model)
        return assess(readings, quality, settings.confirm_s, settings.frames_per_s, self.model)


@dataclass
class _Seen:
    """What became of one face in one frame; probabilities follow when its batch has been scored."""

    luma: float
    gap: Gap | None
    probabilities: tuple[float, ...] | None = None


class _Watching:
    """What is known of a recording while its frames go by."""

    def __init__(self, finder: FaceFinder, scorer: Scorer, settings: GradingSettings, behind: Behind) -> None:
        self._finder, self._scorer, self._settings, self._behind = finder, scorer, settings, behind
        self._tracker = FaceTracker(finder, settings.look_again_s)
        self._quarter_turns = 0
        self._tried_turning_s = -np.inf
        self._times: list[float] = []
        self._seen: list[dict[int, _Seen]] = []  # per frame, by track
        self._waiting: list[tuple[Crop, _Seen]] = []
        self._luma_sum = 0.0

    @property
    def picture_luma(self) -> float:
        """Mean luma of the whole pictures so far, 0..255."""
        return self._luma_sum / len(self._times) if self._times else 0.0

    def see(self, frame: Frame) -> None:
        """Takes in the next frame."""
        frame = self._upright(frame)
        self._times.append(frame.time_s)
        brightness = luma(frame.pixels[::4, ::4])
        self._luma_sum += brightness
        self._seen.append({})
        for sighting in self._tracker.update(Frame(frame.time_s, lit(frame.pixels, brightness)))[:FACES_PER_FRAME]:
            self._look_at(sighting, frame)
        if len(self._waiting) >= BATCH:
            self._score()

    def readings(self, length_s: float) -> list[Reading]:
        """The patient's readings, one per frame; frames without the patient's face have a gap instead."""
        self._score()
        self._behind.finish()
        patient = self._tracker.patient()
        ends = [*self._times[1:], length_s]
        longest_s = max(LONGEST_FRAME_S, 3 / self._settings.frames_per_s if self._settings.frames_per_s else 0.0)
        readings = []
        for time_s, end_s, faces in zip(self._times, ends, self._seen, strict=True):
            duration_s = min(max(end_s - time_s, 0.0), longest_s)
            seen = faces.get(patient) if patient is not None else None
            if seen is None:
                readings.append(Reading(time_s, duration_s, None, Gap.NO_FACE))
            else:
                readings.append(Reading(time_s, duration_s, seen.probabilities, seen.gap))
        return readings

    def quality(self, readings: list[Reading], length_s: float) -> Quality:
        """The quality of the recording, with what only the watching knows."""
        patient = self._tracker.patient()
        lumas = [faces[patient].luma for faces in self._seen if patient in faces] if patient is not None else []
        counts = [sum(track.number in faces for faces in self._seen) for track in self._tracker.tracks]
        stayed = sum(count > STAYED_SHARE * len(self._times) for count in counts)
        brightness = float(np.median(lumas)) if lumas else 0.0
        quality = quality_of(readings, length_s, brightness, stayed, self._settings.limits)
        notes = quality.notes + ((Note.SIDEWAYS,) if self._quarter_turns else ())
        if length_s > self._settings.longest_s:
            notes += (Note.ONLY_THE_START,)
        return Quality(quality.length_s, quality.face_share, quality.brightness, notes)

    def _look_at(self, sighting: Sighting, frame: Frame) -> None:
        try:
            cut = crop(frame, sighting.face.landmarks, self._scorer.crop_px)
        except ValueError:  # landmarks on one point: not a face that can be levelled
            self._seen[-1][sighting.track] = _Seen(0.0, Gap.NO_FACE)
            return
        gap = gap_of(sighting.face, cut.brightness, self._settings.limits)
        seen = _Seen(cut.brightness, gap)
        self._seen[-1][sighting.track] = seen
        if gap is None:
            self._waiting.append((cut, seen))

    def _score(self) -> None:
        if self._waiting:
            self._behind.give(partial(self._scored, self._waiting))
            self._waiting = []

    def _scored(self, waiting: list[tuple[Crop, _Seen]]) -> None:
        scores = self._scorer.score([cut for cut, _ in waiting])
        for (_, seen), row in zip(waiting, scores, strict=True):
            seen.probabilities = tuple(float(value) for value in row)

    def _upright(self, frame: Frame) -> Frame:
        """The frame turned as needed: a telephone held sideways, or a patient lying across the picture."""
        if not self._tracker.tracks and frame.time_s - self._tried_turning_s >= self._settings.look_again_s:
            self._tried_turning_s = frame.time_s
            self._quarter_turns = self._turns_needed(frame)
        return _turned(frame, self._quarter_turns)

    def _turns_needed(self, frame: Frame) -> int:
        seen = Frame(frame.time_s, lit(frame.pixels, luma(frame.pixels[::4, ::4])))
        if self._finder.find(seen.pixels):
            return 0
        sure = {
            turns: max((face.confidence for face in self._finder.find(_turned(seen, turns).pixels)), default=0.0)
            for turns in (1, 3, 2)
        }
        best = max(sure, key=lambda turns: sure[turns])
        return best if sure[best] >= SURE_SCORE else 0


def _turned(frame: Frame, quarter_turns: int) -> Frame:
    codes = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}
    if not quarter_turns:
        return frame
    return Frame(frame.time_s, np.asarray(cv2.rotate(frame.pixels, codes[quarter_turns]), np.uint8))
