"""Who has a workbook open, and since when."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.open_sheets import open_in
from daemon.status_command import standing_of, status
from tests.hospital import MORNING, SEVERE, Hospital

BOOK = "Ward-3-2026-11-23.xlsx"


def test_only_locks_of_workbooks_count_and_only_while_they_are_believed(tmp_path: Path) -> None:
    for name in (f"~${BOOK}", ".~lock.other.xlsx#", "~$letter.docx", BOOK, ".~lock.half.xlsx", "notes"):
        (tmp_path / name).touch()
    (tmp_path / "~$old.xlsx").touch()
    os.utime(tmp_path / "~$old.xlsx", (time.time() - 101, time.time() - 101))

    found = open_in(tmp_path, 100.0, time.time())

    assert [(each.workbook, each.program) for each in found] == [(BOOK, "Excel"), ("other.xlsx", "LibreOffice")]


@pytest.mark.parametrize("workbook_exists", [True, False])
def test_status_says_which_sheet_is_open_and_since_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], workbook_exists: bool
) -> None:
    with Hospital(tmp_path, zone="Asia/Shanghai") as ward:
        if workbook_exists:
            ward.drop("bed1.mp4", SEVERE)
            ward.work()
        lock = ward.place.sheets / f".~lock.{BOOK}#"
        lock.write_text("王,ward-pc,...", encoding="utf-8")
        since_s = int(time.time()) - 600
        os.utime(lock, (since_s, since_s))
        ward.drop("bed2.mp4", SEVERE + b"\n2")
        ward.work()

        status(tmp_path / "peea.toml", None, as_json=True)
        standing = json.loads(capsys.readouterr().out)
        status(tmp_path / "peea.toml", None, as_json=False)
        said = " ".join(capsys.readouterr().out.split())

    (opened,) = standing["open_sheets"]
    assert (opened["workbook"], opened["program"]) == (BOOK, "LibreOffice")
    assert datetime.fromisoformat(opened["since"]).timestamp() == since_s
    assert opened["since"].endswith("+08:00")
    assert standing["sheets_to_write"] == ["2026-11-23"]
    assert f"{BOOK}, in LibreOffice since {opened['since']}" in said
    assert "王" not in said
    (waiting,) = standing["sheets_waiting"]
    assert waiting["day"] == "2026-11-23"
    assert waiting["since"] == ward.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds")
    assert f"since {waiting['since']}: the workbook of 2026-11-23 is open (lock file of LibreOffice)" in said


def test_status_says_since_when_a_workbook_is_refused_and_forgets_it_once_it_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = Hospital(tmp_path)
    in_the_way = ward.place.sheets / BOOK
    in_the_way.mkdir()  # nothing can be renamed over it, as on a share that holds a file open
    since = set()
    for _ in range(2):  # a restart does not change since when
        with ward:
            ward.drop("bed1.mp4", SEVERE)
            ward.work()
            ward.clock.turn(60)
        status(tmp_path / "peea.toml", None, as_json=True)
        (waiting,) = json.loads(capsys.readouterr().out)["sheets_waiting"]
        since.add(waiting["since"])
        assert "cannot be written" in waiting["why"]
    (first,) = since
    assert timedelta(0) <= datetime.fromisoformat(first) - MORNING < timedelta(seconds=60)

    in_the_way.rmdir()
    with ward:
        ward.work()
    status(tmp_path / "peea.toml", None, as_json=True)
    assert json.loads(capsys.readouterr().out)["sheets_waiting"] == []
    assert ward.row().id[:12] in ward.sheet_text()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'[{"day": "2026-11-23"}]', b'[{"day":1,"since":"x","why":""}]']
)
def test_a_spoiled_note_of_waiting_sheets_does_not_break_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    with Hospital(tmp_path) as ward:
        ward.place.waiting_sheets.write_bytes(content)
        status(tmp_path / "peea.toml", None, as_json=True)
    assert json.loads(capsys.readouterr().out)["sheets_waiting"] == []


def test_a_workbook_of_somebodys_own_is_not_named(tmp_path: Path) -> None:
    """It may be called by the name of a patient."""
    ward = Hospital(tmp_path)
    for name in ("~$Zhang San.xlsx", "~$Ward-3-Zhang San.xlsx", f"~${BOOK}"):
        (ward.place.sheets / name).touch()

    assert [sheet.workbook for sheet in standing_of(ward.settings).open_sheets] == [BOOK]


def test_a_lock_from_far_in_the_future_is_not_believed(tmp_path: Path) -> None:
    lock = tmp_path / f"~${BOOK}"
    lock.touch()
    for ahead_s, is_believed in ((60, True), (10_000, False)):
        os.utime(lock, (time.time() + ahead_s, time.time() + ahead_s))
        assert bool(open_in(tmp_path, 3600.0, time.time())) is is_believed


def test_a_sheets_folder_that_is_away_does_not_break_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Hospital(tmp_path) as ward:
        ward.place.sheets.rmdir()
        status(tmp_path / "peea.toml", None, as_json=True)
    assert json.loads(capsys.readouterr().out)["open_sheets"] == []
