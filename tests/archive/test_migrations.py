"""How a ledger's database comes to its shape."""

import sqlite3
from pathlib import Path

import pytest

from archive import migrations
from archive.ledger import Ledger, LedgerError
from tests.archive.values import arrival


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_a_new_database_runs_all_migrations_and_says_so() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)

    migrations.migrate(database)

    assert database.execute("PRAGMA user_version").fetchone() == (len(migrations.MIGRATIONS),)
    assert database.execute("PRAGMA application_id").fetchone() == (migrations.APPLICATION_ID,)


def test_an_older_database_runs_only_what_it_lacks() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    first, second = ("CREATE TABLE a (x INTEGER) STRICT",), ("ALTER TABLE a ADD COLUMN y INTEGER",)

    migrations.migrate(database, (first,))
    database.execute("INSERT INTO a VALUES (1)")
    migrations.migrate(database, (first, second))
    migrations.migrate(database, (first, second))

    assert database.execute("SELECT * FROM a").fetchall() == [(1, None)]


def test_a_migration_that_fails_changes_nothing() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    first, bad = ("CREATE TABLE a (x INTEGER) STRICT",), ("CREATE TABLE b (x INTEGER) STRICT", "nonsense")

    with pytest.raises(sqlite3.Error, match="nonsense"):
        migrations.migrate(database, (first, bad))

    assert not database.in_transaction
    assert database.execute("SELECT name FROM sqlite_schema").fetchall() == []
    assert database.execute("PRAGMA user_version").fetchone() == (0,)


def test_a_ledger_keeps_what_it_knows_when_it_is_opened_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        job = ledger.receive(arrival())
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.find(job.id) == job


def test_the_ledger_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    connected(path).execute("PRAGMA user_version = 99")

    with pytest.raises(LedgerError, match="newer PEEA"):
        Ledger(path)

    assert connected(path).execute("PRAGMA user_version").fetchone() == (99,)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    connected(path).execute("CREATE TABLE photographs (x)")

    with pytest.raises(LedgerError, match="another program"):
        Ledger(path)

    assert connected(path).execute("SELECT name FROM sqlite_schema").fetchall() == [("photographs",)]


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"a letter, and no database at all" * 100)

    with pytest.raises(LedgerError, match=r"ledger\.sqlite: file is not a database"):
        Ledger(path)

    assert path.read_bytes() == b"a letter, and no database at all" * 100


def test_a_missing_folder_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="mount its disk"):
        Ledger(tmp_path / "state" / "ledger.sqlite")

    assert not (tmp_path / "state").exists()


def test_a_ledger_from_before_rosters_keeps_its_recordings(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old = connected(path)
    migrations.migrate(old, migrations.MIGRATIONS[:2])
    old.execute(
        "INSERT INTO jobs (id, source, size_bytes, received_at, bed, patient, activity, state)"
        " VALUES (?, x'61', 1, '2026-11-22T12:00:00.000000+00:00', x'3132', x'50', x'', 'received')",
        ("a" * 64,),
    )
    old.close()

    with Ledger(path) as ledger:
        job = ledger.find("a" * 64)

    assert job is not None
    assert (job.identity.bed, job.identity.injured_at, job.identity.outside, job.folder) == ("12", None, (), "")
