from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as clock
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from grading.types import Grade, Reason, Rejection
from reports.headings import headings
from reports.record import Record
from reports.sheet import safe_text
from reports.words import LANGUAGES, Language
from reports.workbook import day_workbook
from tests.reports.people import HUMAN, RESCORE, VAS
from tests.reports.samples import assessment, eight, record

DAY = date(2026, 11, 22)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://example.org","x")',
    "#N/A",
    "#REF!",
    "TRUE",
    "09",
    "1e5",
    "2026-11-22",
    "  spaces  ",
    "'quoted",
    "😀 王小明",
    "مريض ١٢",
    "é",
    "e\u0301",
    "<b>&amp;</b>",
    "]]>",
    "_x0041_",
    "_x000D_",
    "a_x000d_b_xD83D_",
    "1E5",
    "0x1F",
    "1,000",
    "3-4",
    "1/2",
    "50%",
    "(1)",
    "#NAME?",
    "NULL",
    "nan",
    "'=1+1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    " =1+1",
    "&#13;&lt;",
    "{0} %s %n",
    "\u202egrade 0\u202c",
    "a\u200bb\ufeff",
    "👩‍⚕️",
    "e\u0301\u212b\uf900",
    "\U0010ffff",
]


def as_in_file(text: str) -> str:
    """The text as the file form has it: what looks like a spelled character has its first sign spelled."""
    return re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def opened(records: tuple[Record, ...] | list[Record], language: Language = "en", ward: str = "Ward 3") -> Workbook:
    """A day's workbook, only to be read: many tests look at the same one."""
    return _opened(tuple(records), language, ward)


@lru_cache(maxsize=8)
def _opened(records: tuple[Record, ...], language: Language, ward: str) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(day_workbook(records, DAY, ward, SHANGHAI, language)))


def table(sheet: Worksheet, first_heading: str) -> Iterator[dict[str, Cell]]:
    """The sheet's rows by their headings; the heading row is the one that begins with `first_heading`."""
    rows = list(sheet.iter_rows())
    start = next(place for place, row in enumerate(rows) if row[0].value == first_heading)
    names = [str(cell.value) for cell in rows[start]]
    for row in rows[start + 1 :]:
        yield dict(zip(names, row, strict=False))


def record_rows(records: tuple[Record, ...] | list[Record], language: Language = "en") -> list[dict[str, Cell]]:
    words = headings(language)
    return list(table(opened(records, language)[words.record_sheet], words.number))[: len(records)]


