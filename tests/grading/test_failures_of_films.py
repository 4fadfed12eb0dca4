"""Failures that users of other drop folders reported with the films themselves; the numbers are those of one list.

More kinds of files, made with ffmpeg: test_awkward_files. Other numbers: tests/daemon/test_failures_*.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from grading.grader import Grader, GradingSettings
from grading.types import Assessment, Box, Note, Pixels, Reason, Rejection
from grading.video import Recording
from tests.grading import made
from tests.grading.toys import ToyFinder, ToyScorer, scene

FACE = {1: [Box(110, 60, 100, 120)]}


def painted(time_s: float) -> Pixels:
    return scene(1, 3)


def graded(path: Path, settings: GradingSettings | None = None) -> Assessment | Rejection:
    return Grader(ToyFinder(FACE), ToyScorer(), settings or GradingSettings()).grade(path)


@pytest.mark.parametrize("harm", [made.cut, made.preallocated])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_failure_02_a_film_that_opens_but_lacks_its_end_is_never_graded(tmp_path: Path, harm, share: float) -> None:  # type: ignore[no-untyped-def]
    path = harm(made.fast_start(tmp_path / "half.mp4", made.steady(30, 6), painted), share)

    assert graded(path) == Rejection(Reason.TRUNCATED, model="toy")


def test_failure_19_of_a_film_that_is_too_long_the_start_is_graded_in_bounded_memory(tmp_path: Path) -> None:
    path = made.video(tmp_path / "long.mp4", made.steady(5, 40), painted)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    outcome = graded(path, GradingSettings(longest_s=10.0))

    assert isinstance(outcome, Assessment)
    assert Note.ONLY_THE_START in outcome.quality.notes
    assert max(reading.time_s for reading in outcome.readings) <= 10.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 200 * 1024


def test_failure_20_a_film_that_a_telephone_turned_is_seen_upright(tmp_path: Path) -> None:
    path = made.turned_by_90(made.video(tmp_path / "turned.mp4", made.steady(30, 1), made.plain(90)))

    with Recording(path) as recording:
        assert next(recording.frames(10)).pixels.shape == (160, 120, 3)


def test_failure_21_seconds_are_those_of_the_film_and_not_of_a_steady_rate(tmp_path: Path) -> None:
    times = [*made.steady(30, 2), *(2 + second for second in made.steady(8, 4))]
    outcome = graded(made.video(tmp_path / "variable.mp4", times, painted))

    assert isinstance(outcome, Assessment)
    assert outcome.seconds[3] == pytest.approx(6.0, abs=0.3)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg, which makes the file, is missing")
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv420p10le"])
def test_failure_22_films_of_a_new_telephone_are_decoded(tmp_path: Path, pixels: str) -> None:
    path = tmp_path / "iphone.mov"
    how = f"-c:v libx265 -pix_fmt {pixels} -preset ultrafast -tag:v hvc1 -x265-params log-level=error"
    source = "-f lavfi -i color=c=red:s=320x240:r=30:d=3"
    subprocess.run(["ffmpeg", "-v", "error", *source.split(), *how.split(), str(path)], check=True)

    with Recording(path) as recording:
        frames = list(recording.frames(10))
    assert len(frames) == 30
    assert np.median(frames[0].pixels[..., 0]) > 200
    assert np.median(frames[0].pixels[..., 2]) < 60
