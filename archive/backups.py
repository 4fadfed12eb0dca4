"""Copies of the ledger from before it was given a new form: there is no other way back to the program of before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from archive.files import put_in_place, remove_surely, to_disk, unfinished

MOST_KEPT = 3


def back_up(path: Path, form: int, now: datetime) -> Path:
    """Copy the ledger at path, whole and on the disk, to a file beside it that is named by its form; returns that.

    Only the newest MOST_KEPT copies stay. What is still in the ledger's log, and not in its file, is in the copy too.
    Raises: OSError, sqlite3.Error: no copy was made, and nothing was removed.
    """
    target = path.with_name(f"{_beginning(path)}{form}-{now:%Y%m%dT%H%M%S%f}Z.sqlite")
    with unfinished(path.parent, mode=0o600) as part:
        with closing(sqlite3.connect(path)) as ledger, closing(sqlite3.connect(part.name)) as copy:
            copy.execute("PRAGMA journal_mode = OFF")  # a copy that is cut off is thrown away
            ledger.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"the ledger is damaged ({verdict}) and was not brought up to date")
        to_disk(part)
        put_in_place(Path(part.name), target)
    for old in backups(path)[:-MOST_KEPT]:
        remove_surely(old)
    return target


def backups(path: Path) -> tuple[Path, ...]:
    """The copies that lie beside the ledger, the oldest first."""
    found = path.parent.glob(f"{_beginning(path)}*.sqlite")
    return tuple(sorted(found, key=lambda copy: copy.stem.rpartition("-")[2]))


def _beginning(path: Path) -> str:
    return f"{path.stem}-form-"
