"""Grades recordings with known truth: python -m benchmarks.recordings LABELS.csv [MODEL FOLDER]

LABELS.csv has a line per recording: video, sec_none, sec_mild, sec_obvious, sec_severe, sec_intense, longest_grade
(empty if there is no face); the recordings lie beside it. With a CSV of the same name beside a recording (time_s, grade
per frame) the share of frames graded right is told as well.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive.models import bundled
from grading.confirm import label
from grading.grader import Grader, GradingSettings
from grading.ready import ready_grader
from grading.types import Assessment, Grade, Outcome

SECONDS = ("sec_none", "sec_mild", "sec_obvious", "sec_severe", "sec_intense")


@dataclass(frozen=True)
class Line:
    """What came of one recording. off_share: largest error of a grade's seconds, as a share of the length."""

    video: str
    true: str
    said: str
    off_share: float
    frames_right: float
    real_time_factor: float

    @property
    def is_right(self) -> bool:
        """The grade of longest duration is the true one, or there is rightly none."""
        return self.true == self.said


def main(labels: Path, model: Path) -> None:
    """Prints a line per recording and the summary."""
    with tempfile.TemporaryDirectory() as cache:
        grader = ready_grader(model, Path(cache), GradingSettings())
        with labels.open(newline="", encoding="utf-8") as rows:
            lines = [_graded(grader, labels.parent, row) for row in csv.DictReader(rows)]
    print(f"\nmodel {grader.model}: {sum(line.is_right for line in lines)} of {len(lines)} recordings right")
    graded = [line for line in lines if not np.isnan(line.off_share)]
    over = sum(line.off_share > 0.2 for line in graded)
    print(f"seconds of a grade off by more than 20 % of the length: {over} of {len(graded)}")
    print(f"frames graded right: {np.nanmean([line.frames_right for line in graded]):.3f}")
    print(f"median real-time factor: {np.median([line.real_time_factor for line in lines]):.2f}")


def _graded(grader: Grader, folder: Path, row: dict[str, str]) -> Line:
    start = time.monotonic()
    outcome = grader.grade(folder / row["video"])
    took_s = time.monotonic() - start
    true_seconds = [float(row[name]) for name in SECONDS]
    said = outcome.grade.name.lower() if isinstance(outcome, Assessment) else str(outcome.reason)
    off_share = np.nan
    if isinstance(outcome, Assessment):
        errors = np.abs(np.array(outcome.seconds) - true_seconds)
        off_share = float(errors.max() / outcome.quality.length_s)
    length_s = outcome.quality.length_s if outcome.quality else 0.0
    frames_right = _frames_right(outcome, (folder / row["video"]).with_suffix(".csv"))
    line = Line(row["video"], row["longest_grade"] or "no_face", said, off_share, frames_right, length_s / took_s)
    confidence = outcome.confidence if isinstance(outcome, Assessment) else 0.0
    verdict, special = ("right" if line.is_right else "WRONG"), row.get("special", "")
    print(
        f"{verdict} {line.video:24} {special:9} {line.true:8} {line.said:8} off {line.off_share:5.2f} "
        f"frames {line.frames_right:5.2f} sure {confidence:4.2f} x{line.real_time_factor:4.1f}",
        flush=True,
    )
    return line


def _frames_right(outcome: Outcome, path: Path) -> float:
    if not isinstance(outcome, Assessment) or not path.is_file():
        return np.nan
    with path.open(newline="", encoding="utf-8") as rows:
        truth = [(float(row["time_s"]), row["grade"]) for row in csv.DictReader(rows)]
    times = np.array([time_s for time_s, _ in truth])
    right = []
    for reading in outcome.readings:
        grade = truth[int(np.abs(times - reading.time_s).argmin())][1]
        if reading.probabilities is not None and grade:
            right.append(label(reading.probabilities) is Grade(int(grade)))
    return float(np.mean(right)) if right else np.nan


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else bundled())
