"""Who a recording's patient is: by id, by name, by bed, and what does not fit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.identity import Named
from reports.matching import Who, age_years, later, on_arrival
from reports.patient import Check, Outside
from reports.roster import Patient, Roster

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
INJURED = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ROSTER = Roster(
    (
        Patient(2, "P0042", "12", "王小明", born=date(1948, 3, 9), injured_at=INJURED),
        Patient(3, "P0043", "3", "王小", born=date(1970, 1, 1), outside=(Outside.APHASIA,)),
        Patient(4, "00123456", "4", "Li Hua"),
        Patient(5, "P0050", "5"),
        Patient(6, "P0051", "Bed 05"),
    )
)


def who(named: Named, *texts: str, roster: Roster = ROSTER) -> Who:
    return on_arrival(named, texts, roster, AT, ZONE)


def test_a_patient_is_found_by_the_id_in_the_name() -> None:
    assert who(Named("12", "p0042", "turning")) == Who("12", "P0042", "turning", INJURED)


def test_a_patient_is_found_by_the_bed_alone() -> None:
    assert who(Named("012", "", "")) == Who("012", "P0042", "", INJURED)


def test_the_roster_gives_the_bed_that_nobody_typed() -> None:
    assert who(Named("", "P0042", "")).bed == "12"


@pytest.mark.parametrize("text", ["12床_王小明_翻身.mp4", "王小明.mp4", "turning 王小明2.mp4"])
def test_a_patient_is_found_by_the_name_and_the_longer_name_is_meant(text: str) -> None:
    assert who(Named(), text).patient == "P0042"


@pytest.mark.parametrize("text", ["LI_HUA turning.mp4", "li-hua.mp4", "00123456_turning.mp4", "x/00123456/y.mp4"])
def test_names_in_letters_and_ids_in_digits_count_as_whole_words(text: str) -> None:
    assert who(Named(), text).patient == "00123456"


@pytest.mark.parametrize("text", ["lihuang.mp4", "9001234567.mp4", "IMG_0001.mp4", "Julia Huang.mp4"])
def test_parts_of_words_name_nobody(text: str) -> None:
    assert who(Named(), text) == Who("", "", "", checks=(Check.NOT_ON_ROSTER,))


def test_a_bed_with_two_patients_names_neither() -> None:
    assert who(Named("5", "", "")) == Who("5", "", "", checks=(Check.SEVERAL_FIT,))


def test_an_id_that_is_not_on_the_roster_stays_and_is_to_be_checked() -> None:
    assert who(Named("12", "P9999", "")) == Who("12", "P9999", "", checks=(Check.NOT_ON_ROSTER,))


def test_two_names_in_one_file_name_neither() -> None:
    assert who(Named(), "王小明 and Li Hua.mp4").checks == (Check.SEVERAL_FIT,)


def test_another_bed_than_the_rosters_is_to_be_checked() -> None:
    assert who(Named("7", "P0042", "")) == Who("7", "P0042", "", INJURED, (), (Check.OTHER_BED,))


def test_without_a_roster_nothing_is_to_be_checked() -> None:
    assert who(Named("7", "P0042", ""), roster=Roster()) == Who("7", "P0042", "")


def test_age_and_criteria_put_a_patient_outside_the_studied_group() -> None:
    assert who(Named("3", "P0043", "")).outside == (Outside.UNDER_65, Outside.APHASIA)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1961, 11, 25), date(2026, 11, 25), 65),
        (date(1961, 11, 26), date(2026, 11, 25), 64),
        (date(1960, 2, 29), date(2025, 2, 28), 64),
        (date(1960, 2, 29), date(2025, 3, 1), 65),
    ],
)
def test_age_is_told_in_full_years(born: date, on: date, years: int) -> None:
    assert age_years(born, on) == years


def test_age_is_told_by_the_wards_day_not_by_utc() -> None:
    born_today = Roster((Patient(2, "P1", "1", born=date(1961, 11, 26)),))
    evening = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # 26 November in Shanghai

    assert on_arrival(Named("1", "P1", ""), (), born_today, evening, ZONE).outside == ()


def test_an_injury_after_the_recording_is_to_be_checked() -> None:
    late = Roster((Patient(2, "P1", "1", injured_at=datetime(2026, 11, 26, tzinfo=UTC)),))

    assert who(Named("1", "P1", ""), roster=late).checks == (Check.INJURED_LATER,)


def test_later_the_bed_names_nobody_for_another_may_lie_in_it() -> None:
    was = Who("12", "", "", checks=(Check.NOT_ON_ROSTER,))

    assert later(was, ("bed12.mp4",), ROSTER, AT, ZONE) == was


def test_later_a_patient_who_moved_is_not_in_another_bed() -> None:
    was = Who("9", "P0042", "turning")

    assert later(was, ("bed9.mp4",), ROSTER, AT, ZONE) == Who("9", "P0042", "turning", INJURED)


def test_later_a_patient_who_has_left_the_roster_keeps_what_was_known() -> None:
    was = Who("12", "P0042", "turning", INJURED, (Outside.DEAF,), (Check.OTHER_BED,))

    assert later(was, (), Roster((Patient(2, "P7"),)), AT, ZONE) == was


def test_later_a_name_in_the_file_is_found_once_it_is_on_the_roster() -> None:
    was = Who("", "", "", checks=(Check.NOT_ON_ROSTER,))

    assert later(was, ("王小明.mp4",), ROSTER, AT, ZONE) == Who("12", "P0042", "", INJURED)
