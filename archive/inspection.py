"""Looks whether the ledger is still what was written into it: the audit trail link by link, and rows against the trail.

Reads only, and may do so while a daemon writes. What it finds it says in words; it mends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from archive import audit, chain, migrations, outcomes, receipts
from archive.audit import Deed, Entry, Head
from archive.database import Database, LedgerError
from archive.jobs import State
from archive.receipts import Kept

FIRST_FORM_WITH_TRAIL, FIRST_FORM_WITH_CHAINED_RECEIPTS, FIRST_FORM_WITH_OUTLINES = 4, 5, 6
_JOBS = """
    SELECT number, id, state, outcome, NULL AS outline FROM jobs LEFT JOIN outcomes USING (number) ORDER BY number
"""
_OUTLINED_JOBS = """
    SELECT number, id, state, outcome, outline
    FROM jobs LEFT JOIN outcomes USING (number) LEFT JOIN outlines USING (number) ORDER BY number
"""
_AFTER_STATE = {
    State.RECEIVED: (Deed.RECEIVED,),
    State.GRADED: (Deed.RECEIVED, Deed.GRADED),
    State.REPORTED: (Deed.RECEIVED, Deed.GRADED, Deed.REPORTED),
    State.ARCHIVED: (Deed.RECEIVED, Deed.GRADED, Deed.REPORTED, Deed.ARCHIVED),
}


@dataclass(frozen=True)
class Verdict:
    """What looking at the trail came to. problems: in words, the first broken link first; () if the trail is whole."""

    entries: int
    head: Head
    problems: tuple[str, ...]


class Inspection(Database):
    """The ledger at path, opened for reading. Raises: LedgerError: there is none, or it cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_only=True)

    def entries(self) -> tuple[Entry, ...]:
        """The audit trail. Raises: LedgerError: the ledger is older than the trail."""
        if self.form < FIRST_FORM_WITH_TRAIL:
            raise LedgerError(
                f"{self.path}: this ledger is older than the audit trail; the daemon brings it up to date at its start"
            )
        with self._told():
            return tuple(audit.entries(self._database))

    def trail(self, printed: str = "") -> Verdict:
        """Look at every link. printed: a head from paper (as `Head` prints it) that must be in the trail; "": none."""
        with self._reading():
            entries = self.entries()
            end = Head(entries[-1].number, entries[-1].link) if entries else Head(0, chain.FIRST)
            problems = (
                *broken_links(entries),
                *self._lost_end(end),
                *self._lost_triggers(),
                *self._jobs_without_entries(entries),
                *self._strokes_without_entries(entries),
                *self._receipts_without_entries(entries),
                *_not_in_trail(entries, printed),
            )
        return Verdict(len(entries), end, problems)

    def kept(self) -> tuple[Kept, ...]:
        """What the archive holds by its receipts. Raises: LedgerError: the ledger is older than their chain."""
        if self.form < FIRST_FORM_WITH_CHAINED_RECEIPTS:
            raise LedgerError(f"{self.path}: this ledger is old; the daemon brings it up to date at its start")
        with self._told():
            return receipts.kept(self._database)

    def unfinished(self) -> tuple[str, ...]:
        """The fingerprints of recordings that are not in the archive yet."""
        with self._told():
            return tuple(row["id"] for row in self._database.execute("SELECT id FROM jobs WHERE state <> 'archived'"))

    def broken_receipts(self) -> tuple[str, ...]:
        """What is wrong with the chain of receipts, in words, the first broken link first."""
        with self._reading():
            return tuple(receipts.broken_links(self._database))

    def damage(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file: pages, indexes, rows that belong to no recording."""
        with self._told():
            found = [str(row[0]) for row in self._database.execute("PRAGMA integrity_check(20)")]
            loose = [row["table"] for row in self._database.execute("PRAGMA foreign_key_check")]
        return (
            *(f"the file is damaged: {words}" for words in found if words != "ok"),
            *(f"{loose.count(table)} rows of {table} belong to no recording" for table in sorted(set(loose))),
        )

    def last_moment(self) -> datetime | None:
        """The latest moment that the ledger knows; None if it knows none."""
        columns = "received_at, coalesce(attempted_at, ''), coalesce(graded_at, ''), coalesce(archived_at, '')"
        tables = ["SELECT max(at) FROM audit"] if self.form >= FIRST_FORM_WITH_TRAIL else []
        with self._told():
            found = [
                row[0]
                for table in [f"SELECT max(max({columns})) FROM jobs", *tables]  # noqa: S608 - our own names
                for row in self._database.execute(table)
            ]
        return max((datetime.fromisoformat(text) for text in found if text), default=None)

    def parked(self) -> int:
        """How many recordings are set aside."""
        with self._told():
            (n_parked,) = self._database.execute("SELECT count(*) FROM jobs WHERE parked <> ''").fetchone()
        return int(n_parked)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """All reads within see the ledger of one moment, whatever the daemon writes meanwhile."""
        with self._told():
            self._database.execute("BEGIN")
            try:
                yield
            finally:
                self._database.execute("ROLLBACK")

    def _lost_end(self, end: Head) -> Iterator[str]:
        row = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        written = 0 if row is None else int(row["seq"])
        if written != end.number:
            yield f"the trail ends with entry {end.number}, but {written} were written: its end was cut off"

    def _lost_triggers(self) -> Iterator[str]:
        kept = {row["sql"] for row in self._database.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")}
        if self.form == len(migrations.MIGRATIONS) and not migrations.triggers() <= kept:
            yield "the guards that keep entries from being changed were taken out of the ledger"

    def _jobs_without_entries(self, entries: Sequence[Entry]) -> Iterator[str]:
        begun, found = 0, dict[tuple[str, str], str]()
        for entry in entries:
            found[entry.about, entry.what] = entry.details
            begun = _count(entry.details, "jobs") if entry.what == Deed.BEGUN else begun
        for job in self._database.execute(_OUTLINED_JOBS if self.form >= FIRST_FORM_WITH_OUTLINES else _JOBS):
            lacking = [deed for deed in _AFTER_STATE[State(job["state"])] if (job["id"], deed) not in found]
            if (job["id"], Deed.LOST) in found:  # there was nothing to seal
                lacking = [deed for deed in lacking if deed is not Deed.ARCHIVED]
            if lacking and job["number"] > begun:
                yield f"number {job['number']} is {job['state']}, but no entry says that it was {lacking[0]}"
            graded = found.get((job["id"], Deed.GRADED))
            result = None if job["outcome"] is None else outcomes.fingerprint(job["outcome"])
            if graded is not None and _fact(graded, "outcome") != result:
                yield f"number {job['number']}: its result was changed in the ledger after it was graded"
            marked = _fact(graded, "outline") if graded is not None else 0
            if marked and (job["outline"] is None or marked != outcomes.fingerprint(job["outline"])):
                yield f"number {job['number']}: the outline of its result, which sheets show, was changed in the ledger"

    def _strokes_without_entries(self, entries: Sequence[Entry]) -> Iterator[str]:
        begun = typed = 0
        for entry in entries:
            typed += entry.what == Deed.TYPED
            begun = _count(entry.details, "strokes") if entry.what == Deed.BEGUN else begun
        (kept,) = self._database.execute("SELECT count(*) FROM handwriting").fetchone()
        if kept != begun + typed:
            yield f"the ledger holds {kept} texts that people typed, but the trail knows of {begun + typed}"

    def _receipts_without_entries(self, entries: Sequence[Entry]) -> Iterator[str]:
        if self.form < FIRST_FORM_WITH_CHAINED_RECEIPTS:
            return
        told = {(entry.about, _fact(entry.details, "sha256")) for entry in entries}
        begun = max((_count(entry.details, "jobs") for entry in entries if entry.what == Deed.BEGUN), default=0)
        for kept in receipts.kept(self._database):
            if kept.number > begun and (kept.id, kept.receipt.sealed_sha256) not in told:
                yield f"number {kept.number}: no entry tells of the sealed file that its receipt names"


def broken_links(entries: Iterable[Entry]) -> Iterator[str]:
    """What is wrong with a chain of entries, from its first on, in words."""
    nothing = Entry(0, "", "", "", "", "", "", chain.FIRST)
    for before, entry in pairwise((nothing, *entries)):
        if entry.number != before.number + 1:
            yield f"entry {entry.number}: {_missing(before.number + 1, entry.number - 1)} before it"
        elif entry.previous != before.link:
            yield f"entry {entry.number}: it does not follow the entry before it, which was exchanged or changed"
        if entry.link != entry.right_link():
            yield f"entry {entry.number}: it was changed after it was written"


def _not_in_trail(entries: tuple[Entry, ...], printed: str) -> Iterator[str]:
    if not printed:
        return
    number, _, beginning = printed.strip().lower().partition("-")
    if not number.isdecimal() or len(beginning) < 8:
        yield f"{printed!r} is no head of a trail: write it as it is printed, such as 120-3f5a99c2d4e1"
        return
    there = next((entry for entry in entries if entry.number == int(number)), None)
    if there is None or not there.link.startswith(beginning):
        yield f"the head {printed} is not in the trail: entry {number} or one before it was exchanged or removed"


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _fact(details: str, name: str) -> str | int:
    """One of an entry's details; 0 where there is none, or where somebody left no JSON."""
    try:
        fact = json.loads(details).get(name, 0)
    except (ValueError, AttributeError):
        return 0
    return fact if isinstance(fact, str | int) else 0


def _count(details: str, name: str) -> int:
    fact = _fact(details, name)
    return fact if isinstance(fact, int) else 0
