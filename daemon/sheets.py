"""The day's workbooks: written from the ledger, whole, and never under the hands of somebody who has one open.

A day whose workbook must be written again has an empty file in the folder `stale-sheets`, made before the first try and
removed after the last. So a crash, an open workbook or a share that is away only delay a workbook. What people typed
into one is kept: see `rebuilding`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import monotonic, time

from archive.files import mark_surely, remove_surely
from archive.ledger import Ledger
from config.settings import Ward
from daemon.clock import Clock
from daemon.open_sheets import opened_elsewhere
from daemon.rebuilding import Rebuilding
from daemon.waiting_sheets import WaitingSheet, read_waiting, write_waiting

_LOG = logging.getLogger(__name__)

REST_FACTOR = 9.0


class Sheets:
    """All workbooks of a ward. Args: noted: the file that tells which of them wait, and why."""

    def __init__(self, ward: Ward, stale: Path, noted: Path, ledger: Ledger, clock: Clock) -> None:
        self._ward = ward
        self._zone = ward.zone_info
        self._stale = stale
        self._clock = clock
        self._rebuilding = Rebuilding(ward, self._zone, ledger, clock)
        self._noted = noted
        self._waiting = {sheet.day: sheet for sheet in read_waiting(noted)}
        self._told: dict[date, str] = {}
        self._not_before_s: dict[date, float] = {}

    def day_of(self, moment: datetime) -> date:
        """The day by the ward's clocks."""
        return moment.astimezone(self._zone).date()

    def path_of(self, day: date) -> Path:
        """Where the workbook of that day is."""
        return workbook_of(self._ward, day)

    def mark(self, moment: datetime) -> None:
        """The workbook of that moment's day must be written again."""
        mark_surely(self._stale / self.day_of(moment).isoformat())

    def keep_up(self) -> None:
        """As `catch_up`, but leaves out a workbook that took long to write and was written just now.

        A workbook is written as a whole and takes longer with every row: if it were written for each of a thousand
        recordings, it would take longer than grading them. At most a tenth of the time goes into it; `catch_up` writes
        the last rows.
        """
        self._write_stale(lambda day: monotonic() < self._not_before_s.get(day, 0.0))

    def catch_up(self) -> None:
        """Write every workbook that must be written again, except where somebody has it open: those later."""
        self._write_stale(lambda day: False)

    def _write_stale(self, is_early: Callable[[date], bool]) -> None:
        for marker in sorted(self._stale.iterdir()):
            day = date.fromisoformat(marker.name)
            if is_early(day) or not self._written(day):
                continue
            self._told.pop(day, None)
            remove_surely(marker)
            if self._waiting.pop(marker.name, None):
                write_waiting(self._noted, self._waiting.values())

    def _written(self, day: date) -> bool:
        opened = opened_elsewhere(self.path_of(day), self._ward.open_sheet_s, time())
        if opened is not None:
            self._tell_once(
                day, f"the workbook of {day} is open (lock file of {opened.program}); it is written once it is closed"
            )
            return False
        began_s = monotonic()
        try:
            self._rebuilding.rebuild(self.path_of(day), day)
        except OSError as error:
            self._tell_once(
                day, f"the workbook of {day} cannot be written ({error.strerror or error}); it is tried again"
            )
            return False
        self._not_before_s[day] = monotonic() + REST_FACTOR * (monotonic() - began_s)
        return True

    def _tell_once(self, day: date, words: str) -> None:
        if self._told.get(day) != words:
            _LOG.warning(words)
            before = self._waiting.get(day.isoformat())
            since = before.since if before else self._clock.now().isoformat(timespec="seconds")
            self._waiting[day.isoformat()] = WaitingSheet(day.isoformat(), since, words)
            write_waiting(self._noted, self._waiting.values())
        self._told[day] = words


def workbook_of(ward: Ward, day: date) -> Path:
    """Where the workbook of that day is."""
    return ward.sheets / f"{file_name_of(ward.name)}-{day.isoformat()}.xlsx"


def is_workbook_of(ward: Ward, name: str) -> bool:
    """Whether a file of that name is a day's workbook of the ward, and not one of somebody's own."""
    return re.fullmatch(rf"{re.escape(file_name_of(ward.name))}-\d{{4}}-\d\d-\d\d\.xlsx", name) is not None


def file_name_of(ward: str) -> str:
    """The ward's name as part of a file name that every system takes."""
    name = re.sub(r"[\s/\\:*?\"<>|\x00-\x1f]+", "-", ward).strip("-. ")
    while len(name.encode()) > 120:
        name = name[:-1]
    return name or "Ward"
