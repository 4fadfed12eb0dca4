"""The steps of one recording: grade it, report it, seal it. Each may run twice; first the disk, then the ledger."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from time import monotonic

from archive.files import make_folder, sha256_of
from archive.jobs import Job, Receipt, State
from archive.ledger import Ledger
from archive.stocktaking import sealed_name
from archive.vault import seal_file
from config.settings import Archive
from daemon.announcements import Announcements
from daemon.beginning import RECIPIENTS, recipients_value
from daemon.claims import Claims
from daemon.clock import Clock
from daemon.recipients import enough_recipients
from daemon.records import record_of
from daemon.results import Results
from daemon.retries import is_exhausted
from daemon.sd_notify import Notifier
from daemon.sheets import Sheets
from daemon.stopping import Bell
from daemon.worker import WorkerLostError
from grading.ports import Grades
from grading.types import Assessment, Reason, Rejection

_LOG = logging.getLogger(__name__)

_SAY_EVERY_S = 2.0


class LostRecordingError(FileNotFoundError):
    """The plain recording of a job that still needs it is not in the work folder."""


class ChangedRecordingError(OSError):
    """The plain recording is not the one that was fingerprinted: sealing it would lose the one that was graded."""


class Grading:
    """RECEIVED -> GRADED."""

    def __init__(
        self,
        grades: Grades,
        claims: Claims,
        ledger: Ledger,
        clock: Clock,
        *,
        attempts: int,
        bell: Bell,
        notifier: Notifier,
    ) -> None:
        self._attempts = attempts
        self._grades = grades
        self._claims = claims
        self._ledger = ledger
        self._clock = clock
        self._bell = bell
        self._notifier = notifier

    def take(self, job: Job) -> None:
        """Grade the recording; a rejected one is an outcome like any other.

        One that costs a worker process each time it is tried is rejected too: the worker that follows starts well, so
        it is the recording.
        """
        began_s = monotonic()
        file, progress = _file_of(job, self._claims), _Progress(job.number, self._bell, self._notifier)
        try:
            outcome = self._grades.grade(file, progress)
        except WorkerLostError as error:
            if not is_exhausted(job.attempts, self._attempts):
                raise
            _LOG.warning("%s: %s", job.id[:8], error)
            outcome = Rejection(Reason.INTRACTABLE, model=self._grades.model)
        self._ledger.graded(job.id, outcome, self._clock.now())
        said = "graded" if isinstance(outcome, Assessment) else f"rejected ({outcome.reason})"
        _LOG.info("%s %s in %.1f s", job.id[:8], said, monotonic() - began_s)


class _Progress:
    """Called once a frame: says that the work is alive, how far it is, and ends it when a stop was asked for."""

    def __init__(self, number: int, bell: Bell, notifier: Notifier) -> None:
        self._number = number
        self._bell = bell
        self._notifier = notifier
        self._said_s = -_SAY_EVERY_S

    def __call__(self, time_s: float, length_s: float) -> None:
        self._bell.heed()
        self._notifier.alive()
        if monotonic() - self._said_s >= _SAY_EVERY_S:
            self._said_s = monotonic()
            of = f" of {length_s:.0f}" if length_s else ""
            self._notifier.status(f"grading number {self._number}: {time_s:.0f}{of} s")


class Reporting:
    """GRADED -> REPORTED: the result sheet, the day's workbook, the sound file, and the sound in the ward."""

    def __init__(
        self,
        sheets: Sheets,
        results: Results,
        announcements: Announcements,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._sheets = sheets
        self._results = results
        self._announcements = announcements
        self._ledger = ledger
        self._clock = clock

    def take(self, job: Job) -> None:
        """Write the row and make the sound. Heard once: after a crash between sound and ledger, once more."""
        self._results.write(job)
        self._sheets.mark(job.received_at)
        self._sheets.keep_up()
        if not job.announced:
            sound = self._announcements.make(record_of(job), self._sheets.day_of(job.received_at))
            if sound is not None:
                self._announcements.play(sound)
            self._ledger.announced(job.id)
        self._ledger.reported(job.id, self._clock.now())


class Sealing:
    """REPORTED -> ARCHIVED, and only then the plain recording goes."""

    def __init__(self, archive: Path, settings: Archive, claims: Claims, ledger: Ledger, clock: Clock) -> None:
        self._archive = archive
        self._settings = settings
        self._claims = claims
        self._ledger = ledger
        self._clock = clock

    def take(self, job: Job) -> None:
        """Seal for the recipients of this moment, read back, note the receipt, remove the plain recording."""
        began_s = monotonic()
        if job.lost_at is not None and self._claims.file_of(job.id) is None:
            self._ledger.ended_without(job.id, self._clock.now())
            _LOG.warning("%s was lost and given up: it has its row, and nothing is sealed", job.id[:8])
            return
        receipt = self._sealed(job, _file_of(job, self._claims))
        self._ledger.archived(job.id, receipt, self._clock.now())
        self._claims.remove_of(job.id)
        _LOG.info("%s sealed in %.1f s", job.id[:8], monotonic() - began_s)

    def seal_again(self, job: Job, plain: Path) -> None:
        """Seal one more copy of a recording that was purged, or that was lost; its time begins anew."""
        self._ledger.sealed_again(job.id, self._sealed(job, plain), self._clock.now())
        _LOG.info("%s was purged or lost and is here again: sealed now", job.id[:8])

    def _sealed(self, job: Job, plain: Path) -> Receipt:
        recipients = enough_recipients(self._settings)
        self._ledger.note_setting(RECIPIENTS, recipients_value(recipients), self._clock.now())
        name = sealed_name(job.id, f"{job.received_at:%Y/%m}")
        target = self._archive / name
        make_folder(target.parent, 0o700, may_exist=True)
        if sha256_of(plain) != job.id:
            raise ChangedRecordingError("a program still wrote to the recording after it was taken in; copy it again")
        return replace(seal_file(plain, target, recipients), sealed_name=name)

    def is_sealed(self, job: Job) -> bool:
        """Whether the job's sealed file is on disk with the very bytes that its receipt names."""
        if job.receipt is None or job.receipt.is_purged:
            return False
        sealed = self._archive / job.receipt.sealed_name
        return sealed.is_file() and sha256_of(sealed) == job.receipt.sealed_sha256


class Steps:
    """Which step a job needs next."""

    def __init__(self, grading: Grading, reporting: Reporting, sealing: Sealing) -> None:
        self._of = {
            State.RECEIVED: grading.take,
            State.GRADED: reporting.take,
            State.REPORTED: sealing.take,
        }

    def take(self, job: Job) -> None:
        """Take the one step that the job's state asks for."""
        self._of[job.state](job)


def _file_of(job: Job, claims: Claims) -> Path:
    file = claims.file_of(job.id)
    if file is None:
        raise LostRecordingError(
            "its recording is no longer in the work folder; drop the same file once more, or give it up"
        )
    return file
