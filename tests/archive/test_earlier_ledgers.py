"""Ledgers of every earlier form, made by the programs of their time: brought up to date, and copied before."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import backups, migrations
from archive.handwriting import Stroke
from archive.inspection import Inspection
from archive.jobs import Job
from archive.ledger import Ledger
from tests.archive.ledgers import fill
from tests.archive.values import fingerprint

FOLDER = Path(fill.__file__).parent
FORMS = range(1, len(migrations.MIGRATIONS))
ROW = fingerprint(1)[:12]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def earlier(form: int, tmp_path: Path) -> Path:
    return Path(shutil.copy(FOLDER / f"form-{form}.sqlite", tmp_path / "ledger.sqlite"))


def content(path: Path) -> tuple[tuple[Job, ...], tuple[Stroke, ...]]:
    with Ledger(path) as ledger:
        return ledger.latest(100), ledger.strokes([ROW], "+")


def test_a_ledger_of_every_earlier_form_is_kept_for_this_test() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.sqlite")) == [f"form-{form}.sqlite" for form in FORMS]
    for form in FORMS:
        with closing(sqlite3.connect(FOLDER / f"form-{form}.sqlite")) as database:
            assert database.execute("PRAGMA user_version").fetchone() == (form,)


@pytest.mark.parametrize("form", FORMS)
def test_an_earlier_ledger_brought_up_to_date_holds_what_a_new_one_would(form: int, tmp_path: Path) -> None:
    fill.fill(tmp_path / "new.sqlite")
    jobs, strokes = content(tmp_path / "new.sqlite")

    found = content(earlier(form, tmp_path))

    assert found == (jobs, strokes if form > 1 else ())
    with Inspection(tmp_path / "ledger.sqlite") as inspection:
        assert inspection.trail().problems == ()
        assert inspection.broken_receipts() == ()
        assert [one.number for one in inspection.kept()] == [1, 2]


@pytest.mark.parametrize("form", FORMS)
def test_the_shape_is_that_of_a_new_ledger(form: int, tmp_path: Path) -> None:
    Ledger(tmp_path / "new.sqlite").close()
    Ledger(earlier(form, tmp_path)).close()

    shapes = []
    for name in ("new", "ledger"):
        with closing(sqlite3.connect(tmp_path / f"{name}.sqlite")) as database:
            shapes.append(sorted(database.execute("SELECT type, name, sql FROM sqlite_schema").fetchall(), key=str))
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("form", FORMS)
def test_before_it_is_brought_up_to_date_the_old_one_is_copied_whole(form: int, tmp_path: Path) -> None:
    path = earlier(form, tmp_path)
    before = dump(path)

    Ledger(path).close()

    (copy,) = backups.backups(path)
    assert copy.name.startswith(f"ledger-form-{form}-20")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert dump(copy) == before


def test_what_is_still_in_the_log_is_in_the_copy(tmp_path: Path) -> None:
    path = earlier(2, tmp_path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE jobs SET trouble = 'in the log only'")
        other.commit()
        assert (tmp_path / "ledger.sqlite-wal").stat().st_size > 0
        Ledger(path).close()

    assert any("in the log only" in line for line in dump(backups.backups(path)[0]))


def test_a_ledger_that_is_up_to_date_or_new_is_not_copied(tmp_path: Path) -> None:
    for _ in range(2):
        Ledger(tmp_path / "ledger.sqlite").close()

    assert backups.backups(tmp_path / "ledger.sqlite") == ()


def test_only_the_newest_copies_are_kept(tmp_path: Path) -> None:
    path = earlier(1, tmp_path)

    made = [
        backups.back_up(path, form, datetime(2026, 1, day, tzinfo=UTC)) for day, form in enumerate((9, 1, 2, 10), 1)
    ]

    assert backups.backups(path) == tuple(made[-backups.MOST_KEPT :])


def test_where_there_is_no_room_for_the_copy_nothing_is_changed(tmp_path: Path) -> None:
    path = earlier(2, tmp_path)
    before = path.read_bytes()
    program = (
        "import resource, signal, sys; from pathlib import Path; from archive.ledger import Ledger, LedgerError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "try: Ledger(Path(sys.argv[1]))\n"
        "except LedgerError as error: print(error)"
    )

    said = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True).stdout

    assert "check that the disk has room" in said
    assert backups.backups(path) == ()
    assert dump(path) == dump(FOLDER / "form-2.sqlite")
    assert path.stat().st_size == len(before)


@pytest.mark.parametrize("statement", ["CREATE TABLE audit", "DROP TABLE receipts", "PRAGMA user_version", "COMMIT"])
def test_a_plug_pulled_while_it_is_brought_up_to_date_costs_nothing(statement: str, tmp_path: Path) -> None:
    path = earlier(2, tmp_path)
    program = (
        "import os, sqlite3, sys; from archive import migrations\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "def pull(text):\n"
        "    text = text.strip()\n"
        "    if text.startswith(sys.argv[2]) and text != 'PRAGMA user_version': os.kill(os.getpid(), 9)\n"
        "database.set_trace_callback(pull); migrations.migrate(database)"
    )
    assert subprocess.run([sys.executable, "-c", program, path, statement], check=False).returncode == -9

    fill.fill(tmp_path / "new.sqlite")
    assert content(path) == content(tmp_path / "new.sqlite")
