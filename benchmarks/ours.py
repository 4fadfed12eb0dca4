"""PEEA's own ways on the same frames; each runs in a process of its own (benchmarks.part)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.films import spread_frames
from benchmarks.measured import Pairs, Row, Said, Stages, Watch, Whole, peak_mb
from grading.crops import crop
from grading.faces import CascadeFinder
from grading.grader import Grader, GradingSettings
from grading.ready import ready_grader, ready_scorer
from grading.track import FaceTracker, overlap
from grading.types import Assessment, Crop, Face, Frame, Outcome, Pixels
from grading.version import read_version
from grading.weights import read_weights

FAST_SHARE = 0.10  # of the default settings
CONSECUTIVE = 90  # frames in which a face is followed: three seconds, so three whole cascades
COMPARED_FRAMES_PER_S = 5.0


def exact(film: Path, model: Path, cache: Path, count: int) -> Stages:
    """The whole cascade in exact mode on frames spread over the recording."""
    return _spread(film, model, cache, count, 0.0, "ours, exact")


def fast(film: Path, model: Path, cache: Path, count: int) -> Stages:
    """The whole cascade in fast mode on the same frames, which nothing connects: nothing can be followed."""
    return _spread(film, model, cache, count, FAST_SHARE, "ours, fast, single pictures")


def _spread(film: Path, model: Path, cache: Path, count: int, share: float, way: str) -> Stages:
    finder, scorer = CascadeFinder(share), ready_scorer(read_version(model), cache)
    frames = spread_frames(film, count)
    finder.find(frames[0])
    watch, faces = Watch(), list[Row]()
    for pixels in frames:
        with watch.on("detect"):
            found = finder.find(pixels)
        if found:
            faces.append(as_row(found[0]))
            with watch.on("align"):
                cut = crop(Frame(0.0, pixels), found[0].landmarks, scorer.crop_px)
            with watch.on("grade"):
                scorer.score([cut])
    return watch.stages(way, len(frames), faces)


def following(film: Path, model: Path, cache: Path) -> Stages:
    """Fast mode as recordings are graded: decoded in order, a face followed, the whole cascade once a second."""
    version = read_version(model)
    tracker, scorer = FaceTracker(CascadeFinder(FAST_SHARE)), ready_scorer(version, cache)
    capture = cv2.VideoCapture(str(film), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    watch, faces = Watch(), list[Row]()
    for at in range(CONSECUTIVE):
        with watch.on("decode"):
            pixels = np.asarray(cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB), np.uint8)
        frame = Frame(at / 30, pixels)
        with watch.on("detect"):
            sightings = tracker.update(frame)
        for sighting in sightings[:1]:
            faces.append(as_row(sighting.face))
            with watch.on("align"):
                cut = crop(frame, sighting.face.landmarks, scorer.crop_px)
            with watch.on("grade"):
                scorer.score([cut])
    return watch.stages(f"ours, fast, following, {version.card.precision}", CONSECUTIVE, faces)


def deviation(film: Path) -> Pairs:
    """The same face in the same frames of a recording: followed as it is graded, and by the exact cascade."""
    tracker, finder = FaceTracker(CascadeFinder(FAST_SHARE)), CascadeFinder()
    capture = cv2.VideoCapture(str(film))
    followed, found = list[Row](), list[Row]()
    for at in range(CONSECUTIVE):
        frame = Frame(at / 30, np.asarray(cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB), np.uint8))
        sightings = tracker.update(frame)
        if at % 9 == 8 and sightings and (truth := finder.find(frame.pixels)):
            followed.append(as_row(sightings[0].face))
            found.append(as_row(truth[0]))
    return Pairs(tuple(followed), tuple(found))


def whole(film: Path, model: Path, cache: Path, frames_per_s: float) -> Whole:
    """The recording as the daemon grades it."""
    grader = ready_grader(model, cache, GradingSettings(frames_per_s=frames_per_s), FAST_SHARE)
    wall, cpu = time.perf_counter(), time.process_time()
    outcome = grader.grade(film)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    graded = len(outcome.readings) if isinstance(outcome, Assessment) else 0
    length_s = outcome.quality.length_s if outcome.quality else 0.0
    precision = read_version(model).card.precision
    return Whole(film.stem, precision, frames_per_s, graded, length_s, wall, cpu, peak_mb(), _words(outcome))


def compared(film: Path, model: Path, cache: Path) -> Said:
    """One recording in the exact way and in the fast one, at the same sampling."""
    settings = GradingSettings(frames_per_s=COMPARED_FRAMES_PER_S)
    version = read_version(model)
    slow = Grader(NeverFollowing(), KerasScorer(model), settings).grade(film)
    quick = Grader(CascadeFinder(FAST_SHARE), ready_scorer(version, cache), settings).grade(film)
    apart = 0.0
    if isinstance(slow, Assessment) and isinstance(quick, Assessment):
        apart = float(np.abs(np.array(slow.seconds) - quick.seconds).max())
    return Said(film.stem, _words(slow), _words(quick), apart)


class NeverFollowing:
    """The exact cascade on every frame; a face is "followed" by finding it again."""

    def __init__(self) -> None:
        self._finder = CascadeFinder()

    def find(self, pixels: Pixels) -> list[Face]:
        """All faces in the picture."""
        return self._finder.find(pixels)

    def follow(self, pixels: Pixels, face: Face, least_score: float) -> Face | None:
        """The face of this picture that overlaps most with where it was."""
        near = [each for each in self._finder.find(pixels) if overlap(each.box, face.box) > 0.25]
        return max(near, key=lambda each: overlap(each.box, face.box)) if near else None


class KerasScorer:
    """Keras itself, batch by batch."""

    def __init__(self, model: Path) -> None:
        from grading.network import with_weights

        version = read_version(model)
        self.crop_px = version.card.crop_px
        self._network = with_weights(read_weights(version.weights), self.crop_px)
        self.version = "keras"
        self.n_grades = int(self._network.output.shape[-1])

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """Probabilities, float32 (len(crops), n_grades)."""
        batch = np.stack([each.pixels for each in crops]).astype(np.float32)
        return np.asarray(self._network.predict_on_batch(batch), np.float32)


def as_row(face: Face) -> Row:
    """A face as x1, y1, x2, y2, five x and five y."""
    box, points = face.box, list(vars(face.landmarks).values())
    corners = (box.x, box.y, box.x + box.width, box.y + box.height)
    return (*corners, *(point.x for point in points), *(point.y for point in points))


def _words(outcome: Outcome) -> str:
    if isinstance(outcome, Assessment):
        return f"{outcome.grade.name.lower()} ({outcome.seconds[outcome.grade]:.1f} s)"
    return str(outcome.reason)
