"""The plug is pulled before and after every disk operation of re-keying and purging; the command run again mends it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from archive.inspection import Inspection
from archive.keys import generate, write_identity_file
from archive.sealing import SealedFileError
from archive.vault import opened_sha256
from daemon.main import exit_status
from tests.archive.witness import needs_strace
from tests.hospital import MORNING, SEVERE, Hospital
from tests.power import Disk, Loss, moments, recorded

STEP = 11
REKEY = ["archive", "rekey", "-i", "{folder}/recovery.key"]
PURGE = ["archive", "purge", "--days", "1", "--yes"]


def command(words: list[str], folder: Path) -> list[str]:
    return [*(word.format(folder=folder) for word in words), "--settings", str(folder / "peea.toml")]


def prepared(folder: Path) -> Hospital:
    """A ward that sealed two recordings and then got another custodian."""
    folder.mkdir()
    with Hospital(folder) as ward:
        for number in range(2):
            ward.drop(f"bed{number}.mp4", SEVERE + b"\n" + bytes(100_000 * number))
        ward.work()
    write_identity_file(folder / "recovery.key", ward.recovery, MORNING)
    ward.custodian = generate()
    ward.settings.archive.recipients_file.write_text(
        f"{ward.recovery.recipient}\n{ward.custodian.recipient}\n", encoding="ascii"
    )
    return ward


def crashes(tmp_path: Path, words: list[str]) -> Iterator[tuple[str, Path]]:
    """Every STEP-th state that a crash of the command may leave, as a folder."""
    shutil.copytree(tmp_path / "origin", tmp_path / "before")
    program = ["-m", "daemon.main", *command(words, tmp_path / "origin")]
    operations = recorded(tmp_path / "origin", program, tmp_path / "trace")
    for number, (what, disk, loss) in enumerate(moments(tmp_path / "before", operations)):
        if number % STEP == 0:
            yield f"{what}, lost {loss}", written(tmp_path / "again", disk, loss)


def written(folder: Path, disk: Disk, loss: Loss) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    disk.write_to(folder, loss)
    return folder


def opens(folder: Path, ward: Hospital) -> list[bool]:
    """Whether each recording opens for the one key that could always open it."""
    with Inspection(folder / "ward/state/ledger.sqlite") as inspection:
        found = []
        for one in inspection.kept():
            with suppress(SealedFileError, FileNotFoundError):
                path = folder / "ward/archive" / one.receipt.sealed_name
                found.append(opened_sha256(path, [ward.recovery]) == one.id)
        return found


@needs_strace
def test_rekeying_may_be_cut_off_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ward = prepared(tmp_path / "origin")

    for what, folder in crashes(tmp_path, REKEY):
        assert opens(folder, ward) == [True, True], what
        assert exit_status(command(REKEY, folder)) == 0, what
        capsys.readouterr()
        exit_status(command(["archive", "verify"], folder))
        said = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("UNFINISHED")]
        assert len(said) == 1, (what, said)
        with Inspection(folder / "ward/state/ledger.sqlite") as inspection:
            assert (inspection.trail().problems, inspection.broken_receipts()) == ((), ()), what
            names = [one.receipt.sealed_name for one in inspection.kept()]
        for name in names:
            opened_sha256(folder / "ward/archive" / name, [ward.custodian])


@needs_strace
def test_purging_may_be_cut_off_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ward = prepared(tmp_path / "origin")

    for what, folder in crashes(tmp_path, PURGE):
        with Inspection(folder / "ward/state/ledger.sqlite") as inspection:
            held = sum(not one.receipt.is_purged for one in inspection.kept())
        assert sum(opens(folder, ward)) >= held, what  # what no receipt calls purged is there
        assert exit_status(command(PURGE, folder)) == 0, what
        capsys.readouterr()
        assert exit_status(command(["archive", "verify"], folder)) == 0, what
        assert not list((folder / "ward/archive").rglob("*.age")), what
        capsys.readouterr()
