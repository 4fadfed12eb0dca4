"""Works on a ledger without end and tells every step that was acknowledged; test_crash kills it."""

import sys
from pathlib import Path

from archive.ledger import Ledger
from tests.archive.values import ASSESSMENT, NOON, RECEIPT, arrival

with Ledger(Path(sys.argv[1])) as ledger:
    for number in range(int(sys.argv[2]), 1_000_000):
        id = arrival(number).id
        for job in (
            ledger.receive(arrival(number)),
            ledger.start_attempt(id, NOON),
            ledger.graded(id, ASSESSMENT, NOON),
            ledger.reported(id, NOON),
            ledger.archived(id, RECEIPT, NOON),
        ):
            print(number, job.state, job.attempts, flush=True)