def test_every_recording_has_its_row_with_its_figures() -> None:
    rows = record_rows(eight())

    assert [row["No."].value for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    fourth = {name: cell.value for name, cell in rows[3].items()}
    # 04:05:06 UTC and three times 37 minutes are 13:56:06 in Shanghai.
    assert fourth["Date"] == datetime(2026, 11, 22)
    assert fourth["Time received"] == clock(13, 56, 6)
    assert (fourth["Bed"], fourth["Patient id"], fourth["Activity"]) == ("12A", "P0042", "Straight-leg raise")
    assert (fourth["Grade"], fourth["In words"], fourth["VAS band"]) == (3, "Severe", "7–8")
    assert fourth["Longest duration (s)"] == 11
    assert (fourth["Time with a face"], fourth["Peak grade"], fourth["Confidence"]) == (1, "4 Intense", 0.87)
    assert fourth["Quality, or why not graded and what to do"] == (
        "Dim light; other people in the picture; length is not 20 to 25 s."
    )
    assert fourth["Model"] == "phantom-1"
    assert fourth["Record id"] == eight()[3].fingerprint[:12]
    assert fourth["Fingerprint of the video (SHA-256)"] == eight()[3].fingerprint


def test_a_recording_without_a_grade_has_its_row_in_words() -> None:
    rows = record_rows(eight())
    quality = "Quality, or why not graded and what to do"

    assert (rows[5]["Grade"].value, rows[5]["In words"].value) == ("–", "Not gradable")
    assert rows[5][quality].value == (
        "Too dark to see the face. Switch on the bed light or open the curtain, and record again."
    )
    assert rows[5]["Time with a face"].value == 0.12
    assert rows[5]["Longest duration (s)"].value is None
    assert rows[7]["In words"].value == "Stopped"
    assert rows[7][quality].value == (
        "Stopped: 3 starts ended in a crash of the reader. Tell the system administrator."
    )


def test_a_grade_is_kept_when_work_stopped_after_it() -> None:
    graded = replace(eight()[3], parked="the archive cannot be written")
    row = record_rows([graded])[0]
    assert row["Grade"].value == 3
    assert "Stopped: the archive cannot be written." in str(row["Quality, or why not graded and what to do"].value)


def test_a_chinese_ward_reads_chinese_everywhere() -> None:
    workbook = opened(eight(), "zh", "骨科三病区")

    assert workbook.sheetnames == ["记录", "当日统计", "时间轴", "趋势", "说明"]
    rows = list(table(workbook["记录"], "序号"))[:8]
    assert (rows[3]["文字"].value, rows[3]["活动"].value) == ("重度", "直腿抬高")
    english = {"Mild", "Severe", "Good", "Grade", "Bed", "Day", "Remarks", "Not gradable", "Stopped"}
    for sheet in workbook:
        said = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
        assert not said & english


def test_local_midnight_is_the_day_of_the_row() -> None:
    late = replace(eight()[0], received_at=datetime(2026, 11, 21, 16, 0, 30, tzinfo=UTC))
    row = record_rows([late])[0]
    assert (row["Date"].value, row["Time received"].value) == (datetime(2026, 11, 22), clock(0, 0, 30))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_says_what_it_is_not_and_warns_of_a_synthetic_model(language: Language) -> None:
    statement = {"en": "Supports, does not replace, clinical judgement. Not a medical device.", "zh": "不是医疗器械"}
    warning = {"en": "trained on synthetic patients only", "zh": "仅用合成（虚拟）患者训练"}
    for sheet in opened(eight(), language):
        top = [str(sheet.cell(row, 1).value) for row in (1, 2, 3)]
        assert statement[language] in top[1]
        assert warning[language] in top[2]
        assert sheet.print_title_rows.startswith("$1:$"), "so that it is on every printed page"


def test_a_wards_own_model_is_not_warned_of() -> None:
    own = record(1, assessment(((Grade.MILD, 0.0, 5.0),), model="ward-2026-11-01"))
    for sheet in opened([own]):
        assert "synthetic" not in " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_the_legend_tells_the_settings_of_the_day() -> None:
    said = [row[0].value for row in opened(eight())["Legend"].iter_rows()]
    expected = "An expression counts once held for 0.5 s without a break; 10 frames per second were graded. Model: "
    assert expected + "phantom-1" in said
    assert expected + "ward-2026-11-01" in said


def test_nothing_that_was_typed_becomes_a_formula_or_a_number() -> None:
    typed = [replace(eight()[7], bed=text, patient=text, activity=text, parked=text + "!") for text in HOSTILE]
    workbook = opened(typed, ward="=1+1")

    kinds = {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}
    # programs take _x0041_ for the letter A unless its first sign is spelled; the library that reads here does not
    in_file = [as_in_file(text) for text in HOSTILE]
    for row, text in zip(table(workbook["Record"], "No."), in_file, strict=False):
        for name in ("Bed", "Patient id", "Activity"):
            assert (row[name].value, row[name].data_type, row[name].quotePrefix) == (text, "s", True)


def test_what_a_cell_cannot_hold_is_replaced_where_it_can_be_seen() -> None:
    shown = {
        "a\x00b\x1f\x7f": "a␀b␟␡",
        "two\nlines\tand\r": "two␊lines␉and␍",
        "\udce4\ud800": "��",
        "\ufffe\uffff\x85": "���",
        "\t=1+1": "␉=1+1",
        "\r=1+1": "␍=1+1",
        "\n=1+1": "␊=1+1",
        "\x1b[31m": "␛[31m",
    }
    rows = record_rows([replace(eight()[0], patient=typed) for typed in shown])
    assert [row["Patient id"].value for row in rows] == list(shown.values())


@pytest.mark.parametrize("letter", ["x", "😀", "中", "e\u0301", "<"])
def test_a_text_too_long_for_a_cell_says_how_much_of_it_is_elsewhere(letter: str) -> None:
    text = letter * 40_000
    (row,) = record_rows([replace(eight()[0], patient=text)])
    shown = str(row["Patient id"].value)

    assert len(shown.encode("utf-16-le")) // 2 <= 32_767
    kept, missing = shown.split("… [+")
    assert kept == text[: len(kept)]
    assert len(kept) + int(missing.split(":")[0]) == len(text)
    assert len(kept.encode("utf-16-le")) // 2 > 32_700
    assert safe_text(shown) == shown


def test_other_records_give_other_bytes_and_no_part_tells_when_it_was_written() -> None:
    first = day_workbook(eight(), DAY, "Ward 3", SHANGHAI, "zh")
    assert day_workbook(eight()[:7], DAY, "Ward 3", SHANGHAI, "zh") != first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_no_temporary_file_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert day_workbook(eight(), DAY, "Ward 3", SHANGHAI, "en")


def test_people_may_write_in_their_columns_only_and_where_no_name_told_bed_patient_or_activity() -> None:
    missing: dict[int, set[str]] = {5: {"Patient id", "Activity"}, 6: {"Bed", "Patient id", "Activity"}}
    for number, row in enumerate(record_rows(eight())):
        is_open = {name for name, cell in row.items() if not cell.protection.locked}
        assert is_open == set(HUMAN) | missing.get(number, set())
        assert {row[name].fill.fgColor.rgb for name in is_open} == {"00E3F3F4"}
        assert row["Remarks"].number_format == "@", "what is typed there stays text"
    for sheet in opened(eight()):
        assert sheet.protection.sheet
        assert not sheet.protection.autoFilter, "False: filtering is allowed"


def test_a_clinicians_vas_is_a_whole_number_from_0_to_10() -> None:
    sheet = opened(eight())["Record"]
    rows = list(table(sheet, "No."))
    rules = [rule for rule in sheet.data_validations.dataValidation if rule.type == "whole"]
    for rule, heading in zip(rules, (VAS, RESCORE), strict=True):
        assert (rule.operator, rule.formula1, rule.formula2, rule.allow_blank) == ("between", "0", "10", True)
        assert rule.showErrorMessage
        assert str(rule.sqref) == f"{rows[0][heading].coordinate}:{rows[-1][heading].coordinate}"


def test_the_heading_stays_in_sight_is_filtered_and_printed_on_each_page() -> None:
    sheet = opened(eight())["Record"]
    assert sheet.freeze_panes == "G5"
    assert sheet.auto_filter.ref == "A4:AC17"
    assert sheet.print_title_rows == "$1:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.center.text == "Page &P of &N"
    assert sheet.print_area == "'Record'!$A$1:$Z$17"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_without_recordings_is_a_workbook_too(language: Language) -> None:
    workbook = opened([], language)
    assert len(workbook.sheetnames) == 5
    assert record_rows([], language) == []


def test_a_number_that_is_none_does_not_break_the_file() -> None:
    odd = assessment(((Grade.MILD, 0.0, 5.0),), confidence=float("nan"))
    row = record_rows([record(1, odd), record(2, Rejection(Reason.NO_FACE))])[0]
    assert row["Confidence"].value == "–"


def test_a_row_is_high_enough_for_the_advice_in_it() -> None:
    sheet = opened(eight())["Record"]
    heights = [sheet.row_dimensions[row].height for row in range(5, 13)]
    # Row 7 of the day has three lines of advice, row 6 two; programs that open the file do not all find that out.
    assert heights[6] >= 3 * 13
    assert heights[6] > heights[3] >= 2 * 13


def test_the_day_sheet_counts_every_recording_once() -> None:
    rows = [[cell.value for cell in row] for row in opened(eight())["Day"].iter_rows()]
    counted = {row[0]: row[7] for row in rows[5:12]}
    assert counted == {
        "In words": "Recordings",
        "No pain seen": 1,
        "Mild": 1,
        "Obvious": 1,
        "Severe": 1,
        "Intense": 1,
        "Without a grade": 3,
    }
    reasons = {row[0]: row[11] for row in rows}
    assert reasons["Too dark to see the face"] == 1
    assert reasons["Stopped"] == 1


def test_the_timeline_shows_grades_and_gaps_second_by_second() -> None:
    rows = list(opened(eight())["Timeline"].iter_rows(min_row=6, min_col=6))
    second = [cell.value for cell in rows[1]][:22]
    assert second == [0] * 6 + [1] * 3 + [1] * 2 + [1] * 11
    fourth = [cell.value for cell in rows[3]][30:35]
    assert fourth == pytest.approx([0, 0, 6, 11, 3.4])
    fifth = [cell.value for cell in rows[4]][:30]
    assert fifth == [1] * 7 + ["–"] * 3 + [4] * 17 + [4] + ["·"] * 2
    assert rows[5][0].value == (
        "Too dark to see the face. Switch on the bed light or open the curtain, and record again."
    )
    fills = {cell.value: cell.fill.fgColor.rgb for cell in rows[4]}
    assert fills[1] == "00FBE08A"
    assert fills[4] == "00661100"
