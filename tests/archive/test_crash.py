"""kill -9 between and within operations: what was acknowledged stands, and the database is sound."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from archive.jobs import State
from archive.ledger import Ledger
from tests.archive.values import ASSESSMENT, RECEIPT, fingerprint

ORDER = list(State)


def killed_after(path: Path, first: int, n_lines: int) -> list[str]:
    """Lines that a child told before and while it was killed; the last may be half a line and is left out."""
    command = [sys.executable, "-m", "tests.archive.crash_child", path, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(n_lines)]
        child.kill()
        lines += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [line for line in lines if line.endswith("\n")]


def test_every_acknowledged_row_stands_after_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    acknowledged: dict[int, State] = {}

    for round_number, n_lines in enumerate((1, 3, 12, 29, 53)):
        for line in killed_after(path, 1000 * round_number, n_lines):
            number, state, _ = line.split()
            acknowledged[int(number)] = State(state)

        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert sqlite3.connect(path).execute("PRAGMA foreign_key_check").fetchall() == []
        with Ledger(path) as ledger:
            for number, state in acknowledged.items():
                job = ledger.find(fingerprint(number))
                assert job is not None
                assert ORDER.index(job.state) >= ORDER.index(state)
                assert (job.outcome is None) == (job.state == State.RECEIVED)
                assert job.outcome in (None, ASSESSMENT)
                assert job.receipt == (RECEIPT if job.state == State.ARCHIVED else None)
            assert len(ledger.unfinished()) <= round_number + 1
    assert len(acknowledged) > 5


def test_the_attempt_of_work_that_killed_the_process_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    program = (
        "import os, signal, sys; from pathlib import Path; from archive.ledger import Ledger\n"
        "from tests.archive.values import NOON, arrival\n"
        "ledger = Ledger(Path(sys.argv[1])); ledger.start_attempt(ledger.receive(arrival()).id, NOON)\n"
        "os.kill(os.getpid(), signal.SIGKILL)  # as a video would that the decoder cannot stand"
    )

    for attempts in (1, 2, 3):
        subprocess.run([sys.executable, "-c", program, path], check=False)
        with Ledger(path) as ledger:
            assert [job.attempts for job in ledger.unfinished()] == [attempts]
