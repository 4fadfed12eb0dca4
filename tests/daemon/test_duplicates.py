"""The same content twice, or the same name for other content."""

from __future__ import annotations

import pytest

from daemon.intake import MOST_AT_ONCE
from tests.hospital import MILD, SEVERE, Hospital


def test_copies_only_are_all_taken_in_without_waiting_for_the_next_look(ward: Hospital) -> None:
    ward.drop("a.mp4", MILD)
    ward.work()
    for number in range(2 * MOST_AT_ONCE):
        ward.drop(f"{number}.mp4", MILD)

    ward.work()

    assert ward.inbox_files() == ward.work_files() == []


def test_the_same_content_again_gets_no_second_row_and_no_second_announcement(ward: Hospital) -> None:
    ward.drop("bed3.mp4", SEVERE)
    ward.work()
    ward.drop("copy of bed3.mp4", SEVERE)
    ward.drop("bed3.mp4", SEVERE)

    ward.work()

    assert len(ward.rows()) == len(ward.voice.said) == len(ward.sealed()) == 1
    assert ward.work_files() == []
    assert ward.inbox_files() == []


def test_two_copies_dropped_at_once_become_one_recording(ward: Hospital) -> None:
    ward.drop("a.mp4", SEVERE)
    ward.drop("b.mp4", SEVERE)

    ward.work()

    assert len(ward.rows()) == len(ward.sealed()) == 1
    assert ward.work_files() == []


def test_a_copy_is_kept_while_the_sealed_file_is_missing_or_changed(
    ward: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    ward.drop("a.mp4", SEVERE)
    ward.work()
    (sealed,) = ward.sealed()
    sealed.write_bytes(sealed.read_bytes()[:-1] + b"x")
    ward.drop("b.mp4", SEVERE)

    ward.work()
    ward.work()

    assert len([name for name in ward.work_files() if name.endswith("b.mp4")]) == 1
    assert len([line for line in caplog.messages if "missing or changed" in line]) == 1


def test_the_same_name_with_other_content_is_another_recording(ward: Hospital) -> None:
    ward.drop("IMG_0001.mp4", SEVERE)
    ward.work()
    ward.drop("IMG_0001.mp4", MILD)

    ward.work()

    assert [job.source for job in ward.rows()] == ["IMG_0001.mp4"] * 2
    assert len(ward.sealed()) == 2
