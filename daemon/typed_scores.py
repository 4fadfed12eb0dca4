"""What clinicians typed as VAS: from the ledger, and from workbooks saved since it last learnt of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime

from archive.files import read_whole
from archive.lookup import Lookup
from config.settings import Ward
from daemon.records import record_of
from daemon.sheets import workbook_of
from reports.agreement import Rated
from reports.completing import completed
from reports.handwriting import Handwriting, Stroke, row_prefix
from reports.merge import typed_since
from reports.reading import UnreadableWorkbookError
from reports.record import Record

COLUMN = "clinician_vas"
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """Days of the ward, first and last included; None: no limit."""

    first: date | None = None
    last: date | None = None

    def has(self, day: date) -> bool:
        """Whether the day lies in it."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


class TypedScores:
    """The recordings of one ward with what was typed as their VAS; changes nothing.

    Args: tell: is told, in words, of a workbook that cannot be read.
    """

    def __init__(self, ward: Ward, ledger: Lookup, now: datetime, tell: Callable[[str], None]) -> None:
        self._ward = ward
        self._ledger = ledger
        self._now = now
        self._tell = tell

    def days(self, period: Period) -> tuple[date, ...]:
        """The days of the period on which recordings came in."""
        zone = self._ward.zone_info
        days = {each.received_at.astimezone(zone).date() for each in self._ledger.identities_since(_EVER)}
        return tuple(sorted(day for day in days if period.has(day)))

    def rated(self, day: date) -> Iterator[Rated]:
        """The day's recordings for which something was typed."""
        records = [record_of(job) for job in self._ledger.of_day(day, self._ward.zone_info)]
        typed = self._typed(day, records)
        for record in records:
            text = typed.text(record.record_id, COLUMN).strip()
            if text:
                yield Rated(completed(record, typed), text)

    def _typed(self, day: date, records: list[Record]) -> Handwriting:
        ids = [record.record_id for record in records]
        strokes = [Stroke(*astuple(stroke)) for stroke in self._ledger.strokes(ids, row_prefix(day))]
        known = Handwriting(strokes, day)
        try:
            data, _ = read_whole(workbook_of(self._ward, day))
            return Handwriting([*strokes, *typed_since(data, known, ids, self._now, records)], day)
        except FileNotFoundError:
            return known
        except (UnreadableWorkbookError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            self._tell(f"the workbook of {day} cannot be read ({why}); what the ledger knows of it counts")
            return known
