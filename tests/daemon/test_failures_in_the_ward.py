"""Failures that users of other drop folders reported, in a ward with a clock to turn; real files, toy grades.

Those that need other programs, disks or a killed process are in test_failures_with_processes, those of films in
tests/grading/test_failures_of_films.
"""

from __future__ import annotations

import errno
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from archive.jobs import State
from archive.ledger import Ledger
from daemon.inbox import Place, is_unfinished, look
from daemon.intake import MOST_AT_ONCE
from daemon.mounts import Mount, mount_of
from grading.types import Reason, Rejection
from tests.daemon.test_surroundings import mounts
from tests.hospital import GARBAGE, MILD, OBVIOUS, SEVERE, Hospital


def test_failure_01_a_file_that_grows_for_a_day_is_still_taken(ward: Hospital) -> None:
    path = ward.drop("bed1.mp4", SEVERE)
    for _ in range(200):
        with path.open("ab") as growing:
            growing.write(b"\nmore")
        ward.loop.turn()
        ward.clock.turn(430.0)
    assert ward.rows() == ()

    ward.work()

    assert ward.row().state is State.ARCHIVED


def test_failure_04_a_network_mount_is_recognised_and_given_more_time(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    listed = mounts(tmp_path, f"40 21 0:40 / {hospital.place.inbox} rw - cifs //server/share rw")
    assert mount_of(hospital.place.inbox, listed) == Mount(hospital.place.inbox, "cifs")
    assert Place(hospital.place.inbox, tmp_path / "memory", listed).is_network
    assert hospital.settings.inbox.settle_polled_s > hospital.settings.inbox.settle_s


def test_failure_06_what_comes_back_with_a_remounted_share_is_not_graded_again(ward: Hospital) -> None:
    for _ in range(3):  # other inodes, times and devices; the same films
        for name, data in (("a.mp4", SEVERE), ("b.mp4", MILD)):
            ward.drop(name, data)
        ward.work()

    assert len(ward.rows()) == len(ward.sealed()) == len(ward.grades.graded) == 2
    assert ward.work_files() == []


def test_failure_08_unfinished_names_are_left_until_their_last_rename(ward: Hospital) -> None:
    for name in ("a.mp4.part", "a.mp4.filepart", "a.mp4.crdownload", ".a.mp4.Xy12Ab", ".syncthing.a.mp4.tmp"):
        assert is_unfinished(name)
        path = ward.drop(name, SEVERE + b"\n" + name.encode())
        ward.work()
        assert path.exists()
        path.rename(path.with_name(f"done-{name.strip('.')[:6]}{len(ward.rows())}.mp4"))
        ward.work()
    assert len(ward.rows()) == 5


def test_failure_10_a_folder_of_five_thousand_names_is_looked_into_once_and_quickly(ward: Hospital) -> None:
    folder = ward.place.inbox / "card/DCIM"
    folder.mkdir(parents=True)
    for n in range(5_000):
        (folder / f"IMG_{n:04d}.JPG").touch()
    ward.drop("card/DCIM/MVI_0001.MP4", SEVERE)

    began_s = time.process_time()
    listing = look(ward.place.inbox, ward.settings.inbox.suffixes)

    assert time.process_time() - began_s < 2.0
    assert (len(listing.recordings), len(listing.left_alone)) == (1, 5_000)
    ward.work()
    assert ward.row().folder == "card/DCIM"


def test_failure_10_ten_thousand_recordings_at_once_are_taken_a_few_at_a_time(ward: Hospital) -> None:
    for n in range(10_000):
        (ward.place.inbox / f"bed{n}.mp4").write_bytes(SEVERE + b"\n%d" % n)
    ward.loop.turn()
    ward.clock.turn(5.0)

    began_s = time.process_time()
    assert ward.loop.turn()

    assert time.process_time() - began_s < 10.0
    assert len(ward.rows()) == MOST_AT_ONCE
    assert len(ward.inbox_files()) == 10_000 - MOST_AT_ONCE
    assert ward.row(1).state is not State.RECEIVED, "the first is worked on before the last is taken"


def test_failure_11_and_12_a_recording_that_comes_twice_has_one_row_and_is_heard_once(ward: Hospital) -> None:
    ward.drop("bed12.mp4", SEVERE)
    ward.drop("bed12 copy.mp4", SEVERE)
    ward.work()
    ward.clock.turn(3 * 86_400.0)
    ward.drop("later.mp4", SEVERE)
    ward.work()

    assert len(ward.rows()) == len(ward.sealed()) == len(ward.voice.said) == 1
    assert ward.work_files() == ward.inbox_files() == []


def test_failure_13_the_same_name_with_another_film_is_another_recording(ward: Hospital) -> None:
    for data in (SEVERE, MILD, OBVIOUS):
        ward.drop("IMG_0001.mp4", data)
        ward.work()

    assert len(ward.rows()) == len({sealed.name for sealed in ward.sealed()}) == 3


def test_failure_14_what_is_put_in_the_place_of_a_recording_under_way_is_the_next(ward: Hospital) -> None:
    ward.drop("bed1.mp4", SEVERE)
    ward.grades.meanwhile = lambda: ward.drop("bed1.mp4", MILD) and None  # type: ignore[assignment, func-returns-value]
    ward.loop.turn()
    ward.clock.turn(5.0)
    ward.loop.turn()
    ward.grades.meanwhile = lambda: None
    ward.work()

    assert [ward.opened(sealed) for sealed in ward.sealed()].count(SEVERE) == 1
    assert len(ward.rows()) == 2


def test_failure_15_a_recording_too_large_for_the_disk_lets_the_smaller_ones_pass(tmp_path: Path) -> None:
    with Hospital(tmp_path, "[inbox]\nreserve_mib = 1\n") as ward:
        huge = ward.drop("huge.mp4", SEVERE)
        os.truncate(huge, 2**42)  # a hole of 4 TiB, three times of which no disk here has
        os.utime(huge, (1, 1))
        ward.drop("bed1.mp4", MILD)
        ward.work()

        assert ward.inbox_files() == ["huge.mp4"]
        assert ward.row().state is State.ARCHIVED
        assert "nearly full" in ward.loop._intake.troubles[0]


@pytest.mark.parametrize("data", [b"", GARBAGE, b"\x00" * 4096])
def test_failure_18_what_is_no_video_gets_a_row_with_its_reason_and_is_sealed(ward: Hospital, data: bytes) -> None:
    ward.drop("bed1.mp4", data)
    ward.work()

    outcome = ward.row().outcome
    assert isinstance(outcome, Rejection) and outcome.reason is Reason.UNREADABLE
    assert "cannot be read as a video" in ward.sheet_text()
    assert [ward.opened(sealed) for sealed in ward.sealed()] == [data]


def test_failure_23_a_clock_that_is_set_back_a_year_keeps_no_recording_waiting(ward: Hospital) -> None:
    ward.drop("bed1.mp4", b"toy breaks")
    ward.work()
    assert ward.row().attempts == 1
    with Ledger(ward.place.ledger) as ledger:
        ledger.try_later(ward.row().id, ward.clock.now() + timedelta(days=365), "before the clock was set back")

    ward.work()

    assert ward.row().attempts == 2


def test_failure_23_settling_goes_by_a_clock_that_nobody_sets(ward: Hospital) -> None:
    ward.drop("bed1.mp4", SEVERE)
    ward.loop.turn()
    ward.clock._now -= timedelta(days=400)
    ward.clock.turn(5.0)
    ward.loop.turn()

    assert len(ward.rows()) == 1


def test_failure_24_names_of_any_bytes_reach_ledger_and_sheet_unharmed(ward: Hospital) -> None:
    for number, raw in enumerate((b"bad\xff.mp4", "患者_bed12.mp4".encode(), "Zoe\u0301.mp4".encode(), b"a\nb.mp4")):
        path = os.fsencode(ward.place.inbox) + b"/" + raw
        with open(path, "wb") as file:  # noqa: PTH123 - a path of bytes
            file.write(SEVERE + b"\n%d" % number)
    ward.work()

    assert {os.fsencode(job.source) for job in ward.rows()} >= {b"bad\xff.mp4", "患者_bed12.mp4".encode()}
    assert ward.sheet_text().count("Severe") >= 4


def test_failure_25_an_owner_file_left_by_a_crash_holds_up_a_workbook_for_hours_at_most(ward: Hospital) -> None:
    ward.drop("bed1.mp4", SEVERE)
    ward.work()
    (book,) = ward.place.sheets.glob("*.xlsx")
    lock = book.with_name(f"~${book.name}")
    lock.write_bytes(b"somebody")
    os.utime(lock, (time.time() - ward.settings.ward.open_sheet_s - 1,) * 2)
    ward.drop("bed2.mp4", MILD)
    ward.work()
    lock.unlink()

    assert "Mild" in ward.sheet_text()


def test_failure_27_a_copy_that_keeps_its_old_time_is_taken_as_soon_as_any_other(ward: Hospital) -> None:
    path = ward.drop("bed1.mp4", SEVERE)
    os.utime(path, (0, 0))
    ward.work()

    assert ward.row().state is State.ARCHIVED


def test_failure_30_a_thousand_files_in_trouble_are_one_line_in_the_journal(
    ward: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path, came_from: str = "") -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    ward.loop._intake._claims.claim = refuse  # type: ignore[method-assign, assignment]
    for n in range(1_000):
        ward.drop(f"bed{n}.mp4", b"toy severe\n%d" % n)
    for _ in range(20):
        ward.loop.turn()
        ward.clock.turn(5.0)

    assert [line for line in caplog.messages if "cannot be taken in" in line] == [
        "1000 files in the inbox cannot be taken in (Permission denied); they are tried again at every look"
    ]


def test_a_set_aside_recording_can_be_given_up_and_is_sealed(tmp_path: Path) -> None:
    from daemon.release_command import release

    with Hospital(tmp_path) as ward:
        ward.drop("a.mp4", b"toy breaks")
        for _ in range(4):
            ward.work()
            ward.clock.turn(3600)
        assert ward.row().parked

        release(1, tmp_path / "peea.toml", None, reject=True)
        ward.work()

        assert ward.row().state is State.ARCHIVED
        assert ward.row().outcome == Rejection(Reason.INTRACTABLE)
        assert [ward.opened(sealed) for sealed in ward.sealed()] == [b"toy breaks"]
        assert ward.work_files() == []
