"""Fills a ledger with recordings in every standing; the ledgers beside it were filled by the program of their time.

    git archive COMMIT archive grading config tests | tar -x -C OLD
    cp fill.py OLD; cd OLD; python fill.py form-N.sqlite

with COMMIT ad91ab0 for form 1, 9da5b64 for form 2, c51ac4c for form 3, cae898e for form 4, 3d78e30 for form 5,
d8016e0 for form 6.
"""

import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

from archive.jobs import Receipt
from archive.ledger import Ledger
from tests.archive.values import ASSESSMENT, NOON, REJECTION, arrival, fingerprint

S = timedelta(seconds=1)


def fill(path: Path) -> None:
    with Ledger(path) as ledger:
        for n in (1, 2, 3, 4, 5, 6):
            ledger.receive(arrival(n, NOON + n * S))
        ledger.receive(arrival(7, NOON + 7 * S, "床12_\udcff.mp4"))
        for n in (1, 2, 3, 4):
            ledger.graded(fingerprint(n), REJECTION if n == 2 else ASSESSMENT, NOON + 10 * S)
        for n in (1, 2, 3):
            ledger.reported(fingerprint(n), NOON + 20 * S)
            ledger.announced(fingerprint(n))
        for n in (1, 2):
            name = f"2026/11/{fingerprint(n)[:16]}.age"
            ledger.archived(fingerprint(n), Receipt(name, fingerprint(100 + n), 200 + n), NOON + 30 * S)
        ledger.start_attempt(fingerprint(5), NOON)
        ledger.try_later(fingerprint(5), NOON + 60 * S, "the disk is full")
        ledger.park(fingerprint(6), "Not finished after 3 tries.")
        if hasattr(ledger, "write_down"):
            from archive.handwriting import Stroke

            row = fingerprint(1)[:12]
            ledger.write_down(
                [Stroke(row, "remarks", "restless", NOON), Stroke(row, "remarks", "calm", NOON + S, True)]
            )


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
    sqlite3.connect(sys.argv[1]).execute("PRAGMA wal_checkpoint(TRUNCATE)")
