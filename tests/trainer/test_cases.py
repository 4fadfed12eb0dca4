from pathlib import Path

import cv2
import numpy as np
import pytest

from grading.types import Box, Face, Grade, Pixels
from tests.grading.toys import landmarks_of
from trainer.cases import CasesError, read_cases
from trainer.pictures import crops_of


def listed(folder: Path, lines: list[str], head: str = "file,patient,grade") -> Path:
    for line in lines:
        cv2.imwrite(str(folder / line.split(",")[0]), np.full((8, 8, 3), 90, np.uint8))
    path = folder / "list.csv"
    path.write_text("\n".join([head, *lines]))
    return path


def many(patients: int, per: int) -> list[str]:
    return [f"{p:02d}_{i}.png,P{p:02d},{(p + i) % 5}" for p in range(patients) for i in range(per)]


def test_a_patient_stands_in_one_part_only_and_the_parts_are_60_20_20(tmp_path: Path) -> None:
    cases = read_cases(listed(tmp_path, many(20, 3)))
    parts = {case.patient: {other.part for other in cases if other.patient == case.patient} for case in cases}
    assert all(len(where) == 1 for where in parts.values())
    counts = [sum(where == {part} for where in parts.values()) for part in ("train", "val", "test")]
    assert counts == [12, 4, 4]


def test_the_split_depends_on_the_seed_alone(tmp_path: Path) -> None:
    path = listed(tmp_path, many(20, 2))
    assert read_cases(path, seed=1) == read_cases(path, seed=1)
    assert read_cases(path, seed=1) != read_cases(path, seed=2)


def test_a_vas_becomes_the_paper_s_grade(tmp_path: Path) -> None:
    lines = [f"{vas}.png,P{vas},{vas}" for vas in range(11)]
    cases = read_cases(listed(tmp_path, lines, "file,patient,VAS"))
    assert [int(case.grade) for case in cases] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4]


def test_a_leaked_patient_is_named(tmp_path: Path) -> None:
    path = listed(tmp_path, ["a.png,P01,1,train", "b.png,P01,2,test", "c.png,P02,2,val"], "file,patient,grade,split")
    with pytest.raises(CasesError, match="more than one part: P01"):
        read_cases(path)


def test_every_line_that_cannot_be_used_is_named_at_once(tmp_path: Path) -> None:
    path = listed(tmp_path, ["a.png,P01,7", "b.png,,2", "c.png,P03,mildly"])
    path.write_text(path.read_text() + "\ngone.png,P04,1")
    with pytest.raises(CasesError) as error:
        read_cases(path)
    message = str(error.value)
    assert all(f"line {line}:" in message for line in (2, 3, 4, 5))
    assert "no picture gone.png" in message


def test_a_list_without_its_columns_says_which_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("picture,pain\na.png,3")
    with pytest.raises(CasesError, match="file, patient and grade"):
        read_cases(path)


def test_supplementary_pictures_are_for_training_only(tmp_path: Path) -> None:
    path = listed(tmp_path, ["a.png,P01,1,test", "b.png,P02,2,val"], "file,patient,grade,split")
    assert {case.part for case in read_cases(path, only_training=True)} == {"train"}
    assert read_cases(path)[0].grade is Grade.MILD


class WholePicture:
    """Finds one face in each picture that is not black."""

    def find(self, pixels: Pixels) -> list[Face]:
        side = float(pixels.shape[0])
        box = Box(0.2 * side, 0.2 * side, 0.6 * side, 0.6 * side)
        return [Face(box, landmarks_of(box, 0.36), 0.99)] if pixels.any() else []

    def follow(self, pixels: Pixels, face: Face, least_score: float) -> Face | None:
        return face


def test_a_list_sorted_otherwise_gets_the_same_crop_for_each_picture(tmp_path: Path) -> None:
    lines = many(6, 1)
    path = listed(tmp_path, lines)
    for number, line in enumerate(lines):
        drawn = np.random.default_rng(number).integers(0, 255, (80, 80, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / line.split(",")[0]), drawn)
    first = crops_of(read_cases(path), WholePicture(), tmp_path / "crops", 64)
    path.write_text("\n".join(["file,patient,grade", *reversed(lines)]))
    again = crops_of(read_cases(path), WholePicture(), tmp_path / "crops", 64)
    assert again.data_set == first.data_set
    fresh = crops_of(read_cases(path), WholePicture(), tmp_path / "fresh", 64)
    expected = {case.picture: crop.tobytes() for case, crop in zip(fresh.cases, fresh.pixels, strict=True)}
    assert {case.picture: crop.tobytes() for case, crop in zip(again.cases, again.pixels, strict=True)} == expected


def test_pictures_without_any_face_are_refused_in_words(tmp_path: Path) -> None:
    path = listed(tmp_path, many(5, 1))
    for picture in tmp_path.glob("*.png"):
        cv2.imwrite(str(picture), np.zeros((80, 80, 3), np.uint8))
    with pytest.raises(CasesError, match="no face was found in any of 5 pictures"):
        crops_of(read_cases(path), WholePicture(), tmp_path / "crops", 64)
