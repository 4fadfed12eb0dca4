"""The daemon's story: look at the inbox, take the oldest recording one step further, look again.

A turn is short: one look, one step. What a step achieved is in the ledger before the next begins, so the daemon may end
anywhere, in any way, and the next start goes on from there. A step that fails costs its own recording a try and nothing
else: it is tried again later, and set aside in words once its tries are used up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from archive.jobs import Job, State
from archive.ledger import Ledger, LedgerError
from config.settings import Archive, Inbox
from daemon.clock import Clock
from daemon.hindrances import Hindrances
from daemon.intake import Intake
from daemon.results import Results
from daemon.retries import is_exhausted, is_of_the_machine, longest_wait_s, next_try
from daemon.sd_notify import Notifier
from daemon.sheets import Sheets
from daemon.steps import Steps
from daemon.stopping import Bell, Stop
from daemon.telling import Telling
from daemon.tidying import Tidying
from daemon.trouble import in_words, parked_words, place_of
from daemon.watcher import Watcher
from daemon.workplace import WorkplaceError
from reports.words import Language

_LOG = logging.getLogger(__name__)

LEAST_WAIT_S = 0.05
BREATH_S = 0.5  # a file that is being copied makes hundreds of hints a second; one look in this time is enough


class Loop:
    """One ward's daemon, put together in `service`."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        archive: Archive,
        language: Language,
        ledger: Ledger,
        intake: Intake,
        steps: Steps,
        tidying: Tidying,
        sheets: Sheets,
        results: Results,
        watcher: Watcher | None,
        bell: Bell,
        notifier: Notifier,
        clock: Clock,
        hindrances: Hindrances,
        folder_of: Callable[[Path], Path | None],
    ) -> None:
        self._poll_s, self._rescan_s = inbox.poll_s, inbox.rescan_s
        self._attempts = archive.attempts
        self._retry_s = archive.retry_s
        self._language: Language = language
        self._ledger = ledger
        self._intake = intake
        self._steps = steps
        self._tidying = tidying
        self._sheets = sheets
        self._results = results
        self._watcher = watcher
        self._bell = bell
        self._notifier = notifier
        self._clock = clock
        self._telling = Telling(_LOG, clock.monotonic_s)
        self._rest_until_s = clock.monotonic_s()
        self._hindrances = hindrances
        self._folder_of = folder_of
        self._resting = ""  # why work rests, until something succeeds again

    def run(self) -> None:
        """Work until a stop is asked for."""
        self.take_up()
        self._notifier.ready()
        try:
            while not self._bell.stop_asked:
                busy = self.turn()
                self._notifier.alive()
                if not busy:
                    self._wait()
        except Stop:
            _LOG.info("stopped within a step; it is begun anew at the next start")
        self._hindrances.note(())
        self._notifier.stopping()

    def take_up(self) -> None:
        """At a start: what the last run left half done is received, or removed where it is safely sealed.

        Raises: WorkplaceError: it cannot be; said without the name of a recording, as the journal gets it.
        """
        try:
            self._intake.take_up()
            self._tidying.tidy()
        except OSError as error:
            raise WorkplaceError(f"what the last run left cannot be taken up: {in_words(error, '')}") from error

    def turn(self) -> bool:
        """One look and one step; False if there was nothing to do."""
        job: Job | None = None
        try:
            if self._watcher is not None:
                self._watcher.keep_watching()
            more = self._intake.look(self._between, polled=self._is_polling)
            if self._clock.monotonic_s() < self._rest_until_s:
                return False
            job = self._ledger.due(self._clock.now(), longest_wait_s(self._retry_s))
            if job is None and not more:
                self._tidying.tidy()
                self._sheets.catch_up()
                self._results.catch_up()
            if job is None:
                self._resting = ""
                return more
            self._step(job)
            self._resting = ""
        except Exception as error:  # noqa: BLE001 - the only one: whatever happens to one recording, the ward goes on
            return self._set_back(job, error)
        finally:
            self._telling.end_round()
            self._hindrances.note((*self._intake.troubles, *filter(None, [self._resting])))
        return True

    @property
    def _is_polling(self) -> bool:
        return self._watcher is None or not self._watcher.hears

    def _step(self, job: Job) -> None:
        if self._used_up(job):
            self._park(job)
            return
        job = self._ledger.start_attempt(job.id, self._clock.now())
        try:
            self._steps.take(job)
        except Stop:
            self._ledger.withdraw_attempt(job.id)  # a stop that was asked for is not the recording's fault
            raise

    def _set_back(self, job: Job | None, error: Exception) -> bool:
        """Try again later, or park; False if not even that could be written down, or if there is no use in going on."""
        why = in_words(error, job.source if job else "", self._folder_of)
        if is_of_the_machine(error) or job is None:
            # all others would fail in the same way: one line in the journal, and a rest
            self._resting = f"work rests, and is tried again every {self._retry_s:g} s: {why}"
            self._telling.note(f"{self._resting} ({place_of(error)})")
            self._rest_until_s = self._clock.monotonic_s() + self._retry_s
        else:
            _LOG.error("%s: %s (%s)", job.id[:8], why, place_of(error))
        try:
            if isinstance(error, LedgerError):
                self._ledger.open_again()
            return job is not None and self._written_down(job, error, why)
        except OSError as trouble:
            self._resting = (
                f"work rests, and is tried again every {self._retry_s:g} s: "
                f"{in_words(trouble, job.source if job else '', self._folder_of)}"
            )
            self._telling.note(self._resting)
            return False

    def _written_down(self, job: Job, error: Exception, why: str) -> bool:
        job = self._ledger.find(job.id) or job
        now = self._clock.now()
        if job.state is State.ARCHIVED:  # only its plain copy would not go: that is left to tidying
            return False
        if is_of_the_machine(error):
            self._ledger.try_later(job.id, next_try(now, 1, self._retry_s), why, counts=False)
            return False
        later = now if self._used_up(job) else next_try(now, job.attempts, self._retry_s)
        job = self._ledger.try_later(job.id, later, why)
        if self._used_up(job):
            self._park(job)
        return True

    def _park(self, job: Job) -> None:
        self._ledger.park(job.id, parked_words(job.attempts, job.trouble, self._language), self._clock.now())
        self._sheets.mark(job.received_at)
        _LOG.error("%s: number %d is set aside after %d tries; see `peea status`", job.id[:8], job.number, job.attempts)

    def _used_up(self, job: Job) -> bool:
        return is_exhausted(job.attempts, self._attempts, untold=not job.trouble)

    def _between(self) -> None:
        """Called between two files that are taken in: hashing many large ones takes a while."""
        self._bell.heed()
        self._notifier.alive()

    def _wait(self) -> None:
        """Until a hint, until a file may stand still or a step is to be tried again, or until it is time to look."""
        try:
            counts, due_at = self._ledger.counts(), self._ledger.next_due_at()
            words = f"{counts.archived} recordings done, {counts.parked} set aside; waiting for the next"
        except LedgerError:  # the turn has said so
            words, due_at = "the ledger is out of reach", None
        self._notifier.status("; ".join(self._intake.troubles) or words)
        waits = [self._poll_s if self._is_polling else self._rescan_s]
        if (next_s := self._intake.next_s()) is not None:
            waits.append(next_s + 0.01)
        if due_at is not None:
            waits.append(max((due_at - self._clock.now()).total_seconds(), 0.0))
        if (rest_s := self._rest_until_s - self._clock.monotonic_s()) > 0:
            waits = [*waits[:1], rest_s]
        timeout_s = max(min(waits), LEAST_WAIT_S)
        if self._bell.wait(timeout_s) and not self._bell.stop_asked:
            self._bell.wait_for_stop(min(BREATH_S, timeout_s))
