"""One workbook written again: what people typed into the one on disk is read, merged and kept, and only then replaced.

First the ledger has it, then the file goes. What cannot be read or carried over is never written over: it is moved
aside under a name of its own, beside the new one. Between look and rename people may save; all then begins anew.
"""

from __future__ import annotations

import errno
import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

from archive.files import Seen, read_whole, replace_unchanged, seen
from archive.handwriting import Stroke as KeptStroke
from archive.ledger import Ledger
from archive.moving import move_whole
from config.settings import Ward
from daemon.clock import Clock
from daemon.open_sheets import opened_elsewhere
from daemon.records import record_of
from reports.completing import completed
from reports.handwriting import Handwriting, Stroke, row_prefix
from reports.merge import merged
from reports.reading import UnreadableWorkbookError, read_record_sheet
from reports.record import Record
from reports.trend import DAYS, Graded, patients_of
from reports.words import Language
from reports.workbook import day_workbook

_LOG = logging.getLogger(__name__)

TRIES = 3
SAVING_S = 10.0  # what cannot be read and is younger may still be on its way to the disk
_ASIDE: dict[Language, str] = {"en": "set-aside", "zh": "另存"}


class NotYetError(BlockingIOError):
    """A workbook cannot be replaced just now, because people are at it; it can be tried again."""


class Rebuilding:
    """Writes the workbooks of one ward."""

    def __init__(self, ward: Ward, zone: ZoneInfo, ledger: Ledger, clock: Clock) -> None:
        self._ward = ward
        self._zone = zone
        self._ledger = ledger
        self._clock = clock
        self._written: dict[Path, Seen] = {}

    def rebuild(self, path: Path, day: date) -> None:
        """Write the day's workbook at path from the ledger, with what people typed.

        Raises: NotYetError: people are at it. OSError: the file or the folder cannot be used; the old one still stands.
        """
        with _collector_at_rest():
            for _ in range(TRIES):
                if self._is_rebuilt(path, day):
                    return
        raise NotYetError(errno.EAGAIN, "it was changed each time it had been read")

    def _is_rebuilt(self, path: Path, day: date) -> bool:
        records = [record_of(job) for job in self._ledger.of_day(day, self._zone)]
        before = seen(path)
        reason = ""
        if before is not None and before != self._written.get(path):
            try:
                reason, before = self._taken_over(path, day, records)
            except FileNotFoundError:
                return False
        ids = [record.record_id for record in records]
        typed = self._known(ids, day)
        head = str(self._ledger.audit_head())
        earlier = self._earlier([completed(record, typed) for record in records], day)
        data = day_workbook(records, day, self._ward.name, self._zone, self._ward.language, typed, head, earlier)
        if opened_elsewhere(path, self._ward.open_sheet_s, time()) is not None:
            raise NotYetError(errno.EAGAIN, "somebody has just opened it")
        if reason:
            if seen(path) != before:
                return False
            self._set_aside(path, day, reason)
            before = None
        now = replace_unchanged(path, data, before)
        if now is not None:
            self._written[path] = now
        return now is not None

    def _taken_over(self, path: Path, day: date, records: Sequence[Record]) -> tuple[str, Seen]:
        """Bring into the ledger what people typed; why the file must be kept besides ("" if not), and which it was."""
        data, before = read_whole(path)
        try:
            found = read_record_sheet(data)
        except UnreadableWorkbookError as error:
            if 0 <= time() - before.changed_ns / 1e9 < SAVING_S:
                raise NotYetError(errno.EAGAIN, "it cannot be read; perhaps it is still being saved") from error
            return f"cannot be read ({error})", before
        ids = {record.record_id for record in records} | self._ledger.known(
            row.record_id for row in found.rows if row.record_id
        )
        new = merged(found, self._known(ids, day), ids, self._clock.now(), records)
        if new:
            self._ledger.write_down(KeptStroke(*astuple(stroke)) for stroke in new)
            _LOG.info("the workbook of %s: %d cells that people filled are kept", day, len(new))
        return "holds a sheet, a column or a comment that people added" if found.besides else "", before

    def _earlier(self, records: Sequence[Record], day: date) -> list[Graded]:
        """What recordings of the day's patients said on the days before."""
        first, last = day - timedelta(days=DAYS - 1), day - timedelta(days=1)
        past = self._ledger.grades(first, last, self._zone, patients_of(records))
        return [Graded(each.patient, each.received_at.astimezone(self._zone).date(), each.grade) for each in past]

    def _known(self, record_ids: Sequence[str] | set[str], day: date) -> Handwriting:
        strokes = self._ledger.strokes(record_ids, row_prefix(day))
        return Handwriting([Stroke(*astuple(stroke)) for stroke in strokes], day)

    def _set_aside(self, path: Path, day: date, reason: str) -> None:
        word, number = _ASIDE[self._ward.language], 1
        while (target := path.with_name(f"{path.stem}-{word}-{number}{path.suffix}")).exists():
            number += 1
        move_whole(path, target)
        _LOG.warning("the workbook of %s %s: it is kept as %s, and a new one is written", day, reason, target.name)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Spares the search for circles among a million small values that make none: a quarter of the time goes into it."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
