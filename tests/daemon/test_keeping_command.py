"""`peea archive list | verify | drill | rekey | purge | unseal` on a ward with sealed recordings."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
import pytest

from archive.audit import Entry
from archive.inspection import Inspection
from archive.keys import SecretKey, generate, write_identity_file
from archive.ledger import Ledger
from archive.locks import held
from archive.receipts import Kept
from archive.vault import seal_file
from daemon.main import exit_status
from daemon.records import record_of
from reports.result import Origin, Stills, result_sheet
from reports.result_picture import timeline_of
from tests.hospital import MORNING, SEVERE, Hospital

Peea = Callable[..., str]
PLAINS = [SEVERE + b"\n" + str(number).encode() for number in range(3)]


@pytest.fixture
def ward(tmp_path: Path) -> Hospital:
    """A ward that sealed three recordings and whose daemon is at rest."""
    with Hospital(tmp_path) as ward:
        for number, plain in enumerate(PLAINS):
            ward.drop(f"bed{number}_P004{number}.mp4", plain)
        ward.work()
    return ward


@pytest.fixture
def peea(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Peea:
    """Runs a command for that ward; hands back its status and all it said."""

    def run(*words: str | Path) -> str:
        status = exit_status([str(word) for word in words] + ["--settings", str(tmp_path / "peea.toml")])
        said = capsys.readouterr()
        return f"{status}: {said.out}{said.err}"

    return run


@pytest.fixture
def key(tmp_path: Path, ward: Hospital) -> Path:
    """The custodian's private key in a file."""
    write_identity_file(tmp_path / "custodian.key", ward.custodian, MORNING)
    return tmp_path / "custodian.key"


def kept(ward: Hospital) -> tuple[Kept, ...]:
    with Inspection(ward.place.ledger) as inspection:
        assert inspection.broken_receipts() == ()
        assert inspection.trail().problems == ()
        return inspection.kept()


def entries(ward: Hospital) -> tuple[Entry, ...]:
    with Inspection(ward.place.ledger) as inspection:
        return inspection.entries()


def another_custodian(ward: Hospital) -> SecretKey:
    """From now on recordings are sealed for the recovery key and a new custodian."""
    new = generate()
    ward.settings.archive.recipients_file.write_text(f"{ward.recovery.recipient}\n{new.recipient}\n", encoding="ascii")
    return new


def test_list_tells_what_is_held_and_for_whose_keys_without_a_name_or_a_bed(ward: Hospital, peea: Peea) -> None:
    lines = json.loads(peea("archive", "list", "--json").partition(": ")[2])

    assert [line["record_id"] for line in lines] == [job.id[:12] for job in ward.rows()]
    assert {line["standing"] for line in lines} == {"sealed for the keys of now"}
    assert "P004" not in json.dumps(lines)
    assert "3 recordings" in peea("archive", "list")


def test_an_archive_that_is_whole_verifies_without_any_private_key(ward: Hospital, peea: Peea) -> None:
    assert peea("archive", "verify") == "0: 3 sealed recordings read, 0 purged, nothing wrong\n"


def test_every_missing_changed_and_extra_file_is_named(ward: Hospital, peea: Peea) -> None:
    first, second, third = ward.sealed()
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1] + b"x")
    (third.parent / "stranger.age").write_bytes(b"x")
    (ward.place.archive / ".peea-0011.part").write_bytes(b"x")
    (third.parent / "linked.age").symlink_to("/etc/passwd")

    said = peea("archive", "verify").splitlines()

    month = f"{MORNING:%Y/%m}"
    number_of = {f"{job.id[:16]}.age": job.number for job in ward.rows()}
    missing, changed = (f"{month}/{path.name} (number {number_of[path.name]}, " for path in (first, second))
    assert sum(f"MISSING: {missing}" in line for line in said) == 1
    assert sum(f"CHANGED: {changed}" in line for line in said) == 1
    assert sum(line.startswith(("EXTRA: ", "UNFINISHED: .peea-0011.part")) for line in said) == 3
    assert said[0].startswith("1: ")
    assert said[-1] == "3 sealed recordings read, 0 purged, 5 wrong"


def test_a_sealed_file_exchanged_for_a_link_to_its_own_copy_is_not_taken_for_it(ward: Hospital, peea: Peea) -> None:
    sealed = ward.sealed()[0]
    sealed.rename(ward.place.state / "elsewhere")
    sealed.symlink_to(ward.place.state / "elsewhere")

    assert "CHANGED" in peea("archive", "verify")


