"""What the ledger knows: everything that reads it and nothing that changes it. Values come out, never rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from archive import audit, handwriting, history, identities, jobs, migrations, rows
from archive.audit import Head
from archive.database import Database, LedgerError
from archive.handwriting import Stroke
from archive.history import PastGrade
from archive.identities import Identified
from archive.jobs import Counts, Job, State


class UnknownJobError(LookupError):
    """No job of that id was ever received."""


class OldLedgerError(LedgerError):
    """The ledger is of an older form than this program's, and only the daemon may bring it up to date."""


class Lookup(Database):
    """The ledger at path, opened for reading only, also while a daemon writes: nothing in it is changed.

    Raises: OldLedgerError: it is of an older form. LedgerError: there is none, or it cannot be read.
    """

    def __init__(self, path: Path, *, read_only: bool = True) -> None:
        super().__init__(path, read_only=read_only)
        if read_only:
            try:
                check_newest(path, self.form)
            except LedgerError:
                self.close()
                raise

    def identities_since(self, received_at: datetime) -> tuple[Identified, ...]:
        """Whose the recordings are that were received since, oldest first."""
        with self._told():
            return identities.since(self._database, received_at)

    def find(self, id: str) -> Job | None:
        """The job of that id, if there is one."""
        with self._told():
            return self._found(id)

    def due(self, now: datetime, longest_s: float = 86_400.0) -> Job | None:
        """The job that is next: the oldest that was not put off, else the oldest whose time has come.

        Neither archived nor parked. A time that is more than longest_s ahead has come (the clock was set back).
        Raises: ValueError: a moment without time zone.
        """
        moments = [rows.moment_text(moment) for moment in (now, now + timedelta(seconds=longest_s))]
        fresh = self._jobs(rows.FIRST_FRESH, *jobs.UNFINISHED)
        found = fresh or self._jobs(rows.FIRST_DUE, *jobs.UNFINISHED, *moments)
        return next(iter(found), None)

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

    def known(self, beginnings: Iterable[str]) -> frozenset[str]:
        """Those of the texts that are the beginning of a job's id."""
        with self._told():
            return handwriting.known_beginnings(self._database, beginnings)

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


def check_newest(path: Path, form: int) -> None:
    """Return if a ledger of that form is as this program needs it. Raises: OldLedgerError."""
    newest = len(migrations.MIGRATIONS)
    if form == 0:
        raise OldLedgerError(f"{path}: there is nothing in this ledger yet; the daemon fills it at its start")
    if form < newest:
        raise OldLedgerError(
            f"{path}: this ledger is of an older form ({form}, where this PEEA needs {newest}), because the daemon was"
            " not started again since PEEA was updated: restart it (systemctl restart peea), and it brings the ledger"
            " up to date"
        )
