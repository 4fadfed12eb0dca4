"""Who has a workbook open, and since when."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from daemon.open_sheets import open_in
from daemon.status_command import status
from tests.hospital import SEVERE, Hospital

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


def test_a_sheets_folder_that_is_away_does_not_break_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Hospital(tmp_path) as ward:
        ward.place.sheets.rmdir()
        status(tmp_path / "peea.toml", None, as_json=True)
    assert json.loads(capsys.readouterr().out)["open_sheets"] == []
