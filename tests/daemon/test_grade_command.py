from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.grade_command import as_object, grade_with
from daemon.terminal import timeline
from grading.types import Grade, Quality, Reason, Rejection, Segment
from tests.hospital import DIM, GARBAGE, RESTING, SEVERE, ToyGrades

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_would_be_read_for_ever_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert grade_with(ToyGrades(), [tmp_path / "pipe" if kind == "pipe" else Path("/dev/zero")], as_json=True) == 1

    assert "is a pipe or a device; name a file" in capsys.readouterr().err


def test_a_name_of_any_bytes_steers_no_terminal_and_breaks_no_output(tmp_path: Path) -> None:
    """As a program with its output in a file sees it, where Python writes UTF-8 and nothing else."""
    name = b"\xe5\xbc\xa0\xff\x1b]0;title\x07\n.mp4"
    (tmp_path / os.fsdecode(name)).write_bytes(SEVERE)
    program = (
        "import sys; from pathlib import Path; from daemon.grade_command import grade_with;"
        "from tests.hospital import ToyGrades;"
        "files = [next(Path(sys.argv[1]).iterdir()), Path('no\x1b[2Jne.mp4')];"
        "grade_with(ToyGrades(), files, as_json=bool(sys.argv[2]))"
    )

    for as_json in ("yes", ""):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path), as_json],
            capture_output=True, check=True, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        )  # fmt: skip
        assert b"\x1b" not in done.stdout + done.stderr
        if as_json:
            assert os.fsencode(json.loads(done.stdout)["file"]) == bytes(tmp_path) + b"/" + name
        else:
            assert "张�".encode() in done.stdout


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
