"""What must hold after a kill, and what must hold in the end."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook

from archive.audit import Deed
from archive.files import sha256_of
from archive.inspection import Inspection
from archive.keys import SecretKey
from archive.ledger import Ledger, LedgerError
from archive.sealing import SealedFileError
from archive.stocktaking import files_in, findings
from archive.vault import opened_sha256
from benchmarks.torture.stream import MARK
from daemon.workplace import Workplace
from grading.types import Assessment


@dataclass(frozen=True)
class Left:
    """What a kill left behind, for telling where it hit."""

    half_files: int
    claimed: int
    states: tuple[str, ...]
    plain_of_archived: int


class Whereabouts:
    """Follows every recording from kill to kill: it must be somewhere whole at every moment."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.sealed: set[str] = set()

    def lost(self, dropped: Mapping[str, bytes]) -> Iterator[str]:
        """Recordings that are in no place: neither plain in inbox or work, nor sealed as a receipt says."""
        ids = set(dropped) - self.sealed
        plain = {sha256_of(path) for path in _files(self._place.inbox, self._place.work)}
        self._note_sealed(ids - plain)
        for id in sorted(ids - plain - self.sealed):
            yield f"{id[:12]} is nowhere"

    def left(self) -> Left:
        """What lies about right after a kill."""
        work = [path.name for path in self._place.work.iterdir()] if self._place.work.is_dir() else []
        states = _states(self._place.ledger)
        return Left(
            len(list(_parts(self._place))),
            sum(name.startswith("new-") for name in work),
            tuple(states.values()),
            sum(states.get(name) == "archived" for name in work),
        )

    def _note_sealed(self, ids: set[str]) -> None:
        if not ids or not self._place.ledger.exists():
            return
        with Inspection(self._place.ledger) as inspection:
            for one in inspection.kept() if inspection.form else ():
                path = self._place.archive / one.receipt.sealed_name
                if one.id in ids and path.is_file() and sha256_of(path) == one.receipt.sealed_sha256:
                    self.sealed.add(one.id)


def is_at_work(ledger: Path, pid: int) -> bool:
    """Whether the daemon of that process has come so far that it enters its start: one that has not may give up."""
    try:
        with Inspection(ledger) as inspection:
            started = [entry.details for entry in inspection.entries() if entry.what == Deed.STARTED]
    except LedgerError:
        return False
    return bool(started) and json.loads(started[-1])["process"] == pid


def problems_in_the_end(
    place: Workplace, dropped: Mapping[str, bytes], kinds: Mapping[str, str], keys: list[SecretKey]
) -> Iterator[str]:
    """Everything that is not as it must be once the daemon had time to finish."""
    states = _states(place.ledger)
    yield from (f"{id[:12]} has no row" for id in dropped if id not in states)
    yield from (f"{id[:12]} has a row and was never dropped" for id in states if id not in dropped)
    yield from (f"{id[:12]} is {state}" for id, state in states.items() if state != "archived")
    yield from (f"plain file left: {path}" for path in _files(place.inbox, place.work))
    yield from (f"half file left: {path}" for path in _parts(place))
    try:
        yield from _archive_problems(place, dropped, keys)
    except LedgerError as error:
        yield str(error)
    for path in _files(place.state.parent):
        if MARK in path.read_bytes():
            yield f"plain words of a recording in {path}"
    yield from _sheet_problems(place, set(dropped))
    yield from _outcome_problems(place, kinds)


def _archive_problems(place: Workplace, dropped: Mapping[str, bytes], keys: list[SecretKey]) -> Iterator[str]:
    with Inspection(place.ledger) as inspection:
        kept = inspection.kept()
        yield from (*inspection.damage(), *inspection.trail().problems, *inspection.broken_receipts())
    for finding in findings(place.archive, files_in(place.archive), kept):
        yield f"{finding.fault}: {finding.name}"
    if sorted(one.id for one in kept) != sorted(dropped):
        yield f"{len(kept)} recordings have receipts, {len(dropped)} were dropped"
    for one in kept:
        for key in keys:
            try:
                if opened_sha256(place.archive / one.receipt.sealed_name, [key]) != one.id:
                    yield f"{one.record_id} opens and holds something else"
            except (OSError, SealedFileError) as error:
                yield f"{one.record_id} does not open: {error}"


def _sheet_problems(place: Workplace, ids: set[str]) -> Iterator[str]:
    """Each recording has one row in one of the workbooks."""
    found: list[str] = []
    for path in place.sheets.glob("*.xlsx"):
        sheet = load_workbook(path, read_only=True).worksheets[0]
        found += [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell in ids]
    if sorted(found) != sorted(ids):
        yield f"the workbooks have {len(found)} rows of {len(set(found))} recordings; {len(ids)} were dropped"


def _outcome_problems(place: Workplace, kinds: Mapping[str, str]) -> Iterator[str]:
    """Recordings that show the same have the same outcome, however often a kill began them anew."""
    with Ledger(place.ledger) as ledger:
        outcomes = {job.id: job.outcome for job in ledger.latest(len(kinds)) if job.outcome is not None}
    of_kind: dict[str, set[str]] = defaultdict(set)
    for id, outcome in outcomes.items():
        of_kind[kinds[id]].add(str(outcome.grade if isinstance(outcome, Assessment) else outcome.reason))
    yield from (f"{kind}: {sorted(found)}" for kind, found in of_kind.items() if len(found) > 1)


def _states(ledger: Path) -> dict[str, str]:
    if not ledger.exists():
        return {}
    with closing(sqlite3.connect(ledger)) as database:
        try:
            rows = database.execute("SELECT id, state, parked FROM jobs").fetchall()
        except sqlite3.OperationalError:
            return {}  # killed before the ledger had any table
    return {id: "parked" if parked else state for id, state, parked in rows}


def _files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _parts(place: Workplace) -> Iterator[Path]:
    for folder in (place.work, place.archive, place.sheets, place.state):
        yield from folder.rglob(".peea-*.part")