def test_a_receipt_that_was_changed_in_the_ledger_breaks_the_chain(ward: Hospital, peea: Peea) -> None:
    database = sqlite3.connect(ward.place.ledger)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        database.execute("UPDATE sealings SET sealed_bytes = 1")
    database.executescript(
        "DROP TRIGGER sealings_are_not_changed; UPDATE sealings SET sealed_bytes = 7 WHERE entry = 2"
    )
    database.close()

    assert peea("archive", "verify").startswith("1: BROKEN RECEIPTS: receipt 2: it was changed")


def test_receipts_of_which_the_end_was_cut_off_are_missed(ward: Hospital, peea: Peea) -> None:
    database = sqlite3.connect(ward.place.ledger)
    database.executescript("DROP TRIGGER sealings_are_not_removed; DELETE FROM sealings WHERE entry = 3")
    database.close()

    said = peea("archive", "verify")
    assert "BROKEN RECEIPTS: the receipts end with 2, but 3 were written" in said
    assert "EXTRA: " in said


def test_a_drill_opens_all_and_leaves_nothing_plain(ward: Hospital, peea: Peea, key: Path) -> None:
    before = sorted(ward.settings.ward.folder.rglob("*"))

    said = peea("archive", "drill", "-i", key, "--all")

    assert said.startswith("0: number 1, ")
    assert "3 of 3 open and hold what was recorded" in said
    assert [
        path
        for path in sorted(ward.settings.ward.folder.rglob("*"))
        if "-wal" not in path.name and "-shm" not in path.name
    ] == before
    begun, ended = (json.loads(entry.details) for entry in entries(ward) if entry.what == "drilled")
    assert begun == {"files": 3, "keys": str(ward.custodian.recipient)}
    assert ended == {"opened": 3, "failed": 0}


def test_a_drill_tells_a_damaged_a_missing_and_an_exchanged_recording(ward: Hospital, peea: Peea, key: Path) -> None:
    first, second, third = (ward.place.archive / one.receipt.sealed_name for one in kept(ward))
    first.write_bytes(first.read_bytes()[:-5])
    second.unlink()
    ward.drop("other", b"toy mild")
    seal_file(ward.place.inbox / "other", third, [ward.custodian.recipient])

    said = peea("archive", "drill", "-i", key, "--all")

    assert said.startswith("1: ")
    assert "number 1, record " + ward.row(1).id[:12] + ": DOES NOT OPEN" in said
    assert "number 2, record " + ward.row(2).id[:12] + ": DOES NOT OPEN: No such file" in said
    assert "number 3, record " + ward.row(3).id[:12] + ": OPENS, BUT HOLDS SOMETHING ELSE" in said


def test_a_drill_with_a_strangers_key_fails(ward: Hospital, peea: Peea, tmp_path: Path) -> None:
    write_identity_file(tmp_path / "stranger.key", generate(), MORNING)

    assert peea("archive", "drill", "-i", tmp_path / "stranger.key").startswith("1: ")


def test_rekeying_lets_the_new_holder_in_and_the_old_one_out_and_keeps_every_body(
    ward: Hospital, peea: Peea, tmp_path: Path
) -> None:
    new = another_custodian(ward)
    write_identity_file(tmp_path / "recovery.key", ward.recovery, MORNING)
    write_identity_file(tmp_path / "new.key", new, MORNING)
    write_identity_file(tmp_path / "old.key", ward.custodian, MORNING)
    bodies = [path.read_bytes()[-40:] for path in ward.sealed()]
    assert "sealed for other keys: rekey" in peea("archive", "list", "--json")

    said = peea("archive", "rekey", "-i", tmp_path / "recovery.key")

    assert "3 re-keyed, 0 failed, 0 were so already" in said
    assert [path.read_bytes()[-40:] for path in ward.sealed()] == bodies
    assert peea("archive", "verify") == "0: 3 sealed recordings read, 0 purged, nothing wrong\n"
    assert peea("archive", "drill", "-i", tmp_path / "new.key", "--all").startswith("0: ")
    assert peea("archive", "drill", "-i", tmp_path / "old.key", "--all").startswith("1: ")
    assert "0 re-keyed, 0 failed, 3 were so already" in peea("archive", "rekey", "-i", tmp_path / "recovery.key")
    assert [len(one.receipts) for one in kept(ward)] == [2, 2, 2]
    assert sum(entry.what == "rekeyed" for entry in entries(ward)) == 3


def test_only_the_record_that_was_named_is_rekeyed(ward: Hospital, peea: Peea, key: Path) -> None:
    another_custodian(ward)

    assert "1 re-keyed" in peea("archive", "rekey", "2", "-i", key)
    assert [len(one.receipts) for one in kept(ward)] == [1, 2, 1]
    assert "no-such: 0 sealed recordings" in peea("archive", "rekey", "no-such", "-i", key)


