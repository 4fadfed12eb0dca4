"""A crash at every place between the inbox and the end: what a restart makes of what it finds on the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from archive.jobs import State
from archive.ledger import Ledger
from daemon.hindrances import read_hindrances
from daemon.retries import UNTOLD_TIMES
from daemon.stopping import Stop
from daemon.workplace import WorkplaceError
from tests.hospital import KILLS, SEVERE, Hospital


def finished(ward: Hospital) -> None:
    """One row, one sealed file with the right content, no plain copy anywhere."""
    assert [job.state for job in ward.rows()] == [State.ARCHIVED]
    assert [ward.opened(sealed) for sealed in ward.sealed()] == [SEVERE]
    assert ward.work_files() == []
    assert len(ward.voice.said) == 1


def claimed(ward: Hospital, folder: str, name: str = "bed3.mp4") -> Path:
    file = ward.place.work / folder / name
    file.parent.mkdir(parents=True)
    file.write_bytes(SEVERE)
    return file


@pytest.fixture
def ward(tmp_path: Path) -> Hospital:
    """A ward whose daemon is not at work."""
    return Hospital(tmp_path)


def received(ward: Hospital, data: bytes = SEVERE) -> str:
    """A recording that the ledger knows and that is still to be graded."""
    ward.grades.meanwhile = ward.bell.ask_to_stop
    with ward:
        ward.drop("bed3.mp4", data)
        ward.loop.turn()
        ward.clock.turn(5.0)
        with pytest.raises(Stop):
            ward.loop.turn()
    ward.grades.meanwhile = lambda: None
    ward.bell.stop_asked = False
    return ward.row().id


def until(ward: Hospital, state: State) -> None:
    """A recording dropped and taken just so far."""
    ward.drop("bed3.mp4", SEVERE)
    ward.loop.turn()
    ward.clock.turn(5.0)
    while not ward.rows() or ward.row().state is not state:
        ward.loop.turn()


def test_claimed_and_not_fingerprinted(ward: Hospital) -> None:
    claimed(ward, "new-0123456789abcdef")

    with ward:
        ward.work()

    finished(ward)


def test_claimed_with_a_half_copy_from_another_disk_beside(ward: Hospital) -> None:
    """The plug was pulled while a file was being copied from another disk: it is still in the inbox."""
    half = ward.place.work / "new-0123456789abcdef"
    half.mkdir()
    (half / ".peea-00112233445566ff.part").write_bytes(SEVERE[:3])
    ward.drop("bed3.mp4", SEVERE)

    with ward:
        ward.work()

    finished(ward)


def test_in_the_ledger_but_its_folder_not_yet_renamed(ward: Hospital) -> None:
    id = received(ward)
    (ward.place.work / id).rename(ward.place.work / "new-0123456789abcdef")

    with ward:
        ward.work()

    finished(ward)


def test_copied_from_another_disk_and_still_in_the_inbox_too(ward: Hospital) -> None:
    claimed(ward, "new-0123456789abcdef")
    ward.drop("bed3.mp4", SEVERE)

    with ward:
        ward.work()

    finished(ward)


def test_kept_under_its_id_but_the_ledger_was_lost(ward: Hospital) -> None:
    received(ward)
    for path in ward.place.state.glob("ledger.sqlite*"):
        path.unlink()

    with ward:
        ward.work()

    finished(ward)


@pytest.mark.parametrize("state", [State.GRADED, State.REPORTED])
def test_stopped_between_two_steps(ward: Hospital, state: State) -> None:
    with ward:
        until(ward, state)

    with ward:
        ward.work()

    finished(ward)
    assert len(ward.grades.graded) == 1


def test_sealed_and_not_yet_in_the_ledger(ward: Hospital) -> None:
    with ward:
        until(ward, State.REPORTED)
    sealed = ward.place.archive / f"2026/11/{ward.row().id[:16]}.age"
    sealed.parent.mkdir(parents=True)
    sealed.write_bytes(b"from before the crash")
    (sealed.parent / ".peea-00112233445566ff.part").write_bytes(b"half")

    with ward:
        ward.work()

    finished(ward)


def test_archived_but_the_plain_recording_is_still_there(ward: Hospital) -> None:
    with ward:
        ward.drop("bed3.mp4", SEVERE)
        ward.work()
    claimed(ward, ward.row().id)

    with ward:
        pass

    finished(ward)


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_the_plain_recording_stays_when_the_sealed_file_is_not_what_the_receipt_says(ward: Hospital, harm: str) -> None:
    with ward:
        ward.drop("bed3.mp4", SEVERE)
        ward.work()
    plain = claimed(ward, ward.row().id)
    (sealed,) = ward.sealed()
    if harm == "gone":
        sealed.unlink()
    else:
        sealed.write_bytes(sealed.read_bytes() + b"x")

    with ward:
        ward.work()

    assert plain.read_bytes() == SEVERE


def test_a_recording_that_ends_the_process_each_time_is_set_aside(ward: Hospital) -> None:
    id = received(ward, KILLS)
    with Ledger(ward.place.ledger) as ledger:  # starts of a process that did not live to say how it went
        for _ in range(3 * UNTOLD_TIMES):
            ledger.start_attempt(id, ward.clock.now())

    with ward:
        ward.drop("bed4.mp4", SEVERE)
        ward.work()

    assert "the program broke off" in ward.row(1).parked
    assert ward.row(1).parked in ward.sheet_text()
    assert ward.row(2).state is State.ARCHIVED
    assert ward.grades.graded == ["bed3.mp4", "bed4.mp4"]


def test_a_recording_during_which_the_plug_was_pulled_five_times_is_not_set_aside(ward: Hospital) -> None:
    id = received(ward)
    with Ledger(ward.place.ledger) as ledger:
        ledger.try_later(id, ward.clock.now(), "a failure of last week")
        for _ in range(5):
            ledger.start_attempt(id, ward.clock.now())

    with ward:
        ward.work()

    finished(ward)


def test_empty_folders_that_a_crash_left_are_removed(ward: Hospital) -> None:
    (ward.place.work / "new-0123456789abcdef").mkdir()
    (ward.place.work / ("ab" * 32)).mkdir()

    with ward:
        ward.work()

    assert ward.work_files() == []


def test_a_recording_lost_from_the_work_folder_is_asked_for_again(ward: Hospital) -> None:
    id = received(ward)
    shutil.rmtree(ward.place.work / id)

    with ward:
        ward.work()
        assert "drop the same file once more" in ward.row().trouble
        ward.drop("again.mp4", SEVERE)
        ward.work()
        ward.clock.turn(3600.0)
        ward.work()

    finished(ward)


def test_what_the_ward_has_heard_it_does_not_hear_again(ward: Hospital) -> None:
    with ward:
        until(ward, State.GRADED)
    with Ledger(ward.place.ledger) as ledger:
        ledger.announced(ward.row().id)

    with ward:
        ward.work()

    assert ward.row().state is State.ARCHIVED
    assert ward.voice.said == []
    assert ward.player.played == []


def test_the_ledger_remembers_what_was_heard(ward: Hospital) -> None:
    with ward:
        until(ward, State.REPORTED)

    assert ward.row().announced
    assert len(ward.player.played) == 1


def test_the_plain_recording_goes_with_the_step_that_sealed_it(ward: Hospital) -> None:
    with ward:
        until(ward, State.ARCHIVED)

        assert ward.work_files() == []


def test_a_ledger_that_cannot_be_used_any_more_is_opened_again(ward: Hospital) -> None:
    with ward:
        ward.drop("bed3.mp4", SEVERE)
        ward.loop._ledger.close()  # as a disk that was away leaves it
        ward.work()
        ward.clock.turn(61.0)
        ward.work()

    finished(ward)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files that cannot be removed")
def test_a_plain_recording_that_cannot_be_removed_does_not_end_the_daemon_and_goes_later(ward: Hospital) -> None:
    with ward:
        until(ward, State.REPORTED)
        plain = next((ward.place.work / ward.row().id).iterdir())
        if subprocess.run(["chattr", "+i", plain], capture_output=True, check=False).returncode:
            pytest.skip("the file system knows no files that cannot be removed")
        try:
            ward.work()
            assert ward.row().state is State.ARCHIVED
            assert plain.exists()
            assert "Operation not permitted" in read_hindrances(ward.place.hindrances)[0]
        finally:
            subprocess.run(["chattr", "-i", plain], check=True)
        ward.clock.turn(61.0)
        ward.work()

    finished(ward)


def test_a_start_that_fails_at_a_recording_does_not_name_it(ward: Hospital) -> None:
    """What a command cannot do is said with the file's name, and what the daemon says goes into the journal."""
    with ward:
        ward.drop("bed3.mp4", SEVERE)
        ward.work()
    (ward.place.work / ward.rows()[0].id / "Zhang San.mp4").mkdir(parents=True)  # root, too, cannot unlink a folder

    with pytest.raises(WorkplaceError, match="what the last run left cannot be taken up: ") as caught, ward:
        pass

    assert "Zhang" not in str(caught.value)
