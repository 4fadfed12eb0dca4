"""The ledger: what is known of every recording, in one SQLite file that survives kill -9 and power cuts.

One method is one transaction: once it returns, all of it is on the disk (WAL, synchronous=FULL); if it raises, nothing
is. Values go in and come out, never rows. One ledger object belongs to one thread; several programs may each have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archive import audit, handwriting, identities, jobs, outcomes, receipts, rows
from archive.audit import Deed
from archive.database import Database, LedgerError
from archive.handwriting import Stroke
from archive.jobs import Arrival, Counts, Identity, Job, Receipt, State
from archive.lookup import Lookup, OldLedgerError, UnknownJobError, check_newest
from archive.receipts import Made
from grading.types import Assessment, Outcome

__all__ = ["Counts", "Ledger", "LedgerError", "Lookup", "OldLedgerError", "UnknownJobError"]

_MOVED: dict[State, str] = {
    State.GRADED: "UPDATE jobs SET state = 'graded', graded_at = ? WHERE id = ?",
    State.REPORTED: "UPDATE jobs SET state = 'reported', reported_at = ? WHERE id = ?",
    State.ARCHIVED: "UPDATE jobs SET state = 'archived', archived_at = ? WHERE id = ?",
}


class Ledger(Lookup):
    """Opens the ledger at path, makes it if there is none (its folder must exist), and brings an older one up to date.

    Args:   who: for whom its work is entered in the audit trail; None: the account that this process works for.
            upgrade: False leaves an older one as it is: a daemon of the program of before may be at work on it.
    Raises: LedgerError: see there; the message says what to do. OldLedgerError: it is older and upgrade is False.
    """

    def __init__(self, path: Path, who: str | None = None, *, upgrade: bool = True) -> None:
        if not upgrade and path.exists():
            with Database(path, read_only=True) as found:
                if form := found.form:  # 0: made, and nothing in it yet
                    check_newest(path, form)
        super().__init__(path, read_only=False)
        self._who = who or audit.person()

    def receive(self, arrival: Arrival) -> Job:
        """Take in a recording; one of the same content that is known already is left as it is and comes back.

        Raises: ValueError: a moment without time zone, or an id that is not a SHA-256.
        """
        if len(arrival.id) != 64 or set(arrival.id) - set("0123456789abcdef"):
            raise ValueError(f"the id {arrival.id[:80]!r} is not a SHA-256 of 64 lower-case hexadecimal digits")
        values = (
            arrival.id,
            rows.name_bytes(arrival.source),
            arrival.size_bytes,
            rows.moment_text(arrival.received_at),
            rows.moment_text_or_none(arrival.recorded_at),
            rows.name_bytes(arrival.folder),
            State.RECEIVED.value,
        )
        with self._writing() as database:
            if self._found(arrival.id) is None:
                database.execute(
                    "INSERT INTO jobs (id, source, size_bytes, received_at, recorded_at, folder, state, bed, patient,"
                    " activity) VALUES (?, ?, ?, ?, ?, ?, ?, x'', x'', x'')",
                    values,
                )
                identities.correct(database, arrival.id, arrival.identity)
                self._note(arrival.received_at, Deed.RECEIVED, arrival.id, size_bytes=arrival.size_bytes)
            return self._known(arrival.id)

    def correct(self, id: str, identity: Identity) -> Job:
        """Put another identity in place of the job's, whatever its state. Raises: ValueError: a time without zone."""
        with self._changing(id) as job:
            identities.correct(self._database, id, identity)
            changed = identities.differing(job.identity, identity)
            if changed:
                self._note(None, Deed.CORRECTED, id, columns=" ".join(changed))
            return self._known(id)

    def start_attempt(self, id: str, at: datetime) -> Job:
        """Count a start before the work begins, so that work which kills the process is counted too.

        Raises: jobs.ImpossibleMove: it is parked or archived.
        """
        with self._changing(id) as job:
            jobs.check_unfinished(job)
            jobs.check_not_parked(job)
            start = "UPDATE jobs SET attempts = attempts + 1, attempted_at = ?, trouble = '' WHERE id = ?"
            self._update(start, rows.moment_text(at), id)
            return self._known(id)

    def withdraw_attempt(self, id: str) -> Job:
        """Take back the last start: somebody stopped the program, which is not the recording's fault."""
        with self._changing(id):
            self._update("UPDATE jobs SET attempts = max(attempts - 1, 0) WHERE id = ?", id)
        return self._known(id)

    def graded(self, id: str, outcome: Outcome, at: datetime) -> Job:
        """RECEIVED -> GRADED. Raises: jobs.ImpossibleMove."""
        with self._changing(id) as job:
            self._grade(job, outcome, at)
            return self._known(id)

    def given_up(self, id: str, outcome: Outcome, at: datetime, *, is_lost: bool) -> Job:
        """A parked job that a person has given up goes on, with this outcome if it has none.

        Args:   is_lost: there is no recording any more; nothing will be sealed.
        Raises: jobs.ImpossibleMove: it is archived.
        """
        with self._changing(id) as job:
            jobs.check_unfinished(job)
            self._update("UPDATE jobs SET parked = '', attempts = 0, trouble = '', next_try_at = NULL WHERE id = ?", id)
            self._note(at, Deed.RELEASED, id)
            if is_lost:
                self._update("UPDATE jobs SET lost_at = ? WHERE id = ?", rows.moment_text(at), id)
                self._note(at, Deed.LOST, id)
            if job.outcome is None:
                self._grade(self._known(id), outcome, at)
            return self._known(id)

    def ended_without(self, id: str, at: datetime) -> Job:
        """REPORTED -> ARCHIVED of a recording that was lost: nothing is sealed. Raises: jobs.ImpossibleMove."""
        with self._changing(id) as job:
            jobs.check_lost(job)
            self._move(job, State.ARCHIVED, at)
            return self._known(id)

    def reported(self, id: str, at: datetime) -> Job:
        """GRADED -> REPORTED. Raises: jobs.ImpossibleMove."""
        with self._changing(id) as job:
            self._move(job, State.REPORTED, at)
            self._note(at, Deed.REPORTED, id)
            return self._known(id)

    def archived(self, id: str, receipt: Receipt, at: datetime) -> Job:
        """REPORTED -> ARCHIVED. Raises: jobs.ImpossibleMove."""
        with self._changing(id) as job:
            self._move(job, State.ARCHIVED, at)
            self._keep(job, Made.SEALED, Deed.ARCHIVED, receipt, at)
            return self._known(id)

    def rekeyed(self, id: str, receipt: Receipt, at: datetime) -> Job:
        """What the sealed file is about to be, sealed for others. Raises: jobs.ImpossibleMove: it is not archived."""
        with self._changing(id) as job:
            jobs.check_kept(job)
            self._keep(job, Made.REKEYED, Deed.REKEYED, receipt, at)
            return self._known(id)

    def purged(self, id: str, at: datetime) -> Job:
        """The sealed file is about to be removed for good. Raises: jobs.ImpossibleMove: it is not archived."""
        with self._changing(id) as job:
            self._keep(job, Made.PURGED, Deed.PURGED, jobs.check_kept(job), at)
            return self._known(id)

    def sealed_again(self, id: str, receipt: Receipt, at: datetime) -> Job:
        """A copy of a purged or lost recording came in and was sealed. Raises: jobs.ImpossibleMove: it is neither."""
        with self._changing(id) as job:
            jobs.check_gone(job)
            self._keep(job, Made.SEALED, Deed.ARCHIVED, receipt, at)
            return self._known(id)

    def announced(self, id: str) -> Job:
        """Remember that the job was announced, so that nobody hears it twice."""
        with self._changing(id):
            self._update("UPDATE jobs SET announced = 1 WHERE id = ?", id)
            return self._known(id)

    def try_later(self, id: str, at: datetime, why: str, *, counts: bool = True) -> Job:
        """Not again before `at`; counts=False takes back the last start. Raises: jobs.ImpossibleMove: archived."""
        with self._changing(id) as job:
            jobs.check_unfinished(job)
            values = (rows.moment_text(at), rows.words(why), 0 if counts else 1, id)
            statement = "UPDATE jobs SET next_try_at = ?, trouble = ?, attempts = max(attempts - ?, 0) WHERE id = ?"
            self._update(statement, *values)
            return self._known(id)

    def park(self, id: str, why: str, at: datetime | None = None) -> Job:
        """Leave the job to a person, who is told why.

        Args:   at: None: now by the machine's clock.
        Raises: jobs.ImpossibleMove: it is archived. ValueError: no words.
        """
        if not why.strip():
            raise ValueError("say in words why the job is parked")
        with self._changing(id) as job:
            jobs.check_unfinished(job)
            self._update("UPDATE jobs SET parked = ?, next_try_at = NULL WHERE id = ?", rows.words(why), id)
            self._note(at, Deed.PARKED, id, attempts=job.attempts)
            return self._known(id)

    def release(self, id: str, at: datetime | None = None) -> Job:
        """Take a parked job up again, as if it had never been tried; one that is not parked is left as it is."""
        with self._changing(id) as job:
            if job.parked:
                self._update("UPDATE jobs SET parked = '', attempts = 0, trouble = '' WHERE id = ?", id)
                self._note(at, Deed.RELEASED, id)
            return self._known(id)

    def write_down(self, strokes: Iterable[Stroke]) -> None:
        """Keep what people typed, all of it or nothing; older texts stay. Raises: ValueError: a time without zone."""
        kept = tuple(strokes)
        with self._writing() as database:
            handwriting.write_down(database, kept)
            for each in kept:  # where and when, never what: the trail is read by people who need not know it
                self._note(each.at, Deed.TYPED, each.row, column=each.column, contested=each.contested)

    def note(self, what: Deed, about: str, at: datetime | None = None, **details: str | int) -> None:
        """Enter in the audit trail what is done outside the ledger: before it is done (see `audit`)."""
        with self._writing():
            self._note(at, what, about, **details)

    def note_settings(self, values: Mapping[str, str], at: datetime) -> tuple[str, ...]:
        """Enter in the audit trail which settings differ from those seen last; their keys."""
        with self._writing() as database:
            return audit.note_settings(database, at, self._who, values)

    def note_setting(self, key: str, value: str, at: datetime) -> None:
        """Enter in the audit trail that this setting is not what it was when it was seen last."""
        with self._writing() as database:
            audit.note_setting(database, at, self._who, key, value)

    def _move(self, job: Job, to: State, at: datetime) -> None:
        jobs.check_move(job, to)
        self._update(_MOVED[to], rows.moment_text(at), job.id)
        self._update("UPDATE jobs SET attempts = 0, next_try_at = NULL, trouble = '' WHERE id = ?", job.id)

    def _grade(self, job: Job, outcome: Outcome, at: datetime) -> None:
        text, outline = outcomes.to_json(outcome), outcomes.to_json(outcomes.outline(outcome))
        self._move(job, State.GRADED, at)
        self._update("INSERT INTO outcomes (number, outcome) VALUES (?, ?)", job.number, text)
        self._update("INSERT INTO outlines VALUES (?, ?, ?)", job.number, outcomes.grade_of(outcome), outline)
        said = int(outcome.grade) if isinstance(outcome, Assessment) else str(outcome.reason)
        marks = {"outcome": outcomes.fingerprint(text), "outline": outcomes.fingerprint(outline)}
        self._note(at, Deed.GRADED, job.id, result=said, model=outcome.model, **marks)

    def _keep(self, job: Job, made: Made, deed: Deed, receipt: Receipt, at: datetime) -> None:
        receipts.append(self._database, job.number, made, receipt, at)
        self._note(at, deed, job.id, sealed=receipt.sealed_name, sha256=receipt.sealed_sha256)

    def _note(self, at: datetime | None, what: Deed, about: str, **details: str | int) -> None:
        audit.append(self._database, at or datetime.now(UTC), self._who, what, about, **details)

    @contextmanager
    def _changing(self, id: str) -> Iterator[Job]:
        with self._writing():
            yield self._known(id)
