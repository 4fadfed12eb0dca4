"""The day counted: how many recordings per grade, per reason and per bed (pure; the home of pandas in reports)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from grading.types import Assessment, Grade, Reason, Rejection
from reports.record import Record

_UNGRADED = -1  # the column of recordings without a grade, beside 0 to 4


@dataclass(frozen=True)
class BedCounts:
    """One bed's recordings: `by_grade` from NONE to INTENSE, and those without a grade."""

    bed: str
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


def count(records: Sequence[Record]) -> DayCounts:
    """Count a day's recordings."""
    table = pd.DataFrame(
        {
            "bed": pd.Series([record.bed.strip() for record in records], dtype=object),
            "grade": pd.Series([_grade(record) for record in records], dtype="int64"),
            "reason": pd.Series([_reason(record) for record in records], dtype=object),
        }
    )
    by_grade = table["grade"].value_counts()
    by_reason = table.loc[table["reason"] != "", "reason"].value_counts()
    reasons = sorted(
        ((Reason(str(name)), int(n)) for name, n in by_reason.items()), key=lambda each: (-each[1], each[0])
    )
    ungraded = int(by_grade.get(_UNGRADED, 0))
    return DayCounts(
        recordings=len(records),
        by_grade=tuple(int(by_grade.get(int(grade), 0)) for grade in Grade),
        by_reason=tuple(reasons),
        stopped=ungraded - sum(n for _, n in reasons),
        by_bed=_by_bed(table),
    )


def _by_bed(table: pd.DataFrame) -> tuple[BedCounts, ...]:
    if table.empty:
        return ()
    crossed = pd.crosstab(table["bed"], table["grade"])
    crossed = crossed.reindex(columns=[_UNGRADED, *(int(grade) for grade in Grade)], fill_value=0)
    counted = [
        BedCounts(str(bed), tuple(int(n) for n in row[1:]), int(row[0]))
        for bed, row in zip(crossed.index, crossed.to_numpy(), strict=True)
    ]
    return tuple(sorted(counted, key=lambda each: _bed_order(each.bed)))


def _bed_order(bed: str) -> tuple[bool, int, str]:
    digits = "".join(character for character in bed if character in "0123456789")[:9]
    return (bed == "", int(digits) if digits else 10**9, bed)


def _grade(record: Record) -> int:
    return int(record.outcome.grade) if isinstance(record.outcome, Assessment) else _UNGRADED


def _reason(record: Record) -> str:
    return str(record.outcome.reason) if isinstance(record.outcome, Rejection) else ""
