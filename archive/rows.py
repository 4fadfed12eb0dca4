"""How values stand in the ledger's rows: moments, names, whole jobs (pure)."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from archive import outcomes
from archive.jobs import Identity, Job, Receipt, State

# every job with what belongs to it; conditions are added behind
JOBS = """
    SELECT jobs.*, outcomes.outcome, made, sealed_name, sealed_sha256, sealed_bytes, recipients
    FROM jobs LEFT JOIN outcomes USING (number) LEFT JOIN sealings
    ON sealings.entry = (SELECT max(entry) FROM sealings WHERE sealings.number = jobs.number)
"""

# the same with outlines in place of outcomes, where there are any
OUTLINED_JOBS = JOBS.replace("outcomes.outcome", "coalesce(outline, outcome) AS outcome").replace(
    "LEFT JOIN outcomes USING (number)", "LEFT JOIN outcomes USING (number) LEFT JOIN outlines USING (number)"
)


# the first job that there is work for and that was not put off: one that fails again and again must not hold up others
FIRST_FRESH = "WHERE state IN (?, ?, ?) AND parked = '' AND next_try_at IS NULL ORDER BY number LIMIT 1"

# the first job that there is work for now; one that is put off for very long is from before the clock was set back
FIRST_DUE = (
    "WHERE state IN (?, ?, ?) AND parked = '' AND (next_try_at IS NULL OR next_try_at <= ? OR next_try_at > ?)"
    " ORDER BY number LIMIT 1"
)


def moment_text(moment: datetime) -> str:
    """The moment in UTC, always 32 characters long, so that texts sort as moments do.

    Raises: ValueError: it has no time zone: nobody could say later when it was.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; the ledger takes aware moments only")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_text_or_none(moment: datetime | None) -> str | None:
    """As `moment_text`; None stays None."""
    return None if moment is None else moment_text(moment)


def name_bytes(name: str) -> bytes:
    """A name from the ward's files; surrogates become the bytes that they stand for."""
    return name.encode("utf-8", "surrogateescape")


def name(stored: bytes) -> str:
    """The name whose bytes were stored."""
    return stored.decode("utf-8", "surrogateescape")


def words(text: str) -> str:
    """Words for people, with whatever cannot be stored as text spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def job(row: sqlite3.Row) -> Job:
    """The job of a row of JOBS."""
    return Job(
        id=row["id"],
        number=row["number"],
        source=name(row["source"]),
        size_bytes=row["size_bytes"],
        received_at=datetime.fromisoformat(row["received_at"]),
        recorded_at=_moment(row["recorded_at"]),
        identity=identity(row),
        state=State(row["state"]),
        outcome=None if row["outcome"] is None else outcomes.from_json(row["outcome"]),
        attempts=row["attempts"],
        next_try_at=_moment(row["next_try_at"]),
        parked=row["parked"],
        receipt=_receipt(row),
        graded_at=_moment(row["graded_at"]),
        reported_at=_moment(row["reported_at"]),
        archived_at=_moment(row["archived_at"]),
        announced=bool(row["announced"]),
        attempted_at=_moment(row["attempted_at"]),
        trouble=row["trouble"],
        folder=name(row["folder"]),
        lost_at=_moment(row["lost_at"]),
    )


def identity(row: sqlite3.Row) -> Identity:
    """The identity of a row of jobs."""
    return Identity(
        bed=name(row["bed"]),
        patient=name(row["patient"]),
        activity=name(row["activity"]),
        injured_at=_moment(row["injured_at"]),
        outside=tuple(filter(None, row["outside"].split(","))),
        checks=tuple(filter(None, row["checks"].split(","))),
    )


def receipt(row: sqlite3.Row) -> Receipt:
    """The receipt of a row of sealings."""
    is_purged = row["made"] == "purged"
    recipients = tuple(row["recipients"].split())
    return Receipt(row["sealed_name"], row["sealed_sha256"], row["sealed_bytes"], recipients, is_purged)


def _receipt(row: sqlite3.Row) -> Receipt | None:
    if row["sealed_name"] is None:
        return None
    return receipt(row)


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
