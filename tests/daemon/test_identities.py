"""Whose recordings are: from file names, folders and a roster that people change, break and mend."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import pytest

from archive.jobs import State
from daemon.claims import Claims
from daemon.status_command import Standing, standing_of
from reports.roster_form import roster_form
from tests.hospital import OBVIOUS, SEVERE, Hospital

NAME = "王小明"
INJURED = datetime(2026, 11, 22, 8, 0)  # a day before the hospital's morning


def put(ward: Hospital, *rows: tuple[object, ...], age_s: float = 60.0) -> None:
    """A roster with these rows, saved a minute ago."""
    put_bytes(ward, roster_form("zh", rows), age_s)  # type: ignore[arg-type]


def put_bytes(ward: Hospital, data: bytes, age_s: float = 60.0) -> None:
    path = ward.settings.ward.roster
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    saved = path.stat().st_mtime - age_s
    os.utime(path, (saved, saved))


def status(ward: Hospital) -> Standing:
    return standing_of(ward.settings)


def test_a_recording_in_a_folder_is_known_by_the_folder(ward: Hospital) -> None:
    ward.drop("12床/P0105/翻身.mp4", SEVERE)
    ward.work()

    job = ward.row()
    assert (job.identity.bed, job.identity.patient, job.identity.activity) == ("12", "P0105", "turning")
    assert (job.source, job.folder, job.state) == ("翻身.mp4", "12床/P0105", State.ARCHIVED)


def test_the_folder_is_still_known_after_a_crash_between_claim_and_ledger(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    Claims(hospital.place.work).claim(hospital.drop("bed12/P0105/a.mp4", SEVERE), "bed12/P0105")

    with hospital as ward:
        ward.work()

        assert (ward.row().identity.bed, ward.row().folder) == ("12", "bed12/P0105")
        assert ward.work_files() == []


def test_a_folder_too_long_for_a_name_costs_its_outer_part_only(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    folder = f"{'骨' * 60}/{'科' * 60}/bed12"

    with hospital as ward:
        ward.drop(f"{folder}/a.mp4", SEVERE)
        ward.work()

        assert ward.row().identity.bed == "12"


def test_an_identity_that_cannot_be_read_costs_no_grade_and_is_said_in_the_row(ward: Hospital) -> None:
    ward.drop("IMG_0001.mp4", SEVERE)
    ward.work()

    assert ward.row().state is State.ARCHIVED
    assert "Complete by hand: bed, patient id." in ward.sheet_text()


def test_a_roster_tells_who_lies_in_a_bed_since_when_and_whether_they_were_studied(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    put(hospital, ("P0105", "12", NAME, "男", date(1970, 1, 1), INJURED, "是", "失语"))
    with hospital as ward:
        ward.drop("bed12.mp4", SEVERE)
        ward.work()

        identity = ward.row().identity
        assert identity.patient == "P0105"
        assert identity.outside == ("under_65", "aphasia")
        assert "Outside the studied group: under 65 years, aphasia." in ward.sheet_text()


def test_a_name_goes_no_further_than_the_roster_and_the_file_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    hospital = Hospital(tmp_path)
    put(hospital, ("P0105", "12", NAME), ("P0105", "13", "李四"))
    with hospital as ward:
        put(ward, ("P0105", "12", NAME), (None, "13", "李四"))
        ward.drop(f"12床_{NAME}_翻身.mp4", SEVERE)
        ward.work()

        assert ward.row().identity.patient == "P0105"
        told = status(ward).roster
        everything = "\n".join(
            (caplog.text, ward.sheet_text(), *ward.voice.said, json.dumps(asdict(told)), *map(str, ward.sealed()))
        )
        assert NAME not in everything
        assert "李四" not in everything
        assert told.problems == ("row 3 has no patient id; it is not used",)


def test_what_the_roster_learns_later_comes_into_rows_already_written(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    with hospital as ward:
        ward.drop("bed12_P0105.mp4", SEVERE)
        ward.drop("bed3.mp4", OBVIOUS)
        ward.work()
        put(ward, ("P0105", "12", NAME, "", "", INJURED), ("P0003", "3"))
        ward.work()

        first, second = ward.rows()
        assert first.identity.injured_at is not None
        assert second.identity.patient == "", "another patient may lie in bed 3 by now"
        put(ward, ("P0003", "12"))
        ward.work()
        assert ward.row(1).identity == first.identity, "who has left keeps what was known"
        put(ward, ("P0105", "12", NAME, "", "", INJURED, "否"))
        ward.work()
        assert "Outside the studied group: no consent." in ward.sheet_text()


def test_a_broken_roster_stops_nothing_and_the_last_good_one_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hospital = Hospital(tmp_path)
    put(hospital, ("P0105", "12", NAME))
    with hospital as ward:
        ward.work()
        put_bytes(ward, b"PK broken")
        ward.drop("bed12.mp4", SEVERE)
        ward.work()
        ward.work()

        assert ward.row().identity.patient == "P0105"
        assert caplog.text.count("the roster cannot be used") == 1
        assert status(ward).roster.trouble.startswith("cannot be used: no workbook with a roster")
    with hospital as ward:  # also after a new start
        ward.drop("bed12_again.mp4", OBVIOUS)
        ward.work()
        assert ward.row(2).identity.patient == "P0105"


def test_a_roster_that_is_just_being_saved_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hospital = Hospital(tmp_path)
    with hospital as ward:
        put_bytes(ward, b"half", age_s=0.0)
        ward.work()
        assert "the roster" not in caplog.text
        put(ward, ("P0105", "12"), age_s=0.0)
        ward.drop("bed12.mp4", SEVERE)
        ward.work()
        assert ward.row().identity.patient == "P0105"


def test_an_open_roster_beside_the_sheets_is_no_open_sheet(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, 'roster = "sheets/roster.xlsx"')
    put(hospital, ("P0105", "12"))
    (hospital.place.sheets / ".~lock.roster.xlsx#").write_text("x")

    assert status(hospital).open_sheets == ()
