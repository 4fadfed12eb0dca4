"""`peea audit`, and what daemon and commands enter by themselves."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from openpyxl import load_workbook

from archive.audit import Entry
from archive.inspection import Inspection
from archive.keys import generate
from archive.models import bundled
from daemon.main import exit_status
from tests.hospital import SEVERE, Hospital


def entries(ward: Hospital) -> tuple[Entry, ...]:
    with Inspection(ward.place.ledger) as inspection:
        return inspection.entries()


def worked(folder: Path, toml: str = "") -> Hospital:
    """A ward that took in one recording."""
    with Hospital(folder, toml) as ward:
        ward.drop("bed12_P0042_turning.mp4", SEVERE)
        ward.work()
    return ward


def test_the_daemon_enters_its_start_and_every_step_as_its_own(tmp_path: Path) -> None:
    ward = worked(tmp_path)

    deeds = [(entry.who, entry.what) for entry in entries(ward)]
    steps = ["settings", "started", "received", "graded", "reported", "archived"]
    assert deeds == [("peea", "begun"), *(("daemon", step) for step in steps)]
    assert not any("P0042" in entry.details for entry in entries(ward))


def test_a_setting_changed_between_two_starts_is_named_with_both_values(tmp_path: Path) -> None:
    worked(tmp_path)
    worked(tmp_path, "[grading]\nconfirm_s = 0.8\n")
    ward = worked(tmp_path, "[grading]\nconfirm_s = 0.8\n")

    changes = [json.loads(entry.details) for entry in entries(ward) if entry.what == "settings"][1:]
    assert {"grading.confirm_s": "0.5 -> 0.8"}.items() <= changes[0].items()
    assert all("grading.confirm_s" not in change for change in changes[1:])
    prints = [json.loads(entry.details)["settings"] for entry in entries(ward) if entry.what == "started"]
    assert prints[0] != prints[1]


def test_the_head_of_the_trail_is_at_the_foot_of_each_printed_page_and_proves_the_trail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = worked(tmp_path)
    (path,) = ward.place.sheets.glob("*.xlsx")

    feet = {sheet.oddFooter.right.text for sheet in load_workbook(path)}
    assert len(feet) == 1
    head = feet.pop().removeprefix("Audit ")
    assert exit_status(["audit", "verify", "--settings", str(tmp_path / "peea.toml"), "--head", head]) == 0
    assert "all links whole" in capsys.readouterr().out
    wrong = head[:-1] + ("0" if head[-1] != "0" else "1")
    assert exit_status(["audit", "verify", "--settings", str(tmp_path / "peea.toml"), "--head", wrong]) == 1
    assert f"the head {wrong} is not in the trail" in capsys.readouterr().out


def test_verify_names_the_first_broken_link_and_says_so_by_its_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = worked(tmp_path)
    database = sqlite3.connect(ward.place.ledger)
    database.executescript("DROP TRIGGER audit_is_not_changed; UPDATE audit SET who = 'nobody' WHERE number IN (4, 6)")
    database.close()

    assert exit_status(["audit", "verify", "--settings", str(tmp_path / "peea.toml")]) == 1
    assert capsys.readouterr().out.startswith("BROKEN: entry 4: it was changed after it was written")


def test_an_export_can_be_checked_without_peea(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ward = worked(tmp_path)
    assert (
        exit_status(["audit", "export", "--settings", str(tmp_path / "peea.toml"), "-o", str(tmp_path / "trail.jsonl")])
        == 0
    )

    before = "0" * 64
    for line in (tmp_path / "trail.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        fields = [entry[name] for name in ("previous", "number", "at", "who", "what", "about", "details")]
        before_it, before = before, hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
        assert (entry["previous"], entry["link"]) == (before_it, before)
    assert entries(ward)[-1].link == before
    assert (tmp_path / "trail.jsonl").stat().st_mode & 0o777 == 0o600
    assert (
        exit_status(["audit", "export", "--settings", str(tmp_path / "peea.toml"), "-o", str(tmp_path / "trail.jsonl")])
        == 1
    )
    capsys.readouterr()


def test_show_tells_the_last_entries_of_one_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ward = worked(tmp_path)

    assert (
        exit_status(
            ["audit", "show", "--settings", str(tmp_path / "peea.toml"), "--about", ward.row().id[:12], "--last", "2"]
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "archived" in said
    assert "graded" not in said


def test_a_release_by_hand_is_entered_under_the_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Hospital(tmp_path) as ward:
        ward.drop("a.mp4", b"toy breaks")
        ward.work()
        for _ in range(5):
            ward.clock.turn(3600.0)
            ward.work()
    assert exit_status(["release", "1", "--settings", str(tmp_path / "peea.toml")]) == 0
    capsys.readouterr()

    parked, released = (entry for entry in entries(ward) if entry.what in ("parked", "released"))
    assert (parked.who, parked.what) == ("daemon", "parked")
    assert released.who not in ("daemon", "peea")


def test_a_model_change_is_entered_before_it_is_made_and_once_more_when_it_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = worked(tmp_path)

    assert exit_status(["model", "activate", bundled().name, "--settings", str(tmp_path / "peea.toml")]) == 0
    assert exit_status(["model", "activate", "nonsense", "--settings", str(tmp_path / "peea.toml")]) == 1
    assert exit_status(["model", "rollback", "--settings", str(tmp_path / "peea.toml")]) == 1
    capsys.readouterr()

    told = [(entry.what, entry.about) for entry in entries(ward)][-5:]
    assert told == [
        ("model", bundled().name),
        ("model", "nonsense"),
        ("failed", "nonsense"),
        ("model", bundled().name),
        ("failed", bundled().name),
    ]


def test_where_no_ward_is_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(["audit", "show", "--ward", str(tmp_path / "none")]) == 1
    assert "is no ward's folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_public_keys_exchanged_while_the_daemon_is_at_work_are_entered_before_they_are_used(tmp_path: Path) -> None:
    with Hospital(tmp_path) as ward:
        path = ward.settings.archive.recipients_file
        own, strangers = path.read_text(), f"{generate().recipient}\n{generate().recipient}\n"
        for number, keys in enumerate((own, strangers, own)):
            path.write_text(keys, encoding="ascii")
            ward.drop(f"bed{number}.mp4", SEVERE + b"\n%d" % number)
            ward.work()

        told = [(entry.what, entry.details) for entry in entries(ward) if entry.what in ("settings", "archived")]

    assert [what for what, _ in told] == ["settings", "archived", "settings", "archived", "settings", "archived"]
    before, after = (" ".join(sorted(keys.split())) for keys in (own, strangers))
    assert json.loads(told[2][1]) == {"recipients": f"{before} -> {after}"}
    assert json.loads(told[4][1]) == {"recipients": f"{after} -> {before}"}
