"""`peea release`: what becomes of a recording that was set aside."""

from __future__ import annotations

from pathlib import Path

from archive.files import mark_surely
from archive.jobs import Job
from archive.ledger import Ledger
from daemon.claims import Claims
from daemon.clock import MachineClock
from daemon.refusals import RefusedError
from daemon.settings_file import existing_workplace, found_settings
from daemon.workplace import Workplace, holder_of
from grading.types import Reason, Rejection


def release(number: int, settings_file: Path | None, ward: Path | None, *, reject: bool = False) -> None:
    """Take up the recording of that number again.

    Args:   reject: it is given up: reported as not gradable if it has no result, and sealed. Of one that is nowhere
            any more there is nothing to seal; its row says so.
    Raises: RefusedError: it is not set aside, has its result already, or is nowhere and is not given up.
    """
    settings = found_settings(settings_file, ward)
    place = existing_workplace(settings)
    now = MachineClock().now()
    with Ledger(place.ledger, upgrade=False) as ledger:
        parked = [job for job in ledger.unfinished() if job.parked]
        job = next((job for job in parked if job.number == number), None)
        if job is None:
            numbers = ", ".join(str(job.number) for job in parked) or "none"
            raise RefusedError(f"number {number} is not set aside; set aside: {numbers}")
        is_lost = Claims(place.work).file_of(job.id) is None
        _check(job, place, reject=reject, is_lost=is_lost)
        if reject:
            ledger.given_up(job.id, Rejection(Reason.LOST if is_lost else Reason.INTRACTABLE), now, is_lost=is_lost)
        else:
            ledger.release(job.id, now)
    # its row says that it is set aside, until the day's workbook is written again
    mark_surely(place.stale / job.received_at.astimezone(settings.ward.zone_info).date().isoformat())
    done = "taken up again"
    if reject:
        done = "given up as lost, and its row will say so" if is_lost else "rejected, and will be reported and sealed"
    at_work = holder_of(place.lock) is not None
    print(f"number {number} is {done}" + ("" if at_work else " once the daemon is started"))


def _check(job: Job, place: Workplace, *, reject: bool, is_lost: bool) -> None:
    if is_lost and not reject:
        raise RefusedError(
            f"the recording of number {job.number} is not in {place.work}: drop the same file into the inbox once "
            f"more, or give it up: peea release {job.number} --reject"
        )
    if reject and not is_lost and job.outcome is not None:
        raise RefusedError(f"number {job.number} has its result already; mend what hinders it, and release it")
