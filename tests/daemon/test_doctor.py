"""`peea doctor`: finds what is wrong with a ward, changes nothing, and does not need the daemon to stand still."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.audit import Deed
from archive.keys import write_identity_file
from archive.ledger import Ledger
from daemon.examination import clock, disk, folders, keys, locks
from daemon.findings import Finding, Standing
from daemon.ledger_examination import archive, ledger
from daemon.main import exit_status
from daemon.part_examination import model, speech
from tests.hospital import MORNING, SEVERE, Hospital

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def ward(tmp_path: Path) -> Hospital:
    """A ward that sealed one recording, with its daemon at rest."""
    with Hospital(tmp_path) as ward:
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
    return ward


def faults(found: Iterable[Finding]) -> list[str]:
    return [finding.words for finding in found if finding.standing is Standing.FAULT]


def remarks(found: Iterable[Finding]) -> list[str]:
    return [finding.words for finding in found if finding.standing is Standing.REMARK]


def test_a_sound_ward_has_nothing_to_mend_and_is_not_changed(
    ward: Hospital, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def shape() -> dict[str, tuple[int, int]]:
        files = [
            path for path in ward.settings.ward.folder.rglob("*") if path.suffix not in (".sqlite-wal", ".sqlite-shm")
        ]
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files if path.is_file()}

    before = shape()
    status = exit_status(["doctor", "--json", "--settings", str(tmp_path / "peea.toml")])

    found = json.loads(capsys.readouterr().out)
    assert [each for each in found if each["standing"] == "FAULT"] == []
    assert status == 0
    assert {"folders", "keys", "ledger", "audit trail", "archive", "clock", "disk", "speech", "model"} <= {
        each["subject"] for each in found
    }
    assert shape() == before


def test_it_works_while_the_daemon_does(ward: Hospital) -> None:
    with ward, Ledger(ward.place.ledger) as other:
        other.note(Deed.STARTED, "")
        assert faults(ledger(ward.settings)) == []


def test_a_missing_folder_and_one_that_is_open_to_others_are_named(ward: Hospital) -> None:
    shutil.rmtree(ward.place.sheets)
    ward.place.archive.chmod(0o755)

    found = faults(folders(ward.settings))
    assert any(words.startswith(f"{ward.place.sheets} is missing") for words in found)
    assert any(f"chmod o-rwx {ward.place.archive}" in words for words in found)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_a_folder_that_is_closed_to_the_daemon_is_named(ward: Hospital) -> None:
    ward.place.inbox.chmod(0)

    assert any("is closed to user" in words for words in faults(folders(ward.settings)))


def test_private_keys_anywhere_in_the_ward_are_found_whatever_they_are_called(ward: Hospital) -> None:
    write_identity_file(ward.settings.ward.folder / "holiday photo.jpg", ward.custodian, MORNING)
    write_identity_file(ward.place.keys / "custodian.key", ward.recovery, MORNING)

    found = faults(keys(ward.settings))
    assert len(found) == 2
    assert all("holds a PRIVATE key" in words for words in found)
    assert not any("AGE-SECRET" in words for words in found)


@pytest.mark.parametrize(
    ("text", "told"),
    [("one", "has one public key"), ("", "no public key"), ("junk", "line 1"), (None, "cannot be read")],
)
def test_too_few_or_unreadable_public_keys_are_faults(text: str | None, told: str, ward: Hospital) -> None:
    path = ward.settings.archive.recipients_file
    if text is None:
        path.unlink()
    else:
        path.write_text(f"{ward.custodian.recipient}\n" if text == "one" else text, encoding="ascii")

    assert any(told in words for words in faults(keys(ward.settings)))


def test_a_damaged_ledger_is_a_fault(ward: Hospital) -> None:
    data = bytearray(ward.place.ledger.read_bytes())
    data[3 * 4096 : 3 * 4096 + 200] = bytes(200)
    ward.place.ledger.write_bytes(data)

    assert faults(ledger(ward.settings))


def test_rows_that_belong_to_no_recording_are_a_fault(ward: Hospital) -> None:
    database = sqlite3.connect(ward.place.ledger)
    database.execute("INSERT INTO outcomes VALUES (99, '{}')")
    database.commit()

    assert any("1 rows of outcomes belong to no recording" in words for words in faults(ledger(ward.settings)))


def test_broken_trail_and_receipts_are_faults(ward: Hospital) -> None:
    database = sqlite3.connect(ward.place.ledger)
    database.executescript(
        "DROP TRIGGER audit_is_not_changed; UPDATE audit SET who = 'nobody' WHERE number = 3;"
        "DROP TRIGGER sealings_are_not_changed; UPDATE sealings SET sealed_bytes = 1"
    )

    found = faults(ledger(ward.settings))
    assert any("entry 3: it was changed" in words for words in found)
    assert any("receipt 1: it was changed" in words for words in found)


def test_an_older_and_a_newer_ledger_are_told_and_left_as_they_are(ward: Hospital) -> None:
    shutil.copy(Path(__file__).parents[1] / "archive/ledgers/form-2.sqlite", ward.place.ledger)
    assert any("of an older form" in words for words in remarks(ledger(ward.settings)))
    assert faults(ledger(ward.settings)) == []

    database = sqlite3.connect(ward.place.ledger)
    assert database.execute("PRAGMA user_version").fetchone() == (2,)
    database.execute("PRAGMA user_version = 99")
    assert any("newer PEEA" in words for words in faults(ledger(ward.settings)))


def test_a_ward_without_a_ledger_yet_is_no_fault(tmp_path: Path) -> None:
    ward = Hospital(tmp_path)

    assert faults([*ledger(ward.settings), *archive(ward.settings, LATER), *clock(ward.settings, LATER)]) == []
    assert not ward.place.ledger.exists()


def test_a_missing_sealed_file_is_a_fault_and_a_drill_that_never_was_a_remark(ward: Hospital) -> None:
    assert any("never opened for a test" in words for words in remarks(archive(ward.settings, LATER)))
    with Ledger(ward.place.ledger) as trail:
        trail.note(Deed.DRILLED, "", LATER, opened=1, failed=0)
    assert remarks(archive(ward.settings, LATER)) == []
    assert any("last on 2026" in words for words in remarks(archive(ward.settings, LATER + timedelta(days=300))))

    ward.sealed()[0].unlink()
    assert any("is missing or of another size" in words for words in faults(archive(ward.settings, LATER)))


def test_a_clock_before_the_last_moment_of_the_ledger_is_a_fault(ward: Hospital) -> None:
    with Ledger(ward.place.ledger) as trail:
        trail.note(Deed.STARTED, "", datetime(2041, 1, 1, tzinfo=UTC))

    assert any("the ledger knows of 2041-01-01" in words for words in faults(clock(ward.settings, LATER)))
    assert faults(clock(ward.settings, datetime(2041, 1, 2, tzinfo=UTC))) == []


def test_room_on_each_disk_is_told_once(ward: Hospital) -> None:
    assert len({finding.words for finding in disk(ward.settings)}) == len(list(disk(ward.settings))) >= 1


def test_a_disk_on_which_the_daemon_would_take_nothing_is_a_fault(ward: Hospital) -> None:
    inbox = ward.settings.inbox.model_copy(update={"reserve_mib": 10**9, "reserve_share": 1.0})

    assert any("nearly full" in words for words in faults(disk(ward.settings.model_copy(update={"inbox": inbox}))))


def test_open_workbooks_half_files_and_waiting_sheets_are_remarks(ward: Hospital) -> None:
    (ward.place.sheets / "~$Ward-3-2026-11-23.xlsx").write_bytes(b"x")
    (ward.place.sheets / "~$Zhang San.xlsx").write_bytes(b"x")
    (ward.place.archive / ".peea-00.part").write_bytes(b"x")
    (ward.place.stale / "2026-11-23").touch()

    found = " | ".join(remarks(locks(ward.settings, datetime.now(UTC))))
    for words in ("not at work", "is open in Excel", "half of a file", "still to be written: 2026-11-23"):
        assert words in found
    assert "Zhang" not in found


def test_a_network_that_was_damaged_is_a_fault(ward: Hospital, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "card.json").write_text("{}", encoding="ascii")
    grading = ward.settings.grading.model_copy(update={"model": str(broken)})

    assert any(
        "cannot be relied on" in words for words in faults(model(ward.settings.model_copy(update={"grading": grading})))
    )


def test_speech_that_is_off_is_no_fault(ward: Hospital) -> None:
    off = ward.settings.model_copy(update={"speech": ward.settings.speech.model_copy(update={"engine": "off"})})

    assert [finding.standing for finding in speech(off)] == [Standing.FINE]


def test_where_no_ward_is_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(["doctor", "--ward", str(tmp_path / "none")]) == 1
    assert "is no ward's folder" in capsys.readouterr().err