def test_a_changed_file_is_not_rekeyed(ward: Hospital, peea: Peea, key: Path) -> None:
    another_custodian(ward)
    sealed = ward.sealed()[0]
    sealed.write_bytes(sealed.read_bytes() + b"x")

    assert "2 re-keyed, 1 failed" in peea("archive", "rekey", "-i", key)
    assert sealed.read_bytes().endswith(b"x")


def test_rekeying_for_one_key_only_is_refused(ward: Hospital, peea: Peea, key: Path) -> None:
    ward.settings.archive.recipients_file.write_text(f"{ward.recovery.recipient}\n", encoding="ascii")

    assert "has one public key" in peea("archive", "rekey", "-i", key)
    assert [len(one.receipts) for one in kept(ward)] == [1, 1, 1]


def test_rekeying_that_was_cut_off_between_ledger_and_file_is_named_and_made_good(
    ward: Hospital, peea: Peea, key: Path
) -> None:
    another_custodian(ward)
    sealed = ward.place.archive / kept(ward)[0].receipt.sealed_name
    old = sealed.read_bytes()
    peea("archive", "rekey", "-i", key)
    sealed.write_bytes(old)  # as if the plug had been pulled before the rename

    assert "RE-KEYING CUT OFF" in peea("archive", "verify")
    assert "1 re-keyed, 0 failed, 2 were so already" in peea("archive", "rekey", "-i", key)
    assert peea("archive", "verify").startswith("0: ")


def test_nothing_is_purged_unless_a_time_is_set(ward: Hospital, peea: Peea) -> None:
    assert "recordings are kept for ever" in peea("archive", "purge", "--yes")
    assert len(ward.sealed()) == 3


def test_purging_names_first_removes_only_when_told_and_leaves_its_trace(ward: Hospital, peea: Peea) -> None:
    assert "3 recordings older than 1 days; nothing was removed" in peea("archive", "purge", "--days", "1")
    assert len(ward.sealed()) == 3

    assert "3 recordings older than 1 days are removed" in peea("archive", "purge", "--days", "1", "--yes")

    assert ward.sealed() == []
    assert len(ward.rows()) == 3
    assert peea("archive", "verify") == "0: 0 sealed recordings read, 3 purged, nothing wrong\n"
    assert sum(entry.what == "purged" for entry in entries(ward)) == 3
    assert "0 recordings" in peea("archive", "purge", "--days", "1", "--yes")


def n_pictures(path: Path) -> int:
    with ZipFile(path) as archive:
        return sum(name.startswith("xl/media/") for name in archive.namelist())


def test_the_face_on_a_result_sheet_goes_with_its_recording(ward: Hospital, peea: Peea) -> None:
    with_face, without = (next(ward.place.sheets.glob(f"*/{number}-*.xlsx")) for number in (1, 2))
    _, png = cv2.imencode(".png", np.full((10, 30, 3), 200, np.uint8))
    record = record_of(ward.row(1))
    origin = Origin("Ward 3", ward.settings.ward.zone_info)
    picture = timeline_of(ward.row(1).outcome, "en")  # type: ignore[arg-type]
    data = result_sheet(record, origin, "en", picture, Stills(png.tobytes(), (0.0, 1.0, 2.0), 30, 10))
    elsewhere = ward.place.sheets / "Old-name-2026-11-23-结果"
    elsewhere.mkdir()
    for path in (with_face, elsewhere / with_face.name):
        path.write_bytes(data)
    before = without.read_bytes()

    peea("archive", "purge", "--days", "1")
    assert n_pictures(with_face) == 2, "nothing goes without --yes"
    said = peea("archive", "purge", "--days", "1", "--yes")

    assert said.count("loses the patient's face") == 2
    assert not with_face.exists() and not (elsewhere / with_face.name).exists()
    assert without.read_bytes() == before
    with ward:
        ward.work()
    assert n_pictures(with_face) == 1, "the daemon has written it again, without a face"
    assert "face" not in peea("archive", "purge", "--days", "1", "--yes")


def test_what_is_young_or_not_archived_is_never_purged(tmp_path: Path, peea: Peea) -> None:
    with Hospital(tmp_path, "[archive]\nkeep_days = 10000\n") as ward:
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
        ward.drop("bed2.mp4", b"toy breaks")
        ward.work()

    assert "0 recordings older than 10000 days" in peea("archive", "purge", "--yes")
    assert "1 recordings older than 1 days are removed" in peea("archive", "purge", "--days", "1", "--yes")
    assert any(ward.place.work.glob("*/bed2.mp4"))


