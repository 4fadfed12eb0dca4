"""One recording after another through the whole daemon: real disk, real ledger, real sealing, toy grades."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

import pytest

from archive.jobs import State
from archive.ledger import Ledger
from daemon.intake import MOST_AT_ONCE
from daemon.stopping import Stop
from grading.types import Assessment, Grade, Reason, Rejection
from tests.hospital import BREAKS, DIM, GARBAGE, MILD, SEVERE, Hospital


def test_a_recording_ends_graded_reported_announced_sealed_and_gone(ward: Hospital) -> None:
    ward.drop("bed12_P0042_turning.mp4", SEVERE)

    ward.work()

    job = ward.row()
    assert job.state is State.ARCHIVED
    assert isinstance(job.outcome, Assessment)
    assert job.outcome.grade is Grade.SEVERE
    assert (job.identity.bed, job.identity.patient, job.identity.activity) == ("12", "P0042", "turning")
    assert "P0042" in ward.sheet_text()
    assert ward.voice.said == ["Bed 12: severe pain, grade 3. Please check."]
    assert ward.player.played == [ward.place.announcements / "2026-11-23/1.wav"]
    assert [ward.opened(sealed) for sealed in ward.sealed()] == [SEVERE]
    assert ward.work_files() == []
    assert ward.inbox_files() == []


def test_the_sealed_files_name_tells_nothing_but_the_month(ward: Hospital) -> None:
    ward.drop("王小明_bed12.mp4", SEVERE)

    ward.work()

    (sealed,) = ward.sealed()
    assert sealed == ward.place.archive / f"2026/11/{ward.row().id[:16]}.age"
    assert ward.row().receipt is not None
    assert ward.row().receipt.sealed_name == f"2026/11/{ward.row().id[:16]}.age"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "reason"), [(DIM, Reason.TOO_DIM), (GARBAGE, Reason.UNREADABLE), (b"", Reason.UNREADABLE)]
)
def test_a_rejected_recording_is_an_outcome_like_any_other(ward: Hospital, data: bytes, reason: Reason) -> None:
    ward.drop("bed3.mp4", data)

    ward.work()

    assert isinstance(ward.row().outcome, Rejection)
    assert ward.row().outcome.reason is reason  # type: ignore[union-attr]
    assert ward.row().state is State.ARCHIVED
    assert len(ward.sealed()) == len(ward.voice.said) == 1
    assert ward.work_files() == []


def test_a_growing_file_is_waited_for(ward: Hospital) -> None:
    path = ward.drop("bed3.mp4", b"toy sev")
    ward.loop.turn()
    for _ in range(5):
        ward.clock.turn(4.0)
        with path.open("ab") as file:
            file.write(b"e" if path.stat().st_size == 7 else b"re\n"[: 9 - path.stat().st_size])
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))
        ward.loop.turn()
    assert ward.rows() == ()

    ward.work()

    assert ward.row().state is State.ARCHIVED


def test_a_file_that_is_still_open_for_writing_is_waited_for(ward: Hospital) -> None:
    with (ward.place.inbox / "bed3.mp4").open("wb") as file:
        file.write(SEVERE)
        file.flush()
        ward.work()
        assert ward.rows() == ()

    ward.work()

    assert ward.row().state is State.ARCHIVED


def test_recordings_are_numbered_in_the_order_in_which_they_were_written(ward: Hospital) -> None:
    for number, name in enumerate(("c.mp4", "a.mp4", "b.mp4")):
        path = ward.drop(name, MILD + b"\n%d" % number)
        os.utime(path, ns=(0, number))

    ward.work()

    assert [job.source for job in ward.rows()] == ["c.mp4", "a.mp4", "b.mp4"]


def test_of_many_recordings_the_first_are_done_before_the_last_are_taken_in(ward: Hospital) -> None:
    for number in range(MOST_AT_ONCE + 1):
        ward.drop(f"{number}.mp4", MILD + b"\n%d" % number)
    ward.loop.turn()
    ward.clock.turn(5.0)

    ward.loop.turn()

    assert len(ward.rows()) == MOST_AT_ONCE
    assert len(ward.inbox_files()) == 1
    ward.work(most_turns=400)
    assert ward.inbox_files() == []


def test_files_with_other_endings_and_links_are_left_where_they_are(ward: Hospital) -> None:
    ward.drop("notes.txt", b"words")
    (ward.place.inbox / "link.mp4").symlink_to("/etc/passwd")

    ward.work()

    assert ward.rows() == ()
    assert ward.inbox_files() == ["link.mp4", "notes.txt"]


def test_a_failing_recording_is_tried_again_later_and_then_set_aside_while_the_rest_goes_on(ward: Hospital) -> None:
    ward.drop("bed12_P0042.mp4", BREAKS)
    ward.work()
    ward.drop("bed4.mp4", MILD)
    ward.work()
    assert ward.row(1).attempts == 1
    assert ward.row(2).state is State.ARCHIVED

    for wait_s in (60.0, 120.0, 240.0):
        ward.clock.turn(wait_s)
        ward.work()

    broken = ward.row(1)
    assert broken.attempts == 3
    assert broken.parked.startswith("Not finished after 3 tries (RuntimeError: the decoder of <recording> broke).")
    assert ward.grades.graded.count("bed12_P0042.mp4") == 3
    assert broken.parked in ward.sheet_text()
    assert [name for name in ward.work_files() if name.endswith(".mp4")] == [f"{broken.id}/bed12_P0042.mp4"]


def test_no_name_of_a_person_gets_into_the_log(ward: Hospital, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ward.drop("王小明_bed12_P0042.mp4", BREAKS)
        ward.drop("bed12_P0042.mp4", BREAKS + b"\n2")
        ward.drop("P0042.mp4", MILD)
        ward.work()

    assert "王小明" not in caplog.text
    assert "P0042" not in caplog.text


def test_a_key_file_that_is_wrong_sets_nothing_aside_and_work_goes_on_once_it_is_mended(ward: Hospital) -> None:
    right = ward.settings.archive.recipients_file.read_bytes()
    ward.settings.archive.recipients_file.write_text("# no key\n", encoding="ascii")
    ward.drop("a.mp4", MILD)
    for _ in range(8):
        ward.work()
        ward.clock.turn(3600.0)
    assert (ward.row().parked, ward.row().attempts) == ("", 0)
    assert "no public key" in ward.row().trouble

    ward.settings.archive.recipients_file.write_bytes(right)
    ward.work()

    assert ward.row().state is State.ARCHIVED


def test_a_set_aside_recording_can_be_dropped_again(ward: Hospital) -> None:
    ward.grades.meanwhile = ward.bell.ask_to_stop
    ward.drop("a.mp4", MILD)
    ward.loop.turn()
    ward.clock.turn(5.0)
    with pytest.raises(Stop):
        ward.loop.turn()
    ward.grades.meanwhile, ward.bell.stop_asked = lambda: None, False
    with Ledger(ward.place.ledger) as ledger:
        ledger.park(ward.row().id, "somebody wanted it so")
    (lost,) = (path for path in ward.place.work.rglob("*.mp4"))
    lost.unlink()

    ward.drop("a.mp4", MILD)
    ward.work()

    assert ward.row().state is State.ARCHIVED
    assert len(ward.rows()) == len(ward.sealed()) == 1
    assert ward.work_files() == []


def test_nothing_is_removed_before_it_is_sealed(ward: Hospital) -> None:
    ward.settings.archive.recipients_file.write_text("# no key\n", encoding="ascii")
    ward.drop("a.mp4", MILD)

    ward.work()

    assert ward.row().state is State.REPORTED
    assert [path.read_bytes() for path in ward.place.work.rglob("*.mp4")] == [MILD]


def test_a_recording_that_was_changed_after_it_was_graded_is_never_sealed_as_the_graded_one(ward: Hospital) -> None:
    ward.drop("a.mp4", MILD)
    ward.grades.meanwhile = lambda: next(ward.place.work.rglob("*.mp4")).write_bytes(SEVERE)  # type: ignore[assignment]

    ward.work()

    assert ward.sealed() == []
    assert "copy it again" in ward.row().trouble
    assert [path.read_bytes() for path in ward.place.work.rglob("*.mp4")] == [SEVERE]


def test_a_stop_in_the_middle_of_grading_costs_the_recording_no_attempt(tmp_path: Path) -> None:
    ward = Hospital(tmp_path)
    ward.grades.meanwhile = ward.bell.ask_to_stop
    with ward:
        ward.drop("a.mp4", SEVERE)
        ward.loop.turn()
        ward.clock.turn(5.0)
        with pytest.raises(Stop):
            ward.loop.turn()
    assert (ward.row().state, ward.row().attempts) == (State.RECEIVED, 0)

    ward.grades.meanwhile = lambda: None
    ward.bell.stop_asked = False
    with ward:
        ward.work()

    assert ward.row().state is State.ARCHIVED
    assert len(ward.rows()) == 1


def test_an_inbox_that_goes_away_is_said_once_and_waited_for(ward: Hospital, caplog: pytest.LogCaptureFixture) -> None:
    ward.place.inbox.rmdir()
    ward.work()
    ward.work()
    ward.place.inbox.mkdir()
    ward.drop("a.mp4", SEVERE)

    ward.work()

    assert ward.row().state is State.ARCHIVED
    assert len([line for line in caplog.messages if "inbox cannot be looked at" in line]) == 1


def test_a_name_that_is_not_utf8_goes_all_the_way(ward: Hospital) -> None:
    raw = os.fsencode(ward.place.inbox) + b"/bed5_\xff.mp4"
    descriptor = os.open(raw, os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, SEVERE)
    os.close(descriptor)

    ward.work()

    assert ward.row().state is State.ARCHIVED
    assert ward.work_files() == []


def test_a_folder_dropped_in_is_worked_through(ward: Hospital) -> None:
    ward.drop("monday/bed1.mp4", SEVERE)
    ward.drop("monday/late/bed2.mp4", MILD)

    ward.work()

    assert [job.state for job in ward.rows()] == [State.ARCHIVED] * 2


def test_a_recording_that_lacks_its_end_is_waited_for_and_taken_whole(tmp_path: Path) -> None:
    whole = b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"\x00\x00\x00\x08moov" + b"\x00\x00\x00\x18mdat" + bytes(16)
    with Hospital(tmp_path) as ward:
        path = ward.drop("bed12.mp4", whole[:-8])
        ward.loop.turn()
        ward.clock.turn(ward.settings.inbox.settle_s + 1)
        ward.loop.turn()
        assert path.exists()
        path.write_bytes(whole)
        ward.work()
        assert ward.grades.graded == ["bed12.mp4"]
        assert ward.rows()[0].size_bytes == len(whole)


def test_a_recording_whose_end_never_comes_is_taken_as_it_is(tmp_path: Path) -> None:
    cut = b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"\x00\x00\x00\x08moov" + b"\x00\x00\x00\x18mdat"
    with Hospital(tmp_path) as ward:
        path = ward.drop("bed12.mp4", cut)
        ward.loop.turn()
        ward.clock.turn(ward.settings.inbox.incomplete_s)
        ward.work()
        assert not path.exists()
        assert len(ward.rows()) == 1


def test_one_recording_that_the_machine_refuses_again_and_again_holds_up_no_other(ward: Hospital) -> None:
    def refuse() -> None:
        if ward.grades.graded[-1] == "first.mp4":
            raise PermissionError(errno.EACCES, "Permission denied")

    ward.grades.meanwhile = refuse
    ward.drop("first.mp4", SEVERE)
    ward.work()
    for number in range(3):
        ward.drop(f"later{number}.mp4", MILD + b"\n%d" % number)
        ward.work()
        ward.clock.turn(61.0)
    ward.work()
    assert [job.state for job in ward.rows()] == [State.RECEIVED, *[State.ARCHIVED] * 3]
    assert ward.row().parked == ""

    ward.grades.meanwhile = lambda: None
    ward.clock.turn(61.0)
    ward.work()
    assert ward.row().state is State.ARCHIVED
