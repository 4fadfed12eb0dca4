"""The ledger's SQLite file: opened so that what is written survives power cuts; says in words why it cannot."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from archive import migrations
from archive.backups import back_up

BUSY_S = 10.0  # how long to wait for another program's transaction
PAUSE_S = 0.02


class LedgerError(OSError):
    """The ledger's file cannot be used: damaged, another program's, locked, or the disk is full."""


class Database:
    """An open database of the ledger's kind; each `_writing` block is one transaction, on the disk when it ends.

    Raises: LedgerError: it cannot be opened; the message says what to do.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._opened = opened_to_read if read_only else opened
        with self._told():
            self._database = self._opened(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; it cannot be used after that."""
        self._database.close()

    def open_again(self) -> None:
        """Open the file anew: a lock that the disk did not let go is let go so, and whatever else stuck.

        Raises: LedgerError: it cannot be opened now; this can be called again.
        """
        self.close()
        with self._told():
            self._database = self._opened(self.path)

    @property
    def form(self) -> int:
        """How many migrations the database has run; 0: it is new and empty."""
        with self._told():
            return migrations.form(self._database)

    def _update(self, statement: str, *values: object) -> None:
        self._database.execute(statement, values)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start: what was read in it is still so at its end."""
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns the database's own errors into ours."""
        try:
            yield
        except migrations.ForeignDatabaseError as error:
            raise LedgerError(f"{self.path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise LedgerError(
                f"{self.path}: {error}; check that the disk has room and that this is the ledger"
            ) from error


def opened(path: Path) -> sqlite3.Connection:
    """The ledger's database in its newest form; made if there is none.

    Raises: LedgerError: no folder for it, or a disk that cannot hold it. ForeignDatabaseError. sqlite3.Error.
    """
    # sqlite3 says only "unable to open"; and a disk that is not mounted must not look like a first start
    if not path.parent.is_dir():
        raise LedgerError(f"{path.parent}: there is no such folder for the ledger; make it, or mount its disk")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))  # patients' names: for the daemon's user only
    database = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA foreign_keys = ON")
        mode = _write_ahead(database)
        if mode != "wal":
            raise LedgerError(
                f"{path}: this disk cannot hold the ledger (no WAL, perhaps a network mount); use a local one"
            )
        database.execute("PRAGMA synchronous = FULL")
        migrations.migrate(database, before=lambda form: back_up(path, form, datetime.now(UTC)))
    except BaseException:
        database.close()
        raise
    return database


def opened_to_read(path: Path) -> sqlite3.Connection:
    """The ledger's database as it is, for reading only, also while a daemon writes; an older form stays one.

    Raises: LedgerError: there is none. ForeignDatabaseError. sqlite3.Error.
    """
    if not path.is_file():
        raise LedgerError(f"{path}: there is no ledger here yet; the daemon makes it at its first start")
    # a reader shares the log's index, which it must be able to make; where nothing can be written nobody else writes
    log = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if os.access(path.parent, os.W_OK) or log.exists() else "immutable=1"
    database = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        migrations.form(database)
    except BaseException:
        database.close()
        raise
    return database


def _write_ahead(database: sqlite3.Connection) -> str:
    """Switches to write-ahead logging; returns the mode that the disk allows.

    While another program makes the same switch in a new file, SQLite says "locked" at once, whatever the timeout.
    """
    until_s = monotonic() + BUSY_S
    while True:
        try:
            return str(database.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until_s:
                raise
            sleep(PAUSE_S)
