"""How long a day's workbook takes, and how much memory: `python -m benchmarks.sheets [RECORDINGS] [FOLDER]`.

A ledger is filled with recordings of 22 s at 10 frames/s from 60 beds, and with 14 days before of 60 recordings each.
Then, each in a process of its own: the workbook is written from the ledger as the daemon does; and again after somebody
typed into every tenth row, so that all is read back and merged first. FOLDER keeps the workbook to be looked at.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

DAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC)
BEDS, PATIENTS = 60, 180
BEFORE_DAYS, BEFORE_PER_DAY = 14, 60
WORDS = ("turning", "transfer", "flexion", "straight-leg-raise", "standing")


def main() -> None:
    """Fill the ledger, then measure in child processes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        filled_s = fill(folder / "ledger.sqlite", count)
        print(f"{count} recordings put into a ledger in {filled_s:.0f} s; load {os.getloadavg()[0]:.1f}")
        for what in ("write", "type", "read back and write", "write"):
            command = [sys.executable, "-m", "benchmarks.sheets", "--measure", what, str(folder)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def fill(path: Path, count: int) -> float:
    """Put recordings into a ledger; the seconds that it took."""
    from archive.jobs import Arrival, Identity
    from archive.ledger import Ledger

    chance, began_s = random.Random(1), time.perf_counter()  # noqa: S311 - the same recordings each time
    moments = [START + timedelta(seconds=86_000 * n / count) for n in range(count)]
    moments += [
        START - timedelta(days=1 + n // BEFORE_PER_DAY, seconds=-60 * (n % BEFORE_PER_DAY))
        for n in range(BEFORE_DAYS * BEFORE_PER_DAY)
    ]
    path.unlink(missing_ok=True)
    with Ledger(path) as ledger:
        ledger._database.execute("PRAGMA synchronous = OFF")  # only to fill it: nothing here outlives a power cut
        for number, at in enumerate(moments):
            id = hashlib.sha256(str(number).encode()).hexdigest()
            identity = Identity(str(1 + number % BEDS), f"P{number % PATIENTS:04}", chance.choice(WORDS))
            ledger.receive(Arrival(id, f"{number}.mp4", 10_000_000, at, at - timedelta(minutes=3), identity))
            ledger.graded(id, _outcome(chance), at + timedelta(seconds=9))
    return time.perf_counter() - began_s


def _outcome(chance: random.Random) -> object:
    """An assessment with 220 readings and some segments; one in twelve cannot be graded."""
    from grading.types import Assessment, Gap, Grade, Quality, Reading, Reason, Rejection, Segment

    if chance.random() < 1 / 12:
        return Rejection(chance.choice(list(Reason)), Quality(21.0, 0.1, 20.0), "phantom-2")
    readings = tuple(
        Reading(n / 10, 0.1, None, Gap.TURNED_AWAY)
        if 80 <= n < 90
        else Reading(n / 10, 0.1, tuple(chance.random() for _ in range(5)))
        for n in range(220)
    )
    edges = [0.5, *sorted(round(chance.uniform(1, 21), 1) for _ in range(chance.randrange(1, 8))), 22.0]
    segments = tuple(Segment(Grade(chance.randrange(5)), *edge) for edge in pairwise(edges))
    seconds = tuple(sum(s.end_s - s.start_s for s in segments if s.grade is grade) for grade in Grade)
    grade = Grade(max(range(4, 0, -1), key=lambda each: seconds[each]))
    quality = Quality(22.0, 0.95, 110.0)
    return Assessment(grade, seconds, segments, readings, 0.8, grade, quality, "phantom-2", 0.5, 10.0)  # type: ignore[arg-type]


class _Clock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Noon."""
        return START + timedelta(hours=12)

    def monotonic_s(self) -> float:
        """Seconds since whenever."""
        return time.monotonic()


def measure(what: str, folder: Path) -> None:
    """One rebuilding as the daemon does it, or a person's typing; prints the figures."""
    book = folder / "workbook.xlsx"
    if what == "type":
        _type(book)
        return
    from archive.ledger import Ledger
    from config.settings import load
    from daemon.rebuilding import Rebuilding

    settings_file = folder / "peea.toml"
    settings_file.write_text(f'[ward]\nname = "Ward 3"\nfolder = "{folder}"\nzone = "UTC"\n')
    ward = load(settings_file).ward
    idle_mb = _peak_mb()
    with Ledger(folder / "ledger.sqlite") as ledger:
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        Rebuilding(ward, ward.zone_info, ledger, _Clock()).rebuild(book, DAY)
        wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    digest = hashlib.sha256(book.read_bytes()).hexdigest()[:16]
    print(
        f"{what:20} {wall_s:6.2f} s, processor {cpu_s:5.2f} s, most memory {_peak_mb():4.0f} MB "
        f"({idle_mb:.0f} before), {book.stat().st_size / 1e6:.1f} MB, SHA-256 {digest}"
    )


def _type(book: Path) -> None:
    """Fill a few cells of every tenth row, with another library's writer than ours."""
    import openpyxl

    workbook = openpyxl.load_workbook(book)
    sheet = workbook.worksheets[0]
    heads = next(row for row in sheet.iter_rows(max_row=10) if row[0].value == "No.")
    places = {cell.value: cell.column for cell in heads}
    for row in _every_tenth(heads[0].row + 1, sheet.max_row - 5):
        sheet.cell(row, places["Remarks"]).value = f"asked, row {row}"
        sheet.cell(row, places["Re-score 0–10"]).value = row % 11
    workbook.save(book)


def _every_tenth(first: int, last: int) -> Iterator[int]:
    yield from range(first, last, 10)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
