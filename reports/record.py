"""One recording as a record sheet shows it: what the ledger knows, without the ledger's own words (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grading.types import Outcome
from reports.patient import Check, Outside


@dataclass(frozen=True)
class Record:
    """One row of a ward's day.

    number: 1, 2, ... in order of arrival.
    record_id: the first 12 hex digits of `fingerprint`; rows are known by it, wherever people move them.
    fingerprint: SHA-256 of the video, hex.
    received_at, recorded_at: aware, UTC.
    bed, patient, activity: as found in the file name, its folders or the roster; "" where nothing was found.
    outcome: None while there is none (the recording was parked before it could be graded).
    parked: why work on this recording has stopped, in words; "" if it has not.
    injured_at: aware, UTC, by the roster. checks: what does not fit the roster.
    outside: why the patient is outside the studied group; empty if nothing says so.
    """

    number: int
    record_id: str
    fingerprint: str
    received_at: datetime
    recorded_at: datetime | None
    bed: str
    patient: str
    activity: str
    outcome: Outcome | None
    parked: str
    injured_at: datetime | None = None
    outside: tuple[Outside, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def hours_since_injury(self) -> float | None:
        """From the injury to the recording, or to its receipt if nobody knows when it was made; None: not known."""
        if self.injured_at is None:
            return None
        hours = ((self.recorded_at or self.received_at) - self.injured_at).total_seconds() / 3600
        return hours if hours >= 0 else None
