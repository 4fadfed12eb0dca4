from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import openpyxl
import pytest

from archive.jobs import State
from daemon.open_sheets import opened_elsewhere
from daemon.sheets import file_name_of
from tests.hospital import MILD, MORNING, SEVERE, Hospital

BOOK = "Ward-3-2026-11-23.xlsx"


def test_the_days_workbook_has_a_row_for_each_recording(ward: Hospital) -> None:
    ward.drop("bed1.mp4", SEVERE)
    ward.drop("bed2.mp4", MILD)

    ward.work()

    assert [path.name for path in ward.place.sheets.iterdir() if path.is_file()] == [BOOK]
    assert all(job.id[:12] in ward.sheet_text() for job in ward.rows())


def test_the_time_that_the_camera_wrote_into_a_recording_is_on_the_sheet(ward: Hospital) -> None:
    made = MORNING - timedelta(minutes=25)
    seconds = int((made - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    mvhd = b"\0\0\0\x6cmvhd\0\0\0\0" + seconds.to_bytes(4, "big") + bytes(92)
    film = b"\0\0\0\x08ftyp" + b"\0\0\0\x74moov" + mvhd + b"\0\0\0\x0cmdat" + bytes(4)
    ward.drop("bed1.mp4", film)
    ward.drop("bed2.mp4", MILD)

    ward.work()

    assert {job.source: job.recorded_at for job in ward.rows()} == {"bed1.mp4": made, "bed2.mp4": None}
    rows = list(openpyxl.load_workbook(ward.place.sheets / BOOK)["Record"].values)
    heads = next(row for row in rows if row[0] == "No.")
    times = {row[heads.index("Bed")]: row[heads.index("Time recorded")] for row in rows[rows.index(heads) + 1 :]}
    assert (times["1"], times["2"]) == (clock(7, 35), None)


def test_rows_of_a_crowded_hour_are_written_together_and_none_is_missing(ward: Hospital) -> None:
    for number in range(60):
        ward.drop(f"{number}.mp4", MILD + b"\n%d" % number)

    ward.work(most_turns=400)

    assert all(job.id[:12] in ward.sheet_text() for job in ward.rows())
    assert list(ward.place.stale.iterdir()) == []


def test_a_recording_after_midnight_is_in_the_next_days_workbook(tmp_path: Path) -> None:
    with Hospital(tmp_path, zone="Asia/Shanghai") as ward:
        ward.clock.turn(8 * 3600 - 10)  # midnight in Shanghai is 16:00 UTC
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
        ward.clock.turn(60)
        ward.drop("bed2.mp4", MILD)
        ward.work()

    assert sorted(path.name for path in ward.place.sheets.glob("*.xlsx")) == [BOOK, "Ward-3-2026-11-24.xlsx"]


@pytest.mark.parametrize("lock", [f"~${BOOK}", f".~lock.{BOOK}#"])
def test_an_open_workbook_is_left_alone_and_written_as_soon_as_it_is_closed(ward: Hospital, lock: str) -> None:
    (ward.place.sheets / lock).write_bytes(b"")
    ward.drop("bed1.mp4", SEVERE)

    ward.work()

    assert ward.row().state is State.ARCHIVED
    assert not (ward.place.sheets / BOOK).exists()
    (ward.place.sheets / lock).unlink()
    ward.work()
    assert ward.row().id[:12] in ward.sheet_text()


def test_a_lock_that_a_crashed_program_left_is_not_believed_for_ever(tmp_path: Path) -> None:
    lock = tmp_path / f"~${BOOK}"
    lock.write_bytes(b"")
    now_s = time.time()

    opened = opened_elsewhere(tmp_path / BOOK, 3600.0, now_s)
    assert opened is not None
    assert (opened.workbook, opened.program) == (BOOK, "Excel")
    os.utime(lock, (now_s - 3601, now_s - 3601))
    assert opened_elsewhere(tmp_path / BOOK, 3600.0, now_s) is None


def test_a_workbook_still_to_be_written_survives_a_restart(tmp_path: Path) -> None:
    ward = Hospital(tmp_path)
    lock = ward.place.sheets / f"~${BOOK}"
    lock.write_bytes(b"")
    with ward:
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
    lock.unlink()

    with ward:
        ward.work()

    assert (ward.place.sheets / BOOK).exists()


def test_a_sheets_folder_that_is_away_holds_up_nobody(ward: Hospital, caplog: pytest.LogCaptureFixture) -> None:
    ward.place.sheets.rmdir()
    ward.drop("bed1.mp4", SEVERE)
    ward.work()
    ward.work()
    assert ward.row().state is State.ARCHIVED
    assert len([line for line in caplog.messages if "the workbook of" in line]) == 1

    ward.place.sheets.mkdir()
    ward.work()

    assert (ward.place.sheets / BOOK).exists()


@pytest.mark.parametrize(
    ("ward_name", "file_name"),
    [
        ("Ward 3", "Ward-3"),
        ("../../etc", "etc"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        ("骨科 三病区", "骨科-三病区"),
        ("...", "Ward"),
        ("骨" * 60, "骨" * 40),
    ],
)
def test_the_wards_name_becomes_part_of_a_file_name_that_every_system_takes(ward_name: str, file_name: str) -> None:
    assert file_name_of(ward_name) == file_name
