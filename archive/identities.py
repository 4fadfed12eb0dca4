"""Whose recordings they are, as the ledger's rows: columns of jobs that may be corrected later."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from archive import rows
from archive.jobs import Identity

COLUMNS = ("bed", "patient", "activity", "injured_at", "outside", "checks")
_BETWEEN = ","


@dataclass(frozen=True)
class Identified:
    """A job's identity and what it was read from, without all the rest. at: when it was recorded, else received."""

    id: str
    source: str
    folder: str
    received_at: datetime
    at: datetime
    identity: Identity


def values(identity: Identity) -> tuple[object, ...]:
    """An identity as the values of COLUMNS. Raises: ValueError: a moment without time zone."""
    return (
        *(rows.name_bytes(each) for each in (identity.bed, identity.patient, identity.activity)),
        rows.moment_text_or_none(identity.injured_at),
        _BETWEEN.join(identity.outside),
        _BETWEEN.join(identity.checks),
    )


def differing(one: Identity, other: Identity) -> tuple[str, ...]:
    """The COLUMNS in which two identities differ; never what stands in them."""
    pairs = zip(COLUMNS, values(one), values(other), strict=True)
    return tuple(column for column, before, after in pairs if before != after)


def since(database: sqlite3.Connection, received_at: datetime) -> tuple[Identified, ...]:
    """The identities of the jobs received at that moment or later, oldest first."""
    found = database.execute(
        "SELECT * FROM jobs WHERE received_at >= ? ORDER BY number", (rows.moment_text(received_at),)
    )
    return tuple(
        Identified(
            row["id"],
            rows.name(row["source"]),
            rows.name(row["folder"]),
            datetime.fromisoformat(row["received_at"]),
            datetime.fromisoformat(row["recorded_at"] or row["received_at"]),
            rows.identity(row),
        )
        for row in found
    )


def correct(database: sqlite3.Connection, id: str, identity: Identity) -> None:
    """Put another identity in place of a job's. Raises: ValueError: a moment without time zone."""
    assignments = ", ".join(f"{column} = ?" for column in COLUMNS)
    database.execute(f"UPDATE jobs SET {assignments} WHERE id = ?", (*values(identity), id))  # noqa: S608 - our names
