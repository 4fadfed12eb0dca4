"""Commands that only tell: they write nothing into the ward, and never change a ledger below a daemon at work."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from archive.backups import backups
from archive.ledger import Ledger, OldLedgerError
from archive.lookup import Lookup
from archive.migrations import MIGRATIONS
from daemon.main import exit_status
from tests.hospital import SEVERE, Hospital

ROOT = Path(__file__).parents[2]
EARLIER = ROOT / "tests/archive/ledgers"
TELLING = (["status"], ["audit", "verify"], ["audit", "show"], ["archive", "list"], ["archive", "verify"])
NEWEST = len(MIGRATIONS)


def form_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def ward_of_before(folder: Path) -> Hospital:
    """A ward whose ledger was last written by the program of before."""
    ward = Hospital(folder)
    shutil.copy(EARLIER / f"form-{NEWEST - 1}.sqlite", ward.place.ledger)
    return ward


@pytest.mark.parametrize("command", [*TELLING, ["agreement"], ["model", "list"]], ids=" ".join)
def test_no_command_that_tells_brings_the_ledger_up_to_date(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = ward_of_before(tmp_path)

    exit_status([*command, "--settings", str(tmp_path / "peea.toml")])

    assert form_of(ward.place.ledger) == NEWEST - 1
    assert backups(ward.place.ledger) == ()
    assert "Traceback" not in capsys.readouterr().err


def test_the_status_says_what_to_do_about_a_ledger_of_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward_of_before(tmp_path)

    assert exit_status(["status", "--settings", str(tmp_path / "peea.toml")]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "not known, see below" in said
    assert f"of an older form ({NEWEST - 1}, where this PEEA needs {NEWEST})" in said
    assert "restart it (systemctl restart peea)" in said


def test_the_status_says_what_to_do_about_a_ledger_of_a_newer_peea(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Hospital(tmp_path) as ward, closing(sqlite3.connect(ward.place.ledger)) as database:
        database.execute("PRAGMA user_version = 99")

    assert exit_status(["status", "--settings", str(tmp_path / "peea.toml")]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "it was made by a newer PEEA" in said and "install that one again" in said


@pytest.mark.parametrize(
    "command",
    [["release", "6"], ["archive", "drill", "-i", "key"], ["archive", "purge", "--days", "1", "--yes"]],
    ids=" ".join,
)
def test_no_command_that_writes_does_so_below_a_daemon_of_before(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = ward_of_before(tmp_path)
    (tmp_path / "key").write_text(f"{ward.custodian}\n", encoding="ascii")
    monkeypatch.chdir(tmp_path)

    assert exit_status([*command, "--settings", str(tmp_path / "peea.toml")]) == 1

    assert "restart it (systemctl restart peea)" in capsys.readouterr().err
    assert form_of(ward.place.ledger) == NEWEST - 1


def test_a_ledger_opened_for_reading_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()

    with Lookup(path) as lookup, pytest.raises(sqlite3.OperationalError, match="readonly"):
        lookup._update("UPDATE jobs SET parked = ''")


def test_an_older_ledger_is_refused_unless_it_may_be_brought_up_to_date(tmp_path: Path) -> None:
    path = Path(shutil.copy(EARLIER / "form-1.sqlite", tmp_path / "ledger.sqlite"))

    with pytest.raises(OldLedgerError):
        Ledger(path, upgrade=False)
    with pytest.raises(OldLedgerError):
        Lookup(path)
    assert form_of(path) == 1
    Ledger(path).close()
    Ledger(path, upgrade=False).close()
    assert form_of(path) == NEWEST


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace shows what is opened")
def test_the_kernel_sees_no_write_in_the_wards_folder(tmp_path: Path) -> None:
    with Hospital(tmp_path) as ward:
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
        trace = tmp_path.parent / f"{tmp_path.name}.trace"
        code = (
            "import sys; from daemon.main import exit_status\n"
            f"for command in {list(TELLING)!r}: exit_status([*command, '--settings', sys.argv[1]])"
        )
        calls = (
            "trace=openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,chmod,fchmodat,truncate"
        )
        before = [
            path.read_bytes() for path in sorted(ward.place.state.glob("ledger.sqlite*")) if "shm" not in path.name
        ]
        command = ["strace", "-f", "-qq", "-e", calls, "-o", trace, sys.executable, "-c", code, tmp_path / "peea.toml"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        after = [
            path.read_bytes() for path in sorted(ward.place.state.glob("ledger.sqlite*")) if "shm" not in path.name
        ]

    assert before == after
    lines = [line for line in trace.read_text(errors="replace").splitlines() if str(tmp_path) in line]
    assert any("ledger.sqlite" in line for line in lines)
    # SQLite opens its log, and the log's index, for writing whatever it was asked for
    written = [
        line
        for line in lines
        if "ledger.sqlite-" not in line
        and (re.search(r"O_WRONLY|O_RDWR|O_CREAT", line) or "openat(" not in line)
        and " = -1 " not in line
    ]
    assert written == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_ward_on_a_read_only_disk_is_told_of_as_any_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ward").mkdir()
    with Hospital(tmp_path / "ward") as ward:
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
    seen = tmp_path / "seen"
    seen.mkdir()
    for words in (["--bind", str(tmp_path / "ward"), str(seen)], ["-o", "remount,bind,ro", str(seen)]):
        if subprocess.run(["mount", *words], capture_output=True, check=False).returncode:
            pytest.skip("mounts are not allowed here")
    try:
        assert not (seen / "ward/state/ledger.sqlite-wal").exists()
        statuses = [exit_status([*command, "--settings", str(seen / "peea.toml")]) for command in TELLING]
    finally:
        subprocess.run(["umount", seen], check=True)

    said = " ".join(capsys.readouterr().out.split())
    assert statuses == [0] * len(TELLING)
    assert "1 done, 0 under way" in said
    assert "/state is on a read-only disk" in said and "mount -o remount,rw" in said
    assert "all links whole" in said and "1 sealed recordings read, 0 purged, nothing wrong" in said
