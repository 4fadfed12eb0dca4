"""A recording that somebody removed from the work folder: a person gives it up, and it ends with a row and a reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archive.inspection import Inspection
from archive.jobs import State
from daemon.keeping_command import verify
from daemon.refusals import RefusedError
from daemon.release_command import release
from daemon.status_command import standing_of
from grading.types import Assessment, Reason, Rejection
from tests.hospital import SEVERE, Hospital


@pytest.fixture
def ward(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def settings(ward: Hospital) -> Path:
    return ward.settings.ward.folder.parent / "peea.toml"


def lose(ward: Hospital, when: State) -> None:
    """A recording that was removed by hand in that state and has been set aside for it. The ward must be entered."""
    ward.drop("bed3.mp4", SEVERE)
    ward.loop.turn()
    ward.clock.turn(5.0)
    while not ward.rows() or ward.row().state is not when:
        ward.loop.turn()
    shutil.rmtree(ward.place.work / ward.row().id)
    for _ in range(4):
        ward.work()
        ward.clock.turn(3600)
    assert "no longer in the work folder" in ward.row().parked


def problems(ward: Hospital) -> tuple[str, ...]:
    with Inspection(ward.place.ledger) as inspection:
        return (*inspection.trail().problems, *inspection.broken_receipts(), *inspection.damage())


def test_it_is_not_taken_up_again_but_asked_for_or_given_up(ward: Hospital) -> None:
    with ward:
        lose(ward, State.REPORTED)

        with pytest.raises(RefusedError, match=r"drop the same file .* or give it up: peea release 1 --reject"):
            release(1, settings(ward), None)

        assert ward.row().parked


@pytest.mark.parametrize("when", [State.GRADED, State.REPORTED])
def test_one_that_has_its_result_keeps_it_and_ends_without_a_sealed_file(
    ward: Hospital, when: State, capsys: pytest.CaptureFixture[str]
) -> None:
    with ward:
        lose(ward, when)
        assert "Stopped" in ward.sheet_text()

        release(1, settings(ward), None, reject=True)
        ward.work()

        assert ward.row().state is State.ARCHIVED
        assert isinstance(ward.row().outcome, Assessment)
        assert ward.row().receipt is None
        assert ward.sealed() == []
        assert "Stopped" not in ward.sheet_text()
        assert standing_of(ward.settings).latest[0].state == "lost"
        assert problems(ward) == ()
        assert verify(settings(ward), None) == 0
    assert "given up as lost" in capsys.readouterr().out


def test_one_without_a_result_gets_a_row_with_the_reason_and_is_announced(ward: Hospital) -> None:
    with ward:
        ward.drop("bed3.mp4", b"toy breaks")
        ward.loop.turn()
        ward.clock.turn(5.0)
        ward.loop.turn()
        shutil.rmtree(ward.place.work / ward.row().id)
        for _ in range(4):
            ward.work()
            ward.clock.turn(3600)
        assert ward.row().state is State.RECEIVED

        release(1, settings(ward), None, reject=True)
        ward.work()

        assert ward.row().state is State.ARCHIVED
        assert ward.row().outcome == Rejection(Reason.LOST)
        assert "The recording was lost before it was graded" in ward.sheet_text()
        assert "lost" in ward.voice.said[-1]
        with Inspection(ward.place.ledger) as inspection:
            deeds = [entry.what for entry in inspection.entries()][3:]
        assert deeds == ["received", "parked", "released", "lost", "graded", "reported"]
        assert problems(ward) == ()


def test_what_turns_up_after_all_is_sealed_and_not_graded_again(ward: Hospital) -> None:
    with ward:
        lose(ward, State.REPORTED)
        release(1, settings(ward), None, reject=True)
        ward.work()
        n_graded = len(ward.grades.graded)

        ward.drop("found.mp4", SEVERE)
        ward.work()

        assert [ward.opened(sealed) for sealed in ward.sealed()] == [SEVERE]
        assert ward.row().receipt is not None
        assert len(ward.grades.graded) == n_graded
        assert ward.work_files() == []
        assert problems(ward) == ()


def test_what_turns_up_before_the_daemon_is_done_with_it_is_sealed_as_any_other(ward: Hospital) -> None:
    with ward:
        lose(ward, State.REPORTED)
        ward.drop("found.mp4", SEVERE)
        release(1, settings(ward), None, reject=True)

        ward.work()

        assert [ward.opened(sealed) for sealed in ward.sealed()] == [SEVERE]
        assert problems(ward) == ()