def test_a_purge_that_was_cut_off_is_named_and_made_good(ward: Hospital, peea: Peea) -> None:
    with Ledger(ward.place.ledger) as ledger:
        ledger.purged(ward.row(2).id, MORNING)

    assert "PURGING CUT OFF" in peea("archive", "verify")
    peea("archive", "purge", "--days", "1", "--yes")
    assert ward.sealed() == []


def test_a_purged_recording_that_comes_in_again_is_sealed_again_and_not_graded_again(
    ward: Hospital, peea: Peea
) -> None:
    peea("archive", "purge", "--days", "1", "--yes")

    with ward:
        ward.drop("again.mp4", PLAINS[1])
        ward.work()

    assert [ward.opened(sealed) for sealed in ward.sealed()] == [PLAINS[1]]
    assert ward.work_files() == []
    assert len(ward.grades.graded) == 3
    assert peea("archive", "verify") == "0: 1 sealed recordings read, 2 purged, nothing wrong\n"


def test_an_unsealing_is_entered_with_recording_and_key_before_it_is_done(
    ward: Hospital, peea: Peea, key: Path, tmp_path: Path
) -> None:
    sealed = ward.sealed()[0]
    with pytest.MonkeyPatch.context() as outside:
        outside.chdir("/")
        status = exit_status(["archive", "unseal", str(sealed), "-i", str(key), "-o", str(tmp_path / "out.mp4")])

    assert status == 0
    assert (tmp_path / "out.mp4").stat().st_mode & 0o777 == 0o600
    last = entries(ward)[-1]
    assert (last.what, last.about[:16]) == ("unsealed", sealed.stem)
    assert json.loads(last.details) == {"keys": str(ward.custodian.recipient)}
    write_identity_file(tmp_path / "stranger.key", generate(), MORNING)
    assert peea("archive", "unseal", sealed, "-i", tmp_path / "stranger.key", "-o", tmp_path / "no.mp4")[0] == "1"
    assert [entry.what for entry in entries(ward)[-2:]] == ["unsealed", "failed"]
    assert not (tmp_path / "no.mp4").exists()


@pytest.mark.parametrize("folder", ["inbox", "sheets", "state", "archive", "."])
def test_nothing_is_opened_into_the_wards_folders_unless_told(
    folder: str, ward: Hospital, peea: Peea, key: Path
) -> None:
    output = ward.settings.ward.folder / folder / "out.mp4"

    assert "where a plain recording must not lie about" in peea(
        "archive", "unseal", ward.sealed()[0], "-i", key, "-o", output
    )
    assert not output.exists()
    assert peea("archive", "unseal", ward.sealed()[0], "-i", key, "-o", output, "--inside-ward").startswith("0: ")


def test_a_daemon_with_one_key_does_not_start_unless_one_is_said_to_be_enough(tmp_path: Path) -> None:
    from daemon.recipients import TooFewKeysError
    from daemon.service import check_recipients

    for toml, refused in (("", True), ("[archive]\nsingle_recipient = true\n", False)):
        ward = Hospital(tmp_path, toml)
        ward.settings.archive.recipients_file.write_text(f"{ward.recovery.recipient}\n" * 2, encoding="ascii")
        try:
            check_recipients(ward.settings)
            assert not refused
        except TooFewKeysError as error:
            assert refused and "single_recipient" in str(error)


def test_a_recording_waits_when_a_key_was_taken_away_meanwhile(tmp_path: Path) -> None:
    with Hospital(tmp_path) as ward:
        ward.settings.archive.recipients_file.write_text(f"{ward.recovery.recipient}\n", encoding="ascii")
        ward.drop("bed1.mp4", SEVERE)
        ward.work()

        assert "one public key" in ward.row().trouble
        assert ward.sealed() == []
        assert len(ward.work_files()) == 2


def test_one_command_at_a_time_changes_sealed_files_and_the_second_names_the_first(
    ward: Hospital, peea: Peea, key: Path
) -> None:
    another_custodian(ward)
    before = kept(ward)
    with held(ward.place.keeping_lock, ""):
        for words in (("rekey", "-i", key), ("purge", "--days", "1", "--yes")):
            said = peea("archive", *words)
            assert said.startswith("1: ") and f"process {os.getpid()} is re-keying or purging" in said
        assert peea("archive", "verify").startswith("0: ")
    assert kept(ward) == before

    assert peea("archive", "rekey", "-i", key).startswith("0: ")


def test_a_daemon_that_starts_leaves_the_half_files_of_a_command_at_work_alone(ward: Hospital) -> None:
    half = ward.sealed()[0].parent / ".peea-0123.part"
    half.write_bytes(b"half")
    with held(ward.place.keeping_lock, ""), ward:
        assert half.exists()

    with ward:
        assert not half.exists()
