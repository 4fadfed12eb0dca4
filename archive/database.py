"""Opens the ledger's SQLite file so that what is written survives power cuts, and says in words why it cannot."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from time import monotonic, sleep

from archive import migrations

BUSY_S = 10.0  # how long to wait for another program's transaction
PAUSE_S = 0.02


class LedgerError(OSError):
    """The ledger's file cannot be used: damaged, another program's, locked, or the disk is full."""


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
        migrations.migrate(database)
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
