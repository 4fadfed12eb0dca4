"""Prints the fingerprints of workbooks, which must not depend on surroundings: python -m tests.reports.digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade
from reports.handwriting import Handwriting, Stroke
from reports.patient import Check, Outside
from reports.result import Origin, result_sheet
from reports.result_picture import timeline_of
from reports.trend import Graded
from reports.words import LANGUAGES
from reports.workbook import day_workbook
from tests.reports.samples import NOON, eight

DAY = date(2026, 11, 22)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def digests() -> Iterator[str]:
    """Of a day's workbook with all that can be on it and of a result sheet with its picture."""
    first, *others = eight()
    made = NOON - timedelta(hours=20)
    first = replace(first, recorded_at=made, injured_at=made, outside=tuple(Outside), checks=tuple(Check))
    strokes = [
        Stroke(first.record_id, "remarks", text, datetime(2026, 11, 22, 6, 30, tzinfo=UTC), text == "乙", number)
        for number, text in enumerate("甲乙", start=1)
    ]
    earlier = [Graded(each.patient, DAY - timedelta(days=2), Grade.MILD) for each in (first, *others) if each.patient]
    for language in LANGUAGES:
        typed = Handwriting(strokes, DAY)
        yield _digest(day_workbook([first, *others], DAY, "三 3", SHANGHAI, language, typed, "7 ab", earlier))
        assert isinstance(first.outcome, Assessment)
        picture = timeline_of(first.outcome, language)
        yield _digest(result_sheet(first, Origin("三 3", SHANGHAI), language, picture))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    print("\n".join(digests()))
