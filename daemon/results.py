"""The result sheet of each recording: one small workbook in a folder beside the day's, written once it is graded.

A sheet that somebody has open, a full disk or a share that is away only delay it, as they do a workbook.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from archive.files import remove_surely, write_whole
from archive.jobs import Job
from archive.ledger import Ledger
from config.settings import Settings, Ward
from daemon.claims import Claims
from daemon.cutting import NotCutError, stills
from daemon.drawing import keep_fonts_in
from daemon.records import record_of
from daemon.sheets import file_name_of
from daemon.workplace import Workplace
from grading.types import Assessment
from reports.moments import moments_s
from reports.result import Origin, Stills, result_sheet
from reports.words import Language

_LOG = logging.getLogger(__name__)

_FOLDER: dict[Language, str] = {"en": "results", "zh": "结果"}
Cut = Callable[[Path, Sequence[float]], Stills]


class Results:
    """A ward's result sheets. One that cannot be written now has a marker, an empty file, and is written later.

    Args: cut: cuts frames out of a recording; None: no face on any sheet.
    """

    def __init__(self, ward: Ward, place: Workplace, ledger: Ledger, claims: Claims, cut: Cut | None) -> None:
        self._ward = ward
        self._zone = ward.zone_info
        self._markers = place.unwritten_results
        self._ledger = ledger
        self._claims = claims
        self._cut = cut
        self._told = ""

    def path_of(self, job: Job) -> Path:
        """Where the sheet of that recording is: by day, number and record id, never by name or bed."""
        day = job.received_at.astimezone(self._zone).date()
        return results_folder(self._ward, day) / f"{job.number}-{record_of(job).record_id}.xlsx"

    def write(self, job: Job) -> None:
        """Write the sheet of a graded or rejected recording, now or later: a share that is away holds up nobody."""
        self._mark(job.id)
        self._written(job)

    def mark_changed(self, id: str) -> None:
        """The sheet of that recording must be written again, unless it shows frames that cannot be had any more."""
        if self._cut is None:
            self._mark(id)

    def catch_up(self) -> None:
        """Write the sheets that could not be written before; the first that still cannot ends the try."""
        for marker in sorted(self._markers.iterdir()) if self._markers.is_dir() else ():
            job = self._ledger.find(marker.name)
            if job is None or job.outcome is None:  # not graded yet: its own step writes it
                remove_surely(marker)
            elif not self._ward.sheets.is_dir() or not self._written(job):
                return

    def _mark(self, id: str) -> None:
        self._markers.mkdir(mode=0o700, exist_ok=True)
        (self._markers / id).touch()

    def _written(self, job: Job) -> bool:
        path = self.path_of(job)
        try:
            data = self._sheet(job, self._claims.file_of(job.id))
            path.parent.mkdir(mode=0o750, exist_ok=True)
            write_whole(path, data)
        except OSError as error:
            self._tell(f"result sheets cannot be written ({error.strerror}); they are tried again")
            return False
        remove_surely(self._markers / job.id)
        self._told = ""
        return True

    def _tell(self, words: str) -> None:
        if words != self._told:
            _LOG.warning(words)
        self._told = words

    def _sheet(self, job: Job, file: Path | None) -> bytes:
        language: Language = self._ward.language
        origin = Origin(self._ward.name, self._zone)
        if not isinstance(job.outcome, Assessment):
            return result_sheet(record_of(job), origin, language, None)
        keep_fonts_in(self._ward.state)
        from reports.result_picture import timeline_of

        return result_sheet(
            record_of(job), origin, language, timeline_of(job.outcome, language), self._stills(job, job.outcome, file)
        )

    def _stills(self, job: Job, outcome: Assessment, file: Path | None) -> Stills | None:
        if self._cut is None:
            return None
        at_s = moments_s(outcome)
        try:
            if file is not None:
                return self._cut(file, at_s)
        except (NotCutError, OSError) as error:
            _LOG.warning("%s: no frames for its result sheet (%s)", job.id[:8], error)
        return Stills(None, at_s, 0, 0)


def results_of(settings: Settings, ledger: Ledger, claims: Claims) -> Results:
    """As the settings ask: with faces or without."""
    cut = partial(stills, memory_mib=settings.grading.memory_mib) if settings.reports.faces else None
    return Results(settings.ward, Workplace.of(settings.ward), ledger, claims, cut)


def results_folder(ward: Ward, day: date) -> Path:
    """The folder of a day's result sheets, beside its workbook."""
    return ward.sheets / f"{file_name_of(ward.name)}-{day.isoformat()}-{_FOLDER[ward.language]}"
