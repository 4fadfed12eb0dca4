"""Days of the ledger: all jobs of one, and what patients' recordings of several said, without reading them whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive import rows
from archive.jobs import Job
from grading.types import Grade

_REPORTED = "WHERE received_at >= ? AND received_at < ? AND (outcome IS NOT NULL OR parked <> '') ORDER BY jobs.number"
_GRADES = (
    "SELECT patient, received_at, grade FROM jobs LEFT JOIN outcomes USING (number) LEFT JOIN outlines USING (number)"
)


@dataclass(frozen=True)
class PastGrade:
    """What a recording said, in one word. grade: None if it could not be graded, or was given up."""

    patient: str
    received_at: datetime
    grade: Grade | None


def of_days(database: sqlite3.Connection, first: date, last: date, zone: ZoneInfo) -> tuple[Job, ...]:
    """The jobs received on these days that have an outcome or are parked, oldest first; their outcomes are outlines."""
    found = database.execute(rows.OUTLINED_JOBS + _REPORTED, _moments(first, last, zone))
    return tuple(rows.job(row) for row in found)


def grades(
    database: sqlite3.Connection, first: date, last: date, zone: ZoneInfo, patients: Iterable[str]
) -> tuple[PastGrade, ...]:
    """What the recordings of these patients said that were received on these days, oldest first."""
    meant = set(patients)
    found = database.execute(f"{_GRADES} {_REPORTED}", _moments(first, last, zone))
    return tuple(
        PastGrade(patient, datetime.fromisoformat(moment), None if grade is None else Grade(grade))
        for stored, moment, grade in found
        if (patient := rows.name(stored).strip()) in meant
    )


def _moments(first: date, last: date, zone: ZoneInfo) -> tuple[str, str]:
    start, end = (datetime.combine(each, time.min, zone) for each in (first, last + timedelta(days=1)))
    return rows.moment_text(start), rows.moment_text(end)
