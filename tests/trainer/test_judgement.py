"""Judging: who may be judged by, what is written, and recordings as a whole."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from grading.faces import CascadeFinder
from grading.version import read_version
from tests.hospital import DIM, MILD, SEVERE, ToyGrades
from tests.versions import renamed_version
from trainer.cases import CasesError, read_cases
from trainer.figures import Course, bars_picture, confusion_picture, course_picture, reliability_picture
from trainer.groups import judged_by_group
from trainer.judgement import Court, Judgement, judged, unseen, write_judgement
from trainer.lists import ListError, read_groups
from trainer.metrics import Bin
from trainer.patients import mark
from trainer.recordings import answers, graded_pairs, read_recordings, recording_figures

LIST = Path(__file__).parent / "data" / "labels.csv"


def test_a_version_is_judged_on_patients_that_it_has_not_learnt_from_only(tmp_path: Path) -> None:
    cases = read_cases(LIST)
    patients = sorted({case.patient for case in cases})
    folder = renamed_version(tmp_path / "ours", learnt_from=tuple(mark(name) for name in patients[:4]), unlisted=())
    kept = unseen(read_version(folder), cases)
    assert sorted({case.patient for case in kept}) == patients[4:]
    everybody = renamed_version(tmp_path / "all", learnt_from=tuple(mark(name) for name in patients), unlisted=())
    with pytest.raises(CasesError, match="all has learnt from all 6 patients"):
        unseen(read_version(everybody), cases)


def test_a_judgement_has_every_figure_and_is_written_with_its_pictures(tmp_path: Path) -> None:
    folder = renamed_version(tmp_path / "ours", learnt_from=(mark("somebody"),), unlisted=())
    court = Court(CascadeFinder(0.10), tmp_path / "crops", tmp_path / "forms", print)
    cases = read_cases(LIST)
    judgement = judged(read_version(folder), cases, [], court)
    assert (judgement.pictures, judgement.patients, judgement.left_out, judgement.faceless) == (24, 6, 0, 0)
    assert judgement.figures["accuracy"].value > 0.6  # the bundled network has learnt from some of these
    assert sum(sum(row) for row in judgement.confusion) == sum(each.count for each in judgement.reliability) == 24
    write_judgement(judgement, tmp_path / "out")
    assert Judgement.model_validate_json((tmp_path / "out" / "judgement.json").read_text()) == judgement
    for name in ("confusion.png", "calibration.png"):
        drawn = cv2.imread(str(tmp_path / "out" / name))
        assert drawn is not None and drawn.shape[0] > 400 and drawn.std() > 10
    assert any("quadratic_kappa" in line and "95 %" in line for line in judgement.lines())


def test_groups_of_a_column_are_judged_each_by_itself(tmp_path: Path) -> None:
    rows = ["file,patient,grade,light"]
    for number, (grade, light) in enumerate([(1, "dim"), (2, "dim"), (4, "dim"), (4, "window"), (3, "")]):
        (tmp_path / f"{number}.png").write_bytes(b"")
        rows.append(f"{number}.png,P{number},{grade},{light}")
    (tmp_path / "list.csv").write_text("\n".join(rows))
    cases = read_cases(tmp_path / "list.csv", only_training=True)
    true = np.array([int(case.grade) for case in cases])
    said = np.array([1, 3, 2, 4, 3])
    with (tmp_path / "list.csv").open("a") as rows:
        rows.write("\n\n")  # as an editor leaves it
    found = judged_by_group(true, said, cases, read_groups(tmp_path / "list.csv", "Light"))
    told = [(one.group, one.pictures, one.patients, one.too_mild) for one in found]
    assert told == [("(not told)", 1, 1, 0), ("dim", 3, 3, 1), ("window", 1, 1, 0)]
    assert [one.accuracy.value for one in found] == pytest.approx([1, 1 / 3, 1], abs=1e-3)
    assert [one.mean_error_grades.value for one in found] == pytest.approx([0, 1, 0])
    assert "dim" in found[1].line() and "0.333" in found[1].line()
    with pytest.raises(ListError, match="no column sex: it has file, patient, grade, light"):
        read_groups(tmp_path / "list.csv", "sex")


def test_pictures_are_the_same_for_the_same_values_and_differ_for_others() -> None:
    table = np.eye(5, dtype=int).tolist()
    assert confusion_picture(table, "a") == confusion_picture(table, "a")
    assert confusion_picture(table, "a") != confusion_picture(np.ones((5, 5), int).tolist(), "a")
    courses = [Course("Adam", (0.2, 0.5), (0.3, 0.4), (1.5, 0.9)), Course("SGDM", (0.3, 0.6), (0.3, 0.5))]
    for drawn in (
        course_picture(courses, "two"),
        course_picture(courses[1:], "one"),
        reliability_picture((Bin(3, 0.5, 0.4),), 0.1, "a"),
        bars_picture({"ResNet50": {"paper": 0.984, "here": 0.5}, "AlexNet": {"here": 0.2}}, "rows"),
    ):
        assert cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_COLOR).std() > 10


def recordings(folder: Path) -> Path:
    rows = [
        ("bed1.mp4", "P1", "3", SEVERE),
        ("bed2.mp4", "P1", "mild", MILD),
        ("bed3.mp4", "P2", "4", SEVERE),
        ("bed4.mp4", "P2", "", DIM),
        ("bed5.mp4", "P3", "2", DIM),
    ]
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["video", "patient", "longest_grade"])
        for name, patient, grade, content in rows:
            (folder / name).write_bytes(content)
            writer.writerow([name, patient, grade])
    return folder / "list.csv"


def test_recordings_are_judged_as_a_whole_refusals_included(tmp_path: Path) -> None:
    said: list[str] = []
    found = answers(read_recordings(recordings(tmp_path)), ToyGrades(), said.append)
    assert [answer.is_right for answer in found] == [True, True, False, True, False]
    assert said[2] == "recording 3: severe, but it is intense"
    assert said[4] == "recording 5: too_dim, but it is obvious"
    figures = recording_figures(found)
    assert figures["right"].value == 0.6
    assert figures["accuracy"].value == pytest.approx(2 / 3, abs=1e-4)
    true, graded, _ = graded_pairs(found)
    assert (true.tolist(), graded.tolist()) == ([3, 1, 4], [3, 1, 3])


def test_a_list_of_recordings_that_cannot_be_used_says_where(tmp_path: Path) -> None:
    path = recordings(tmp_path)
    path.write_text("video,patient,grade\nbed1.mp4,P1,7\ngone.mp4,P1,3\nbed2.mp4,,3\n")
    with pytest.raises(CasesError, match=r"line 2: .*'7'\nline 3: there is no recording gone.mp4\nline 4: the patient"):
        read_recordings(path)
    path.write_text("clip,who\nbed1.mp4,P1\n")
    with pytest.raises(CasesError, match="no column file or video"):
        read_recordings(path)
    path.write_text("file,patient,grade\n")
    with pytest.raises(CasesError, match="nothing in it"):
        read_recordings(path)
