"""A job of the ledger as a record of the ward's sheet (pure)."""

from __future__ import annotations

from archive.jobs import Job
from reports.patient import Check, Outside
from reports.record import Record

RECORD_ID_DIGITS = 12


def record_of(job: Job) -> Record:
    """What the sheet and the announcement say of this job."""
    return Record(
        number=job.number,
        record_id=job.id[:RECORD_ID_DIGITS],
        fingerprint=job.id,
        received_at=job.received_at,
        recorded_at=job.recorded_at,
        bed=job.identity.bed,
        patient=job.identity.patient,
        activity=job.identity.activity,
        outcome=job.outcome,
        parked=job.parked,
        injured_at=job.identity.injured_at,
        outside=tuple(Outside(each) for each in job.identity.outside),
        checks=tuple(Check(each) for each in job.identity.checks),
    )
