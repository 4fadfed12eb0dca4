from pathlib import Path

import numpy as np
import pytest

from grading.grader import Grader, GradingSettings
from grading.types import Assessment, Box, Grade, Note, Outcome, Reason, Rejection
from tests.grading import made
from tests.grading.toys import ToyFinder, ToyScorer, scene

PATIENT, NURSE = Box(110, 60, 100, 120), Box(4, 20, 70, 90)


def graded(path: Path, finder: ToyFinder | None = None) -> Outcome:
    grader = Grader(finder or ToyFinder({3: [PATIENT]}), ToyScorer(), GradingSettings())
    return grader.grade(path)


def course(*parts: tuple[float, int, int]) -> made.Painter:
    """Paints (until_s, scene, grade), one after another."""

    def paint(time_s: float) -> np.ndarray:
        number, grade = next((number, grade) for until_s, number, grade in parts if time_s < until_s)
        return scene(number, grade)

    return paint


def test_seconds_per_grade_are_those_of_the_recording(tmp_path: Path) -> None:
    paint = course((2.0, 3, 0), (5.0, 3, 1), (9.0, 3, 3), (11, 3, 4))
    outcome = graded(made.video(tmp_path / "a.mp4", made.steady(30, 10), paint))
    assert isinstance(outcome, Assessment)
    assert outcome.grade is Grade.SEVERE
    assert outcome.peak_grade is Grade.INTENSE
    assert outcome.seconds == pytest.approx((2, 3, 0, 4, 1), abs=0.15)
    assert outcome.quality.face_share == pytest.approx(1.0)
    assert outcome.quality.length_s == pytest.approx(10.0, abs=0.05)
    assert outcome.model == "toy"
    assert outcome.confidence == pytest.approx(0.92, abs=0.01)


def test_seconds_follow_presentation_time_when_the_rate_varies(tmp_path: Path) -> None:
    # mild is shown at 30 frames/s for 3 s, intense at 4 frames/s for 5 s: by number of frames mild would win
    times = [index / 30 for index in range(90)] + [3 + index / 4 for index in range(20)]
    outcome = graded(made.video(tmp_path / "a.mp4", times, course((3.0, 3, 1), (9, 3, 4))))
    assert isinstance(outcome, Assessment)
    assert outcome.grade is Grade.INTENSE
    assert outcome.seconds[1] == pytest.approx(3.0, abs=0.2)
    assert outcome.seconds[4] == pytest.approx(4.8, abs=0.3)


def test_a_nurse_behind_changes_nothing(tmp_path: Path) -> None:
    finder = ToyFinder({3: [PATIENT], 5: [NURSE, PATIENT]})
    paint = course((3.0, 3, 2), (6.0, 5, 2), (11, 3, 2))
    outcome = graded(made.video(tmp_path / "a.mp4", made.steady(30, 9), paint), finder)
    assert isinstance(outcome, Assessment)
    assert outcome.seconds == pytest.approx((0, 0, 9, 0, 0), abs=0.2)
    assert Note.SEVERAL_FACES in outcome.quality.notes


def test_looking_away_is_no_time_in_pain(tmp_path: Path) -> None:
    outcome = graded(made.video(tmp_path / "a.mp4", made.steady(30, 9), course((3.0, 3, 1), (6.0, 0, 1), (11, 3, 1))))
    assert isinstance(outcome, Assessment)
    assert outcome.seconds[1] == pytest.approx(6.0, abs=0.25)
    assert [(s.start_s, s.end_s) for s in outcome.segments] == [
        (pytest.approx(0, abs=0.1), pytest.approx(3, abs=0.15)),
        (pytest.approx(6, abs=0.15), pytest.approx(9, abs=0.1)),
    ]


def test_a_dim_recording_is_graded_with_a_note_and_a_dark_one_refused(tmp_path: Path) -> None:
    def dim(level: int) -> made.Painter:
        return lambda _: scene(3, 2, brightness=level)

    finder = ToyFinder({number: [PATIENT] for number in range(1, 13)})
    outcome = graded(made.video(tmp_path / "dim.mp4", made.steady(30, 4), dim(58)), finder)
    assert isinstance(outcome, Assessment)
    assert Note.DIM in outcome.quality.notes
    dark = graded(made.video(tmp_path / "dark.mp4", made.steady(30, 4), dim(20)), finder)
    assert isinstance(dark, Rejection)
    assert dark.reason is Reason.TOO_DIM


def test_an_empty_bed_has_no_face(tmp_path: Path) -> None:
    outcome = graded(made.video(tmp_path / "a.mp4", made.steady(30, 4), course((9, 0, 0))))
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.NO_FACE


@pytest.mark.parametrize(("content", "reason"), [(b"", Reason.UNREADABLE), (b"no video" * 999, Reason.UNREADABLE)])
def test_what_is_no_video_is_unreadable(tmp_path: Path, content: bytes, reason: Reason) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert graded(path) == Rejection(reason, model="toy")


def test_a_cut_recording_is_never_graded(tmp_path: Path) -> None:
    path = made.cut(made.fast_start(tmp_path / "a.mp4", made.steady(30, 8), course((9, 3, 1))), 0.6)
    assert graded(path) == Rejection(Reason.TRUNCATED, model="toy")


def test_a_recording_of_a_moment_is_too_short(tmp_path: Path) -> None:
    outcome = graded(made.video(tmp_path / "a.mp4", made.steady(30, 1), course((9, 3, 1))))
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.TOO_SHORT


def test_a_missing_file_is_an_error_and_no_outcome(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        graded(tmp_path / "gone.mp4")


def test_progress_is_told_once_a_frame_and_may_stop_the_work(tmp_path: Path) -> None:
    path = made.video(tmp_path / "a.mp4", made.steady(30, 3), course((9, 3, 1)))
    seen: list[tuple[float, float]] = []

    def note(time_s: float, length_s: float) -> None:
        seen.append((time_s, length_s))
        if time_s > 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Grader(ToyFinder({3: [PATIENT]}), ToyScorer(), GradingSettings()).grade(path, note)
    assert len(seen) == pytest.approx(11, abs=2)
    assert seen[0][1] == pytest.approx(3.0, abs=0.1)
