"""What people typed into a day's workbook is still there after the next recording."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from archive.ledger import Ledger
from daemon.rebuilding import NotYetError, Rebuilding
from tests.hospital import MILD, MORNING, SEVERE, Hospital
from tests.reports.people import REMARKS, VAS, comment_at, needs_office, saved_by_libreoffice, seen_in, typed

DAY = date(2026, 11, 23)
BOOK = "Ward-3-2026-11-23.xlsx"
ASIDE = "Ward-3-2026-11-23-set-aside-1.xlsx"


def book(ward: Hospital) -> Path:
    return ward.place.sheets / BOOK


def with_one_row(ward: Hospital) -> str:
    """A ward whose workbook has one row; its record id."""
    ward.drop("bed1.mp4", SEVERE)
    ward.work()
    return ward.row().id[:12]


def aged(path: Path) -> None:
    """Saved a minute ago."""
    os.utime(path, (time.time() - 60, time.time() - 60))


def people_type(ward: Hospital, record_id: str, heading: str, value: object) -> None:
    book(ward).write_bytes(typed(book(ward).read_bytes(), record_id, heading, value))


def listed(ward: Hospital) -> list[str]:
    return sorted(path.name for path in ward.place.sheets.iterdir() if path.is_file())


def test_what_was_typed_is_in_the_next_workbook_and_in_the_ledger(
    ward: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    record_id = with_one_row(ward)
    people_type(ward, record_id, VAS, 7)
    people_type(ward, record_id, REMARKS, "王小明 =1+1")

    ward.drop("bed2.mp4", MILD)
    ward.work()

    assert ward.row(2).id[:12] in ward.sheet_text()
    data = book(ward).read_bytes()
    assert (seen_in(data, record_id, VAS), seen_in(data, record_id, REMARKS)) == (7, "王小明 =1+1")
    with Ledger(ward.place.ledger) as ledger:
        kept = ledger.strokes([record_id], "-")
    assert [(each.column, each.text) for each in kept] == [("clinician_vas", "7"), ("remarks", "王小明 =1+1")]
    assert kept[0].at == ward.clock.now()
    assert listed(ward) == [BOOK]
    assert "王小明" not in caplog.text


def test_it_survives_a_restart_and_a_removed_workbook(tmp_path: Path) -> None:
    ward = Hospital(tmp_path)
    with ward:
        record_id = with_one_row(ward)
        people_type(ward, record_id, REMARKS, "before the restart")
    with ward:
        ward.drop("bed2.mp4", MILD)
        ward.work()
        book(ward).unlink()
        ward.drop("bed3.mp4", MILD + b"\n3")
        ward.work()

    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "before the restart"


def test_copies_of_one_edition_saved_one_after_the_other_leave_a_comment(ward: Hospital) -> None:
    record_id = with_one_row(ward)
    first = book(ward).read_bytes()
    for number, text in enumerate(("by Li", "by Wang"), start=2):
        book(ward).write_bytes(typed(first, record_id, REMARKS, text))
        ward.drop(f"bed{number}.mp4", MILD + b"\n%d" % number)
        ward.work()

    data = book(ward).read_bytes()
    assert seen_in(data, record_id, REMARKS) == "by Wang"
    assert "by Li" in comment_at(data, record_id, REMARKS)


@pytest.mark.slow
@needs_office
def test_what_was_typed_in_libreoffice_is_kept(ward: Hospital, tmp_path: Path) -> None:
    record_id = with_one_row(ward)
    people_type(ward, record_id, REMARKS, "two\nlines")
    book(ward).write_bytes(saved_by_libreoffice(book(ward).read_bytes(), tmp_path))
    ward.drop("bed2.mp4", MILD)
    ward.work()
    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "two\nlines"
    assert listed(ward) == [BOOK]


@pytest.mark.parametrize("damage", [lambda data: data[:2000], lambda data: b"", lambda data: b"not a workbook"])
def test_a_workbook_that_cannot_be_read_is_moved_aside_and_the_log_says_so(
    ward: Hospital, damage: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    with_one_row(ward)
    damaged = damage(book(ward).read_bytes())
    book(ward).write_bytes(damaged)
    aged(book(ward))

    ward.drop("bed2.mp4", MILD)
    ward.work()

    assert (ward.place.sheets / ASIDE).read_bytes() == damaged
    assert ward.row(2).id[:12] in str(list(openpyxl.load_workbook(book(ward))["Record"].values))
    assert [line for line in caplog.messages if ASIDE in line and "cannot be read" in line]


def test_nothing_that_was_moved_aside_is_written_over(ward: Hospital) -> None:
    with_one_row(ward)
    for number in (1, 2):
        book(ward).write_bytes(b"damaged %d" % number)
        aged(book(ward))
        ward.drop(f"bed{number}.mp4", MILD + b"\n%d" % number)
        ward.work()
    assert (ward.place.sheets / ASIDE).read_bytes() == b"damaged 1"
    assert (ward.place.sheets / ASIDE.replace("-1.xlsx", "-2.xlsx")).read_bytes() == b"damaged 2"


def test_a_workbook_that_is_just_being_saved_is_waited_for(ward: Hospital) -> None:
    record_id = with_one_row(ward)
    whole = typed(book(ward).read_bytes(), record_id, REMARKS, "slowly saved")
    book(ward).write_bytes(whole[:3000])

    ward.drop("bed2.mp4", MILD)
    ward.work()
    assert (listed(ward), book(ward).read_bytes()) == ([BOOK], whole[:3000])

    book(ward).write_bytes(whole)
    ward.work()
    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "slowly saved"
    assert ward.row(2).id[:12] in ward.sheet_text()
    assert listed(ward) == [BOOK]


def test_a_sheet_of_their_own_is_kept_beside(ward: Hospital, caplog: pytest.LogCaptureFixture) -> None:
    record_id = with_one_row(ward)
    people_type(ward, record_id, REMARKS, "kept too")
    workbook = openpyxl.load_workbook(book(ward))
    workbook.create_sheet("My list")["A1"] = "call the family"
    workbook.save(book(ward))

    ward.drop("bed2.mp4", MILD)
    ward.work()

    assert openpyxl.load_workbook(ward.place.sheets / ASIDE)["My list"]["A1"].value == "call the family"
    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "kept too"
    ward.drop("bed3.mp4", MILD + b"\n3")
    ward.work()
    assert listed(ward) == [ASIDE, BOOK]
    assert "call the family" not in caplog.text


def test_a_workbook_of_another_day_under_this_name_does_no_harm(ward: Hospital) -> None:
    yesterday = with_one_row(ward)
    people_type(ward, yesterday, REMARKS, "yesterday")
    old = book(ward).read_bytes()
    ward.clock.turn(86400)
    ward.drop("bed2.mp4", MILD)
    ward.work()
    today = ward.place.sheets / "Ward-3-2026-11-24.xlsx"
    today.write_bytes(old)
    ward.drop("bed3.mp4", MILD + b"\n3")
    ward.work()

    words = [str(row) for row in openpyxl.load_workbook(today)["Record"].values]
    assert not any(yesterday in line for line in words)
    with Ledger(ward.place.ledger) as ledger:
        assert [each.text for each in ledger.strokes([yesterday], "-")] == ["yesterday"]


def test_yesterdays_grades_are_on_todays_trend(ward: Hospital) -> None:
    ward.drop("bed1_P0042.mp4", SEVERE)
    ward.drop("bed2_P0043.mp4", MILD)
    ward.work()
    ward.clock.turn(86400)
    ward.drop("bed1_P0042_2.mp4", MILD + b"\n2")
    ward.work()

    rows = list(openpyxl.load_workbook(ward.place.sheets / "Ward-3-2026-11-24.xlsx")["Trend"].values)
    patients = {row[1]: row[14:16] for row in rows if row[1] in ("P0042", "P0043")}
    assert patients == {"P0042": (3, 1)}


class BusyClock:
    """Somebody saves each time the clock is asked, which is between reading and writing."""

    def __init__(self, *meanwhile: Callable[[], object]) -> None:
        self._meanwhile = list(meanwhile)

    def now(self) -> datetime:
        if self._meanwhile:
            self._meanwhile.pop(0)()
        return MORNING

    def monotonic_s(self) -> float:
        return 0.0


def rebuild(ward: Hospital, *meanwhile: Callable[[], object]) -> None:
    with Ledger(ward.place.ledger) as ledger:
        settings = ward.settings.ward
        Rebuilding(settings, settings.zone_info, ledger, BusyClock(*meanwhile)).rebuild(book(ward), DAY)


def test_what_is_saved_between_our_look_and_our_rename_is_kept_too(ward: Hospital) -> None:
    record_id = with_one_row(ward)

    rebuild(ward, lambda: people_type(ward, record_id, REMARKS, "just in time"))

    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "just in time"
    with Ledger(ward.place.ledger) as ledger:
        assert [each.text for each in ledger.strokes([record_id], "-")] == ["just in time"]


def test_a_workbook_that_never_stands_still_is_left_for_later(ward: Hospital) -> None:
    record_id = with_one_row(ward)
    saves = [lambda text=text: people_type(ward, record_id, REMARKS, text) for text in "abcdef"]
    with pytest.raises(NotYetError):
        rebuild(ward, *saves)
    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "c"
    assert listed(ward) == [BOOK]


def test_a_workbook_opened_while_ours_is_made_is_left_alone(ward: Hospital) -> None:
    record_id = with_one_row(ward)
    people_type(ward, record_id, REMARKS, "typed")
    before = book(ward).read_bytes()
    with pytest.raises(NotYetError, match="just opened"):
        rebuild(ward, (ward.place.sheets / f"~${BOOK}").touch)
    assert book(ward).read_bytes() == before


def test_a_damaged_workbook_that_is_mended_meanwhile_is_not_moved_aside(ward: Hospital) -> None:
    record_id = with_one_row(ward)
    people_type(ward, record_id, REMARKS, "mended")
    workbook = openpyxl.load_workbook(book(ward))
    whole = book(ward).read_bytes()
    workbook.create_sheet("Own")
    workbook.save(book(ward))

    rebuild(ward, lambda: book(ward).write_bytes(whole))

    assert listed(ward) == [BOOK]
    assert seen_in(book(ward).read_bytes(), record_id, REMARKS) == "mended"


def test_our_own_workbook_is_not_read_again(ward: Hospital) -> None:
    with_one_row(ward)
    asked: list[str] = []
    with Ledger(ward.place.ledger) as ledger:
        settings = ward.settings.ward
        clock = BusyClock(*[lambda: asked.append("read")] * 5)
        rebuilding = Rebuilding(settings, settings.zone_info, ledger, clock)
        for _ in range(3):
            rebuilding.rebuild(book(ward), DAY)
    assert asked == ["read"], "once after the start, for nobody remembers who wrote it"
