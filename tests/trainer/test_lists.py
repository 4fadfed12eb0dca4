import zipfile
from pathlib import Path

import cv2
import numpy as np
import openpyxl
import pandas as pd
import pytest

from trainer.cases import Case, CasesError, Listed, read_list
from trainer.lists import Fault, Line, ListError, Moment, read_lines, read_truth


def pictures(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.full((8, 8, 3), number, np.uint8))


def read(folder: Path, text: str, **more: object) -> Listed:
    path = folder / "list.csv"
    path.write_text(text, "utf-8")
    return read_list(path, only_training=True, **more)  # type: ignore[arg-type]


def graded(listed: Listed) -> dict[str, int]:
    return {case.picture.name: int(case.grade) for case in listed.cases}


def test_of_several_raters_columns_only_pictures_on_which_all_agree_are_kept(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png", "c.png", "d.png")
    listed = read(
        tmp_path,
        "file,patient,grade nurse 1,grade nurse 2,VAS surgeon\n"
        "a.png,P1,2,2,5\nb.png,P1,2,3,5\nc.png,P2,1,,2\nd.png,P2,4,4,8\n",
    )
    assert graded(listed) == {"a.png": 2, "c.png": 1}
    assert listed.left_out == ("the raters disagree: 2 left out",)


def test_of_several_raters_lines_only_pictures_on_which_all_agree_are_kept(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png")
    rows = "a.png,P1,one,2\nb.png,P1,one,2\na.png,P1,two,2\nb.png,P1,two,1\na.png,P1,three,2\n"
    listed = read(tmp_path, "picture,identity,rater,grade\n" + rows)
    assert graded(listed) == {"a.png": 2}
    assert listed.left_out == ("the raters disagree: 1 left out",)


def test_one_person_s_grade_and_vas_are_one_rating_of_which_the_grade_counts(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png")
    assert graded(read(tmp_path, "file,patient,VAS,grade\na.png,P1,9,3\nb.png,P1,9,\n")) == {"a.png": 3, "b.png": 4}


def test_a_file_rated_for_two_patients_is_refused(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png")
    with pytest.raises(CasesError, match="lines 2, 3 rate one file"):
        read(tmp_path, "file,patient,grade\na.png,P1,2\na.png,P2,2\n")


def test_action_units_are_kept_one_by_one_only_where_all_six_are_coded(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png", "c.png")
    head = "file,patient,grade,AU4,AU6,AU7,AU9,AU10,AU43\n"
    listed = read(tmp_path, head + "a.png,P1,3,a,3,4,2,3,1\nb.png,P1,1,,,1,,,\nc.png,P1,2,,,,,,\n", coding="facs")
    assert [case.units for case in listed.cases] == [(1, 3, 4, 2, 3, 1), None, None]
    (tmp_path / "truth.csv").write_text("time_s,AU4,AU6,AU7,AU9,AU10,AU43\n0.5,1,2,0,0,5,0\n0.6,1,2,0,0,,0\n")
    assert [moment.units for moment in read_truth(tmp_path / "truth.csv")] == [(1, 2, 0, 0, 5, 0), None]


def test_action_units_give_pspi_and_grade(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png")
    head = "file,patient,AU4,AU6,AU7,AU9,AU10,AU43\n"
    listed = read(tmp_path, head + "a.png,P1,e,d,e,c,d,b\nb.png,P1,0,0,0,0,0,0\n", coding="paper")
    assert [(int(case.grade), case.pspi) for case in listed.cases] == [(3, 12.0), (0, 0.0)]
    with pytest.raises(CasesError, match="line 2: AU4 is 'e'"):
        read(tmp_path, head + "a.png,P1,e,d,e,c,d,b\n")


def test_excel_and_every_csv_that_excel_writes_are_read_alike(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png")
    table = pd.DataFrame({"File": ["a.png", "b.png"], "Patient": ["07", "08"], "VAS": [3, 9.5], "PSPI": [2.5, None]})
    table.to_excel(tmp_path / "list.xlsx", index=False)
    table.to_csv(tmp_path / "list.csv", index=False)
    table.to_csv(tmp_path / "german.csv", index=False, sep=";", encoding="utf-8-sig")
    found = [read_list(tmp_path / name, only_training=True).cases for name in ("list.xlsx", "list.csv", "german.csv")]
    assert found[0] == found[1] == found[2]
    assert [(case.patient, int(case.grade), case.pspi) for case in found[0]] == [("07", 1, 2.5), ("08", 4, None)]


def test_lines_are_numbered_as_an_editor_does_and_empty_ones_passed_over(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png")
    with pytest.raises(CasesError, match=r"line 4: there is no picture gone.png"):
        read(tmp_path, "file,patient,grade\na.png,P1,2\n\ngone.png,P1,2\n,,\n")


def test_a_small_workbook_that_would_fill_the_memory_is_refused_in_words(tmp_path: Path) -> None:
    table = pd.DataFrame({"file": ["a.png"], "patient": ["07"], "grade": [1]})
    table.to_excel(tmp_path / "far.xlsx", index=False)
    book = openpyxl.load_workbook(tmp_path / "far.xlsx")
    book.worksheets[0].cell(1_048_576, 1).value = "x"
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(ListError, match="something stands in row 1048576"):
        read_lines(tmp_path / "far.xlsx")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b" " * (600 * 1024 * 1024))
    with pytest.raises(ListError, match="more than any sheet has"):
        read_lines(tmp_path / "bomb.xlsx")


@pytest.mark.parametrize("name, data", [("list.xlsx", b"not a book"), ("list.csv", b"\xff\xfe\x00"), ("list.csv", b"")])
def test_a_file_that_is_no_list_says_so(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CasesError, match="is no list that can be read"):
        read_list(tmp_path / name)


def test_recordings_where_none_are_taken_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"film")
    with pytest.raises(CasesError, match="line 2: recordings are not taken here"):
        read(tmp_path, "recording,patient,grade\na.mp4,P1,2\n")


def test_a_file_that_is_neither_picture_nor_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(b"text")
    with pytest.raises(CasesError, match=r"line 2: a\.doc is neither a picture nor a recording"):
        read(tmp_path, "file,patient,grade\na.doc,P1,2\n")


def test_a_folder_is_graded_by_its_folders_and_named_by_patient(tmp_path: Path) -> None:
    pictures(tmp_path, "P1/mild/x.png", "P1/4/x.png", "obvious/P2/y.jpg", "3/P3_07.png")
    cases = read_list(tmp_path, only_training=True).cases
    assert sorted((case.patient, int(case.grade)) for case in cases) == [("P1", 1), ("P1", 4), ("P2", 2), ("P3", 3)]


def test_pictures_in_a_folder_without_grade_or_patient_are_named(tmp_path: Path) -> None:
    pictures(tmp_path, "P1/x.png", "2/y.png")
    with pytest.raises(CasesError) as error:
        read_list(tmp_path)
    assert "P1/x.png lies in no folder named as a grade" in str(error.value)
    assert "2/y.png: put it into a folder of its patient" in str(error.value)


def test_an_empty_folder_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="holds no pictures"):
        read_list(tmp_path)


def test_a_recording_s_part_has_its_seconds_and_seconds_that_are_none_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"film")
    path = tmp_path / "list.csv"
    path.write_text("recording,patient,grade,start_s,end_s\na.mp4,P1,2,3,7.5\na.mp4,P1,2,soon,9\n")
    first, second = read_lines(path)
    assert not isinstance(first, Fault) and (first.start_s, first.end_s, first.is_recording) == (3.0, 7.5, True)
    assert isinstance(second, Fault) and "start_s is 'soon'" in second.why


def test_a_truth_by_time_is_read_from_grades_or_units(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("time_s,grade,PSPI\n0.0,0,0\n0.5,2,6.25\n")
    assert read_truth(path) == (Moment(0.0, 0, 0.0), Moment(0.5, 2, 6.25))  # type: ignore[arg-type]
    path.write_text("time_s,AU4,AU6,AU7,AU9,AU10,AU43\n0.0,5,,,,,1\n")
    assert read_truth(path)[0].pspi == 6
    path.write_text("time_s,grade\n0.0,\n")
    with pytest.raises(ListError, match="line 2: a truth needs time_s and a grade"):
        read_truth(path)


def test_a_random_split_is_by_picture_and_stratified_by_grade(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(50)]
    pictures(tmp_path, *names)
    text = "file,patient,grade\n" + "\n".join(f"{n}.png,P{n % 5},{n % 2 + 1}" for n in range(50))
    (tmp_path / "list.csv").write_text(text)
    cases = read_list(tmp_path / "list.csv", split="random", seed=3).cases
    counts = {(part, grade): 0 for part in ("train", "val", "test") for grade in (1, 2)}
    for case in cases:
        counts[case.part, int(case.grade)] += 1
    assert counts == {(part, grade): n for part, n in (("train", 15), ("val", 5), ("test", 5)) for grade in (1, 2)}
    assert len({case.part for case in cases if case.patient == "P1"}) > 1
    assert cases != read_list(tmp_path / "list.csv", split="random", seed=4).cases
    assert isinstance(cases[0], Case)


def test_two_columns_of_which_a_rater_could_be_missed_are_refused(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png")
    for head in ("grade,grade", "VAS1,VAS"):
        with pytest.raises(CasesError, match=r"name each rater in its column, such as 'grade nurse 1'"):
            read(tmp_path, f"file,patient,{head}\na.png,P1,1,3\n")
    book = openpyxl.Workbook()
    for row in (["file", "patient", "grade", "grade"], ["a.png", "P1", 1, 3]):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    with pytest.raises(ListError, match=r"grade\.1"):
        list(read_lines(tmp_path / "list.xlsx"))


def test_a_folder_in_which_the_patient_cannot_be_told_is_refused(tmp_path: Path) -> None:
    pictures(tmp_path, "train/P1/2/a.png", "2/day 1/P1/b.png", "P2/3/c.png")
    with pytest.raises(CasesError, match=r"2 lines cannot be used(.|\n)*which of train, P1 is the patient"):
        read_list(tmp_path)


def test_recordings_with_a_truth_by_time_need_no_column_of_grades(tmp_path: Path) -> None:
    for name in ("film.mp4", "film.csv", "other.mp4"):
        (tmp_path / name).write_bytes(b"")
    path = tmp_path / "list.csv"
    path.write_text("file,patient,truth\nfilm.mp4,P1,film.csv\nother.mp4,P2,\n")
    whole, without = read_lines(path)
    assert isinstance(whole, Line) and whole.truth == tmp_path / "film.csv" and whole.grades == ()
    assert isinstance(without, Fault) and "no rating" in without.why


def test_a_patient_written_in_wide_letters_or_with_hidden_marks_is_the_same_patient(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png", "c.png")
    lines = "a.png,P01,2\nb.png,\uff30\uff10\uff11,2\nc.png,P01\u200b,2\n"
    assert {case.patient for case in read(tmp_path, "file,patient,grade\n" + lines).cases} == {"P01"}


def test_a_separator_more_at_each_line_s_end_moves_no_column(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png")
    listed = read(tmp_path, "file,patient,grade\na.png,P1,2,\n\nb.png,P2,3,\n")
    assert [(case.patient, int(case.grade)) for case in listed.cases] == [("P1", 2), ("P2", 3)]
    with pytest.raises(CasesError, match="lines have more cells than the first line"):
        read(tmp_path, "file,patient,grade\na.png,P1,2,seen by night\nb.png,P2,3,\n")


def test_a_split_that_only_some_lines_have_is_refused(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png")
    with pytest.raises(CasesError, match="line 3: the split is missing, which other lines have"):
        read(tmp_path, "file,patient,grade,split\na.png,P1,2,val\nb.png,P2,3,\n")


def test_some_action_units_make_no_pspi(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png")
    with pytest.raises(CasesError, match="no column for AU6, AU7, AU10, AU43: add it"):
        read(tmp_path, "file,patient,AU4,AU9\na.png,P1,3,2\n")
    assert read(tmp_path, "file,patient,grade,AU4,AU9\na.png,P1,1,3,2\n").cases[0].pspi is None
    (tmp_path / "truth.csv").write_text("time_s,AU4\n0.5,3\n")
    with pytest.raises(ListError, match="no column for AU6"):
        read_truth(tmp_path / "truth.csv")
