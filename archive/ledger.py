"""The ledger: what is known of every recording, in one SQLite file that survives kill -9 and power cuts.

One method is one transaction: once it returns, all of it is on the disk (WAL, synchronous=FULL); if it raises, nothing
is. Values go in and come out, never rows. One ledger object belongs to one thread; several programs may each have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from archive import audit, handwriting, history, identities, jobs, outcomes, receipts, rows
from archive.audit import Deed, Head
from archive.database import Database, LedgerError
from archive.handwriting import Stroke
from archive.history import PastGrade
from archive.identities import Identified
from archive.jobs import Arrival, Counts, Identity, Job, Receipt, State
from archive.receipts import Made
from grading.types import Assessment, Outcome

__all__ = ["Counts", "Ledger", "LedgerError", "UnknownJobError"]

_MOVED: dict[State, str] = {
    State.GRADED: "UPDATE jobs SET state = 'graded', graded_at = ? WHERE id = ?",
    State.REPORTED: "UPDATE jobs SET state = 'reported', reported_at = ? WHERE id = ?",
    State.ARCHIVED: "UPDATE jobs SET state = 'archived', archived_at = ? WHERE id = ?",
}


class UnknownJobError(LookupError):
    """No job of that id was ever received."""


class Ledger(Database):
    """Opens the ledger at path, makes it if there is none (its folder must exist), and brings an older one up to date.

    Args:   who: for whom its work is entered in the audit trail; None: the account that this process works for.
    Raises: LedgerError: see there; the message says what to do.
    """

    def __init__(self, path: Path, who: str | None = None) -> None:
        super().__init__(path)
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

    def identities_since(self, received_at: datetime) -> tuple[Identified, ...]:
        """Whose the recordings are that were received since, oldest first."""
        with self._told():
            return identities.since(self._database, received_at)

    def find(self, id: str) -> Job | None:
        """The job of that id, if there is one."""
        with self._told():
            return self._found(id)

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
        text = outcomes.to_json(outcome)
        with self._changing(id) as job:
            self._move(job, State.GRADED, at)
            self._update("INSERT INTO outcomes (number, outcome) VALUES (?, ?)", job.number, text)
            outline = outcomes.to_json(outcomes.outline(outcome))
            self._update("INSERT INTO outlines VALUES (?, ?, ?)", job.number, outcomes.grade_of(outcome), outline)
            said = int(outcome.grade) if isinstance(outcome, Assessment) else str(outcome.reason)
            marks = {"outcome": outcomes.fingerprint(text), "outline": outcomes.fingerprint(outline)}
            self._note(at, Deed.GRADED, id, result=said, model=outcome.model, **marks)
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
        """A copy of a purged recording came in and was sealed. Raises: jobs.ImpossibleMove: it was not purged."""
        with self._changing(id) as job:
            jobs.check_purged(job)
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

    def due(self, now: datetime, longest_s: float = 86_400.0) -> Job | None:
        """The oldest job, not archived nor parked, whose time has come, or is longest_s ahead (clock set back)."""
        moments = (now, now + timedelta(seconds=longest_s))
        return next(iter(self._jobs(rows.FIRST_DUE, *jobs.UNFINISHED, *map(rows.moment_text, moments))), None)

    def next_due_at(self) -> datetime | None:
        """When the next job that was put off is to be tried again; None: none was."""
        with self._told():
            (text,) = self._database.execute("SELECT min(next_try_at) FROM jobs WHERE parked = ''").fetchone()
        return None if text is None else datetime.fromisoformat(text)

    def unfinished(self) -> tuple[Job, ...]:
        """All jobs that are not archived, the parked ones too, oldest first."""
        return self._jobs("WHERE state IN (?, ?, ?) ORDER BY number", *jobs.UNFINISHED)

    def of_day(self, day: date, zone: ZoneInfo) -> tuple[Job, ...]:
        """The jobs received on that day by the clocks of that zone that have an outcome or are parked, oldest first.

        Of the readings in their outcomes there are only those without a face (`outcomes.outline`).
        """
        with self._told():
            return history.of_days(self._database, day, day, zone)

    def grades(self, first: date, last: date, zone: ZoneInfo, patients: Iterable[str]) -> tuple[PastGrade, ...]:
        """What the recordings of these patients said, from the first to the last day, oldest first."""
        with self._told():
            return history.grades(self._database, first, last, zone, patients)

    def latest(self, limit: int) -> tuple[Job, ...]:
        """The jobs received last, newest first."""
        return self._jobs("ORDER BY number DESC LIMIT ?", max(0, limit))

    def strokes(self, row_names: Iterable[str], prefix: str) -> tuple[Stroke, ...]:
        """What people typed into the rows of these names, and into those whose names begin so, in order."""
        with self._told():
            return handwriting.strokes_of(self._database, row_names, prefix)

    def write_down(self, strokes: Iterable[Stroke]) -> None:
        """Keep what people typed, all of it or nothing; older texts stay. Raises: ValueError: a time without zone."""
        kept = tuple(strokes)
        with self._writing() as database:
            handwriting.write_down(database, kept)
            for each in kept:  # where and when, never what: the trail is read by people who need not know it
                self._note(each.at, Deed.TYPED, each.row, column=each.column, contested=each.contested)

    def known(self, beginnings: Iterable[str]) -> frozenset[str]:
        """Those of the texts that are the beginning of a job's id."""
        with self._told():
            return handwriting.known_beginnings(self._database, beginnings)

    def note(self, what: Deed, about: str, at: datetime | None = None, **details: str | int) -> None:
        """Enter in the audit trail what is done outside the ledger: before it is done (see `audit`)."""
        with self._writing():
            self._note(at, what, about, **details)

    def note_settings(self, values: Mapping[str, str], at: datetime) -> tuple[str, ...]:
        """Enter in the audit trail which settings differ from those seen last; their keys."""
        with self._writing() as database:
            return audit.note_settings(database, at, self._who, values)

    def audit_head(self) -> Head:
        """Where the audit trail ends now."""
        with self._told():
            return audit.head(self._database)

    def counts(self) -> Counts:
        """How many jobs there are, by state."""
        with self._told():
            by_state = dict(self._database.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())
            (parked,) = self._database.execute("SELECT count(*) FROM jobs WHERE parked <> ''").fetchone()
        return Counts(**{state.value: by_state.get(state.value, 0) for state in State}, parked=parked)

    def _move(self, job: Job, to: State, at: datetime) -> None:
        jobs.check_move(job, to)
        self._update(_MOVED[to], rows.moment_text(at), job.id)
        self._update("UPDATE jobs SET attempts = 0, next_try_at = NULL, trouble = '' WHERE id = ?", job.id)

    def _keep(self, job: Job, made: Made, deed: Deed, receipt: Receipt, at: datetime) -> None:
        receipts.append(self._database, job.number, made, receipt, at)
        self._note(at, deed, job.id, sealed=receipt.sealed_name, sha256=receipt.sealed_sha256)

    def _note(self, at: datetime | None, what: Deed, about: str, **details: str | int) -> None:
        audit.append(self._database, at or datetime.now(UTC), self._who, what, about, **details)

    def _jobs(self, condition: str, *values: object) -> tuple[Job, ...]:
        with self._told():
            return tuple(rows.job(row) for row in self._database.execute(rows.JOBS + condition, values))

    def _found(self, id: str) -> Job | None:
        row = self._database.execute(rows.JOBS + "WHERE id = ?", (id,)).fetchone()
        return None if row is None else rows.job(row)

    def _known(self, id: str) -> Job:
        with self._told():
            job = self._found(id)
        if job is None:
            raise UnknownJobError(f"no job of the id {id[:64]!r} in {self.path}")
        return job

    @contextmanager
    def _changing(self, id: str) -> Iterator[Job]:
        with self._writing():
            yield self._known(id)
