"""Key frames of labelled recordings (paper, section 3.1.1), by the very code that grades recordings.

A recording goes through `grading.grader.Grader` as in the ward: frames by presentation time, the patient's face
followed, levelled, cropped, judged fit; only the scorer is another one, which keeps the crops instead of grading them.
What grading would reject (too dim, no face, cut) or pass over (turned away, too dark, too small) gives no key frame.

Which frames are key frames: the stretch that a label is for is divided into `MOST_FRAMES` equal spans, and of each the
sharpest crop is taken, so that they show the whole stretch, and no frame in motion blur. Each bears the label of its
stretch, or where there is a truth by time, that of its own moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from archive.files import sha256_of, write_whole
from grading.grader import Grader, GradingSettings
from grading.ports import FaceFinder
from grading.types import Assessment, Crop, Pixels, Rejection
from trainer.cases import CasesError, KeyFrame, Taken
from trainer.lists import Line, Moment, read_truth
from trainer.ratings import Coding

MOST_FRAMES = 8
FRAMES_PER_S = 5.0
LONGEST_S = 120.0
FAR_S = 0.5  # a truth whose nearest moment is farther away says nothing of a frame
WHOLE, REJECTED = "whole", "rejected"  # files that say that all of a recording's key frames, or none, are there
STEP = 1.0 / 2**20  # how far apart the marks of two crops are; exact in float32


class _Collector:
    """A scorer that keeps crops; what it says of each is "none" for sure, less the crop's number in the last place."""

    version, n_grades = "key frames", 5

    def __init__(self, crop_px: int) -> None:
        self.crop_px = crop_px
        self.crops: list[Crop] = []

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        rows = np.zeros((len(crops), self.n_grades), np.float32)
        for row, crop in zip(rows, crops, strict=True):
            row[-1] = len(self.crops) * STEP
            row[0] = 1 - row[-1]
            self.crops.append(crop)
        return rows

    def crop_of(self, probabilities: Sequence[float]) -> Crop:
        return self.crops[round(probabilities[-1] / STEP)]


@dataclass
class KeyFrames:
    """Takes key frames from recordings and keeps them as pictures.

    finder: finds faces; kept_in: folder for the pictures; coding: of letters in truths.
    """

    finder: FaceFinder
    kept_in: Path
    crop_px: int
    coding: Coding | None = None
    settings: GradingSettings = field(
        default_factory=lambda: GradingSettings(frames_per_s=FRAMES_PER_S, longest_s=LONGEST_S)
    )

    def __call__(self, line: Line) -> Taken:
        """The key frames of a line's recording, or of the part that it is for; or why there are none.

        Raises:
            trainer.lists.ListError: the truth that the line names cannot be read.
        """
        name = sha256_of(line.source)
        truth = read_truth(line.truth, self.coding) if line.truth else ()
        asked = f"{name} {line.start_s} {line.end_s} {truth} {self.crop_px} {MOST_FRAMES} {FRAMES_PER_S}"
        folder = self.kept_in / hashlib.sha256(asked.encode()).hexdigest()[:24]
        if (folder / REJECTED).is_file():
            return Taken((), (folder / REJECTED).read_text("utf-8"))
        if (folder / WHOLE).is_file():
            times = sorted(float(path.stem) for path in folder.glob("*.png"))
        else:
            found = self._found(line)
            if isinstance(found, Rejection):
                why = f"the recording cannot be graded ({found.reason.value})"
                folder.mkdir(parents=True, exist_ok=True)
                write_whole(folder / REJECTED, why.encode())
                return Taken((), why)
            chosen = _key_crops([crop for crop in found if _nearest(truth, crop.time_s) is not None or not truth])
            _keep(folder, chosen)
            times = [round(crop.time_s, 3) for crop in chosen]
        frames = tuple(self._frame(folder, time_s, name, truth) for time_s in times)
        return Taken(frames, "" if frames else "no frame of what is labelled shows a usable face")

    def _found(self, line: Line) -> list[Crop] | Rejection:
        collector = _Collector(self.crop_px)
        outcome = Grader(self.finder, collector, self.settings).grade(line.source)
        if not isinstance(outcome, Assessment):
            return outcome
        low, high = line.start_s or 0.0, float("inf") if line.end_s is None else line.end_s
        usable = [reading for reading in outcome.readings if reading.probabilities is not None]
        return [collector.crop_of(reading.probabilities or ()) for reading in usable if low <= reading.time_s <= high]

    def _frame(self, folder: Path, time_s: float, recording: str, truth: Sequence[Moment]) -> KeyFrame:
        moment = _nearest(truth, time_s)
        path = folder / f"{time_s:.3f}.png"
        if moment is None:
            return KeyFrame(path, recording, time_s)
        return KeyFrame(path, recording, time_s, moment.grade, moment.pspi, moment.units)


def _key_crops(crops: Sequence[Crop]) -> list[Crop]:
    if not crops:
        return []
    edges = np.linspace(crops[0].time_s, crops[-1].time_s, MOST_FRAMES + 1)[1:-1]
    spans: dict[int, list[Crop]] = {}
    for crop in crops:
        spans.setdefault(int(np.searchsorted(edges, crop.time_s)), []).append(crop)
    return [max(span, key=lambda crop: sharpness(crop.pixels)) for _, span in sorted(spans.items())]


def sharpness(pixels: Pixels) -> float:
    """Variance of the Laplacian of the luma: higher is sharper."""
    return float(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())


def _nearest(truth: Sequence[Moment], time_s: float) -> Moment | None:
    nearest = min(truth, key=lambda moment: abs(moment.time_s - time_s), default=None)
    return nearest if nearest and abs(nearest.time_s - time_s) <= FAR_S else None


def _keep(folder: Path, crops: Sequence[Crop]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for crop in crops:
        done, data = cv2.imencode(".png", cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2BGR))
        if not done:
            raise CasesError("a key frame cannot be written as PNG: is OpenCV whole?")
        write_whole(folder / f"{crop.time_s:.3f}.png", data.tobytes())
    write_whole(folder / WHOLE, b"")
