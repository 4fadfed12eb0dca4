"""Fills a workbook as people do; the one beside it was written by the program of its time.

    git archive COMMIT reports grading config tests | tar -x -C OLD
    cp fill.py OLD; cd OLD; python fill.py layout-N.xlsx

with COMMIT 9da5b64 for layout 1, which had seconds of each grade on the Record sheet and three columns for people.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.handwriting import Handwriting, Stroke
from reports.workbook import day_workbook
from tests.reports.people import edited, typed
from tests.reports.samples import eight

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


def fill(path: Path) -> None:
    first, second = eight()[:2]
    known = [
        Stroke(first.record_id, "remarks", "known to the ledger", AT, False, 1),
        Stroke(first.record_id, "signature", "Li", AT, False, 2),
        Stroke("2026-11-22/1", "bed", "14", AT, False, 3),
        Stroke("2026-11-22/1", "mild_s", "about 5", AT, False, 4),
    ]
    data = day_workbook(eight(), DAY, "Ward 3", ZoneInfo("Asia/Shanghai"), "en", Handwriting(known, DAY))
    data = typed(data, first.record_id, "Remarks", "changed since")
    data = typed(data, second.record_id, "Clinician's VAS 0–10", 7)

    def add(sheet: object) -> None:
        row = sheet.max_row + 1  # type: ignore[attr-defined]
        for column, value in ((4, "15"), (13, "3.5"), (21, "walk-in")):  # bed, seconds of obvious pain, remarks
            sheet.cell(row, column).value = value  # type: ignore[attr-defined]

    path.write_bytes(edited(data, add))


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
