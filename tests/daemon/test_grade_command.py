from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from daemon.grade_command import as_object, grade_with
from daemon.terminal import timeline
from grading.types import Grade, Quality, Reason, Rejection, Segment
from tests.hospital import DIM, GARBAGE, RESTING, SEVERE, ToyGrades


def test_json_has_an_object_a_recording_with_what_programs_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for name, data in (("a.mp4", SEVERE), ("b.mp4", DIM), ("c.mp4", RESTING), ("d.mp4", GARBAGE)):
        (tmp_path / name).write_bytes(data)
        files.append(tmp_path / name)

    assert grade_with(ToyGrades(), files, as_json=True) == 0

    severe, dim, resting, garbage = map(json.loads, capsys.readouterr().out.splitlines())
    assert severe["file"] == str(files[0])
    assert (severe["outcome"], severe["grade"], severe["grade_word"]) == ("graded", 3, "Severe")
    assert (severe["seconds"], severe["none_s"]) == ([0.0, 0.0, 2.0, 0.0], 0.0)
    assert (severe["confidence"], severe["model"], severe["reason"]) == (0.9, "toy-1", None)
    assert (severe["length_s"], severe["face_share"], severe["notes"]) == (2.0, 1.0, [])
    assert (dim["outcome"], dim["grade"], dim["reason"]) == ("rejected", None, "too_dim")
    assert "record again" in dim["advice"]
    assert (resting["grade"], resting["none_s"]) == (0, 2.0)
    assert garbage["reason"] == "unreadable"
    assert set(severe) - {"segments", "peak_grade"} == set(dim)


def test_a_rejected_recording_keeps_what_was_seen_of_it() -> None:
    rejected = Rejection(Reason.NO_FACE, Quality(21.0, 0.05, 90.0), "m")

    assert as_object("a", rejected)["length_s"] == 21.0


def test_a_missing_file_costs_the_exit_status_and_not_the_other_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_bytes(SEVERE)

    assert grade_with(ToyGrades(), [tmp_path / "none.mp4", tmp_path / "a.mp4"], as_json=True) == 1

    captured = capsys.readouterr()
    assert json.loads(captured.out)["grade"] == 3
    assert "none.mp4: there is no such file" in captured.err


def test_the_table_shows_grade_seconds_and_a_block_per_half_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_bytes(SEVERE)
    (tmp_path / "b.mp4").write_bytes(DIM)

    grade_with(ToyGrades(), [tmp_path / "a.mp4", tmp_path / "b.mp4"], as_json=False)

    said = capsys.readouterr().out
    assert re.search(r"^  3333 *$", said, re.MULTILINE)
    assert "Switch on the bed light" in said.replace("\n", " ")


def test_the_timeline_shows_gaps_and_what_held_longest_in_each_block() -> None:
    segments = (Segment(Grade.MILD, 0.0, 0.6), Segment(Grade.INTENSE, 0.6, 1.4), Segment(Grade.NONE, 2.0, 2.5))

    assert timeline(segments, 3.0).plain == "144·0·"
    assert timeline((), 0.0).plain == "·"
