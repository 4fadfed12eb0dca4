"""What is read from a roster, and what is said of one that is broken: never a name."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from reports.patient import Outside
from reports.roster import Patient, Roster, RosterError, bed_key, read_roster
from reports.roster_form import roster_form
from reports.words import LANGUAGES, Language

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 25)
ENGLISH = ("Patient id", "Bed", "Name", "Sex", "Birth date", "Injury time", "Consent", "Exclusion criteria")
CHINESE = ("患者编号", "床号", "姓名", "性别", "出生日期", "受伤时间", "知情同意", "排除标准")
INJURED = datetime(2026, 11, 23, 8, 30)


def workbook(*rows: tuple[object, ...], above: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for _ in range(above):
        sheet.append(["Ward 7"])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(*rows: tuple[object, ...], headings: tuple[object, ...] = ENGLISH, above: int = 0) -> Roster:
    return read_roster(workbook(headings, *rows, above=above), SHANGHAI, TODAY)


@pytest.mark.parametrize("headings", [ENGLISH, CHINESE, tuple(f" {each.upper()}（*） " for each in ENGLISH)])
@pytest.mark.parametrize("above", [0, 3])
def test_a_row_is_read_under_headings_of_either_language(headings: tuple[str, ...], above: int) -> None:
    row = ("P0042", "12", "王小明", "男", date(1948, 3, 9), INJURED, "yes", "none")

    roster = read(row, headings=headings, above=above)

    assert roster.problems == ()
    (found,) = roster.patients
    assert found == Patient(
        2 + above, "P0042", "12", "王小明", "男", date(1948, 3, 9), INJURED.replace(tzinfo=SHANGHAI), ()
    )
    assert "王小明" not in repr(roster)


def test_columns_may_stand_in_any_order_and_others_are_passed_over() -> None:
    roster = read(("x", 12, 4711.0, None), headings=("Diagnosis", "Bed", "Patient id", "Doctor"))

    assert [(each.patient, each.bed) for each in roster.patients] == [("4711", "12")]


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("1948-03-09", date(1948, 3, 9)),
        ("1948/3/9", date(1948, 3, 9)),
        ("1948年3月9日", date(1948, 3, 9)),
        ("19480309", date(1948, 3, 9)),
        (19480309, date(1948, 3, 9)),
        (datetime(1948, 3, 9), date(1948, 3, 9)),
        ("", None),
        ("－", None),
    ],
)
def test_a_birth_date_may_be_written_in_many_ways(typed: object, born: date | None) -> None:
    roster = read(("P1", "", "", "", typed))

    assert (roster.patients[0].born, roster.problems) == (born, ())


@pytest.mark.parametrize("typed", ["09/03/1948", "1948", 17600, 1.5, "1948-02-30", "王小明", True, "9.3.48"])
def test_a_birth_date_that_could_be_two_days_is_left_out_and_named(typed: object) -> None:
    roster = read(("P1", "", "", "", typed))

    assert roster.patients[0].born is None
    assert roster.problems == ("row 2: the birth date cannot be read; write it as 1948-03-09",)


@pytest.mark.parametrize("born", ["2026-11-26", "1890-01-01"])
def test_nobody_is_born_tomorrow_or_in_1890(born: str) -> None:
    roster = read(("P1", "", "", "", born))

    assert roster.patients[0].born is None
    assert "birth date is in the future or more than" in roster.problems[0]


@pytest.mark.parametrize(
    "typed", [INJURED, "2026-11-23 08:30", "2026/11/23 8:30:00", "2026-11-23T08:30", "2026年11月23日8时30分"]
)
def test_an_injury_time_is_meant_by_the_wards_clocks(typed: object) -> None:
    assert read(("P1", "", "", "", "", typed)).patients[0].injured_at == INJURED.replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (date(2026, 11, 23), "has no time of day"),
        ("2026-11-23", "has no time of day"),
        ("yesterday", "cannot be read"),
        ("2026-11-23 25:00", "cannot be read"),
        ("2026-11-26 08:00", "is in the future"),
    ],
)
def test_an_injury_time_that_cannot_be_used_is_left_out_and_named(typed: object, said: str) -> None:
    roster = read(("P1", "", "", "", "", typed))

    assert roster.patients[0].injured_at is None
    assert said in roster.problems[0]


@pytest.mark.parametrize(
    ("consent", "exclusion", "outside"),
    [
        ("", "", ()),
        ("yes", "none", ()),
        ("是", "无", ()),
        ("√", "-", ()),
        ("no", "", (Outside.NO_CONSENT,)),
        ("未签署", "", (Outside.NO_CONSENT,)),
        (False, "", (Outside.NO_CONSENT,)),
        ("yes", "Alzheimer's disease", (Outside.NEUROLOGICAL,)),
        ("yes", "脑卒中后失语", (Outside.NEUROLOGICAL, Outside.APHASIA)),
        ("yes", "Deaf since 2019", (Outside.DEAF,)),
        ("yes", "耳聋", (Outside.DEAF,)),
        ("yes", "delirium", (Outside.NOT_AWAKE,)),
        ("yes", "polytrauma", (Outside.OTHER,)),
        ("yes", "+1+1", (Outside.OTHER,)),
    ],
)
def test_criteria_are_recognised_in_both_languages(
    consent: object, exclusion: str, outside: tuple[Outside, ...]
) -> None:
    assert read(("P1", "", "", "", "", "", consent, exclusion)).patients[0].outside == outside


def test_two_rows_of_one_patient_are_not_guessed_between() -> None:
    roster = read(("P1", "3"), ("p1", "4"), ("P2", "5"), ("P3", "Bed 05"), (None, "6", "Li"))

    assert [each.patient for each in roster.patients] == ["P2", "P3"]
    assert roster.problems == (
        "row 6 has no patient id; it is not used",
        "rows 2, 3 have the same patient id; none of them is used",
        "rows 4, 5 are in the same bed; the bed alone names none of them",
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"PK\x05\x06" + b"\x00" * 18, workbook(("Name", "Bed"), ("王小明", 3)), workbook(("王小明",))],
    ids=["empty", "zeros", "empty zip", "no id column", "no headings"],
)
def test_a_file_that_is_no_roster_is_refused_without_a_name(data: bytes) -> None:
    with pytest.raises(RosterError) as refusal:
        read_roster(data, SHANGHAI, TODAY)

    assert "王小明" not in str(refusal.value)


def test_a_roster_cut_anywhere_is_refused_and_nothing_else(tmp_path: Path) -> None:
    whole = roster_form("en", [("P1", "3", "Li Hua")])
    for length in range(0, len(whole) - 1, max(1, len(whole) // 25)):
        with pytest.raises(RosterError):
            read_roster(whole[:length], SHANGHAI, TODAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_empty_form_is_a_roster_of_nobody(language: Language) -> None:
    assert read_roster(roster_form(language), SHANGHAI, TODAY) == Roster()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_forms_lists_offer_is_understood(language: Language) -> None:
    book = openpyxl.load_workbook(io.BytesIO(roster_form(language)))
    rules = book.worksheets[0].data_validations.dataValidation
    offered = {str(each.sqref)[0]: str(each.formula1).strip('"').split(",") for each in rules}

    said = [read(("P1", "", "", "", "", "", "", criterion)).patients[0].outside for criterion in offered["H"]]
    assert said == [(), (Outside.NEUROLOGICAL,), (Outside.DEAF,), (Outside.APHASIA,), (Outside.NOT_AWAKE,)]
    assert [read(("P1", "", "", "", "", "", each, "")).patients[0].outside for each in offered["G"]] == [
        (),
        (Outside.NO_CONSENT,),
    ]


def test_the_example_that_comes_with_peea_is_a_roster_without_problems() -> None:
    data = Path("config/examples/roster.xlsx").read_bytes()

    roster = read_roster(data, SHANGHAI, TODAY)

    assert len(roster.patients) >= 3
    assert roster.problems == ()
    assert any(each.outside for each in roster.patients)


@pytest.mark.parametrize("bed", ["3", "Bed 03", "３床", "3号床", "床号3", " bed-3 "])
def test_one_bed_written_in_many_ways_is_one_bed(bed: str) -> None:
    assert bed_key(bed) == "3"


def test_other_beds_stay_other_beds() -> None:
    assert [bed_key(bed) for bed in ("3A", "0", "加3床", "30", "")] == ["3a", "0", "加3", "30", ""]
