"""`peea release`: what becomes of a recording that was set aside."""

from __future__ import annotations

from pathlib import Path

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

    Args:   reject: it is not tried again but rejected: reported as not gradable and sealed, so that nothing is lost.
    Raises: RefusedError: it is not set aside, or cannot be rejected.
    """
    settings = found_settings(settings_file, ward)
    place = existing_workplace(settings)
    now = MachineClock().now()
    with Ledger(place.ledger) as ledger:
        parked = [job for job in ledger.unfinished() if job.parked]
        job = next((job for job in parked if job.number == number), None)
        if job is None:
            numbers = ", ".join(str(job.number) for job in parked) or "none"
            raise RefusedError(f"number {number} is not set aside; set aside: {numbers}")
        if reject:
            _check_rejectable(job, place)
        ledger.release(job.id, now)
        if reject:
            ledger.graded(job.id, Rejection(Reason.INTRACTABLE), now)
    done = "rejected, and will be reported and sealed" if reject else "taken up again"
    print(f"number {number} is {done}" + ("" if holder_of(place.lock) else " once the daemon is started"))


def _check_rejectable(job: Job, place: Workplace) -> None:
    if job.outcome is not None:
        raise RefusedError(f"number {job.number} has its result already; mend what hinders it, and release it")
    if Claims(place.work).file_of(job.id) is None:
        raise RefusedError(
            f"the recording of number {job.number} is not in {place.work}, so it cannot be sealed; "
            "drop the same file into the inbox once more"
        )
