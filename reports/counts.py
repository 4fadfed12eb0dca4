"""The day counted: how many recordings per grade and per reason, and each bed's hours (pure)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade, Reason, Rejection
from reports.record import Record

HOURS = 24


@dataclass(frozen=True)
class HourCount:
    """What a bed's recordings of one hour said: how many there were, and the most severe grade if any had one."""

    recordings: int
    worst: Grade | None


@dataclass(frozen=True)
class BedCounts:
    """One bed's recordings: `by_hour` for 24 hours, None where there was no recording; `by_grade` NONE to INTENSE."""

    bed: str
    by_hour: tuple[HourCount | None, ...]
    by_grade: tuple[int, ...]
    ungraded: int

    @property
    def recordings(self) -> int:
        """All of the bed's recordings."""
        return sum(self.by_grade) + self.ungraded


@dataclass(frozen=True)
class DayCounts:
    """A day's recordings, counted: `by_grade` from NONE to INTENSE; each recording is in exactly one count.

    by_reason: only the reasons that occurred, the most frequent first. stopped: parked before they had an outcome.
    by_bed: in the order of bed numbers ("9" before "10"), recordings without a bed last.
    """

    recordings: int
    by_grade: tuple[int, ...]
    by_reason: tuple[tuple[Reason, int], ...]
    stopped: int
    by_bed: tuple[BedCounts, ...]


def count(records: Sequence[Record], zone: ZoneInfo) -> DayCounts:
    """Count a day's recordings; hours are those of `zone`."""
    reasons = Counter(each.outcome.reason for each in records if isinstance(each.outcome, Rejection))
    beds: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        beds[record.bed.strip()].append(record)
    return DayCounts(
        recordings=len(records),
        by_grade=_by_grade(records),
        by_reason=tuple(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
        stopped=sum(each.outcome is None for each in records),
        by_bed=tuple(_bed_counts(bed, beds[bed], zone) for bed in sorted(beds, key=bed_order)),
    )


def bed_order(bed: str) -> tuple[bool, int, str]:
    """By this beds are sorted: 9, 10, 10A, Window, and no bed last."""
    found = re.search("[0-9]{1,9}", bed)
    return (bed == "", int(found[0]) if found else 10**9, bed)


def worst_of(records: Iterable[Record]) -> Grade | None:
    """The most severe grade of recordings; None if none of them has one."""
    return max((each.outcome.grade for each in records if isinstance(each.outcome, Assessment)), default=None)


def _bed_counts(bed: str, records: Sequence[Record], zone: ZoneInfo) -> BedCounts:
    hours: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        hours[_hour(record, zone)].append(record)
    by_hour = (HourCount(len(hours[hour]), worst_of(hours[hour])) if hour in hours else None for hour in range(HOURS))
    by_grade = _by_grade(records)
    return BedCounts(bed, tuple(by_hour), by_grade, len(records) - sum(by_grade))


def _hour(record: Record, zone: ZoneInfo) -> int:
    """The hour in which it was recorded; received, if nobody knows that or it was on another day."""
    received = record.received_at.astimezone(zone)
    recorded = record.recorded_at.astimezone(zone) if record.recorded_at else received
    return (recorded if recorded.date() == received.date() else received).hour


def _by_grade(records: Iterable[Record]) -> tuple[int, ...]:
    grades = Counter(each.outcome.grade for each in records if isinstance(each.outcome, Assessment))
    return tuple(grades[grade] for grade in Grade)
