"""What a job is and which state may follow which (pure). All about the order of states lives here and nowhere else.

Theory of operation. A state says only what is safely on disk; there is no "in progress":

    RECEIVED   the recording is ours (in the work folder) and the ledger knows it
    GRADED     its outcome is in the ledger
    REPORTED   its row, sheet and announcement are on disk
    ARCHIVED   its sealed copy was read back and verified; the plain file may go. Of one that was lost there is no copy

A job moves along AFTER one step at a time and never back. What AFTER does not have is refused and changes nothing.
A job that is parked waits for a person and does not move until it is released.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grading.types import Outcome


class State(StrEnum):
    """How far a job has come."""

    RECEIVED = "received"
    GRADED = "graded"
    REPORTED = "reported"
    ARCHIVED = "archived"


AFTER: dict[State, State] = {
    State.RECEIVED: State.GRADED,
    State.GRADED: State.REPORTED,
    State.REPORTED: State.ARCHIVED,
}
UNFINISHED: tuple[State, ...] = tuple(AFTER)


class ImpossibleMove(ValueError):  # noqa: N818 - the name that the rest of the program agreed on
    """A move that AFTER does not have, or of a job that is parked."""


@dataclass(frozen=True)
class Identity:
    """Who and what a recording shows, as far as file name, folders and roster told; "" where they did not.

    injured_at: aware. outside: why the patient is outside the studied group; checks: what does not fit the roster. Both
    are words of `reports.patient`, kept here as they are. No name and no birth date ever gets here.
    """

    bed: str = ""
    patient: str = ""
    activity: str = ""
    injured_at: datetime | None = None
    outside: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrival:
    """A recording that came in.

    id: SHA-256 of the video, 64 lower-case hexadecimal digits. received_at, recorded_at: aware.
    source: the file name as received; bytes of it that are not UTF-8 are surrogates, as `os.fsdecode` gives them.
    folder: in which folder of the inbox it lay, such as "bed12/today"; "" if in the inbox itself.
    """

    id: str
    source: str
    size_bytes: int
    received_at: datetime
    recorded_at: datetime | None
    identity: Identity
    folder: str = ""


@dataclass(frozen=True)
class Receipt:
    """What the archive holds of a recording.

    sealed_name: relative to the archive's folder. sealed_sha256: of the sealed file's bytes, hex.
    recipients: the public keys (age1...) it was sealed for, sorted; () where nobody wrote them down.
    is_purged: it was removed once its time was over.
    """

    sealed_name: str
    sealed_sha256: str
    sealed_bytes: int
    recipients: tuple[str, ...] = ()
    is_purged: bool = False


@dataclass(frozen=True)
class Job:
    """One recording on its way. All times are aware UTC.

    number: 1, 2, 3 ... in order of arrival.
    attempts: starts since the last step that succeeded. next_try_at: not before.
    parked: why it waits for a person, in words; "" if it does not.
    trouble: why the last attempt failed; "" after a success.
    lost_at: when a person gave up looking for its recording, which was nowhere any more; None: nobody did.
    """

    id: str
    number: int
    source: str
    size_bytes: int
    received_at: datetime
    recorded_at: datetime | None
    identity: Identity
    state: State
    outcome: Outcome | None
    attempts: int
    next_try_at: datetime | None
    parked: str
    receipt: Receipt | None
    graded_at: datetime | None
    reported_at: datetime | None
    archived_at: datetime | None
    announced: bool
    attempted_at: datetime | None = None
    trouble: str = ""
    folder: str = ""
    lost_at: datetime | None = None


@dataclass(frozen=True)
class Counts:
    """How many jobs are in each state, and how many of those that are not archived are parked."""

    received: int
    graded: int
    reported: int
    archived: int
    parked: int


def check_move(job: Job, to: State) -> None:
    """Return if the job may move there now. Raises: ImpossibleMove."""
    check_not_parked(job)
    if AFTER.get(job.state) != to:
        allowed = AFTER.get(job.state)
        follows = f"only {allowed} follows" if allowed else "nothing follows"
        raise ImpossibleMove(f"job {job.id[:8]} is {job.state}: {follows}, so it cannot become {to}")


def check_unfinished(job: Job) -> None:
    """Return if there is still work to do on the job. Raises: ImpossibleMove."""
    if job.state not in UNFINISHED:
        raise ImpossibleMove(f"job {job.id[:8]} is {job.state}: nothing is left to do, so it cannot be tried or parked")


def check_kept(job: Job) -> Receipt:
    """The receipt, if the archive holds the recording. Raises: ImpossibleMove."""
    if job.receipt is None or job.receipt.is_purged:
        why = "was purged" if job.receipt else f"is {job.state}"
        raise ImpossibleMove(f"job {job.id[:8]} {why}: the archive does not hold it")
    return job.receipt


def check_gone(job: Job) -> None:
    """Return if the archive is done with the recording and does not hold it. Raises: ImpossibleMove."""
    is_held = job.receipt is not None and not job.receipt.is_purged
    if job.state is not State.ARCHIVED or is_held:
        raise ImpossibleMove(f"job {job.id[:8]} was neither purged nor lost: it need not be sealed again")


def check_lost(job: Job) -> None:
    """Return if a person gave up the job's recording. Raises: ImpossibleMove."""
    if job.lost_at is None:
        raise ImpossibleMove(f"job {job.id[:8]} was not given up: it cannot end without a sealed copy")


def check_not_parked(job: Job) -> None:
    """Return if the job is not parked. Raises: ImpossibleMove."""
    if job.parked:
        raise ImpossibleMove(f"job {job.id[:8]} is parked ({job.parked}); release it first")
