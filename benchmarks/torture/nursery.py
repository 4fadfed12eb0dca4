"""Starts daemons: one line on standard input, one process more. It has the program loaded already and forks.

python -m benchmarks.torture.nursery WARD_FOLDER toy|worker|real

So the time goes into kills and not into loading the same program a thousand times. Each daemon is a process of its own,
with its own lock, ledger connection and change notices; it answers with the process number on standard output.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from config import logs
from config.settings import Settings, load
from daemon.run_command import run
from daemon.service import serve
from daemon.worker_grades import WorkerGrades, WorkerLimits
from tests.toy_grades import ToyGrades

FRAME_S = 0.004
_GIB = 1024**3


def main() -> None:
    """Fork a daemon for every line, until there are no more lines."""
    folder, grades = Path(sys.argv[1]), sys.argv[2]
    settings = load(folder / "peea.toml", ward_folder=folder)
    logs.set_up(settings.logging.level)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed is forgotten at once
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            be_a_daemon(settings, grades)
        print(pid, flush=True)


def be_a_daemon(settings: Settings, grades: str) -> None:
    """Never returns: an error that nobody expected is written and ends the process with 1."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(0)
        work(settings, grades)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def work(settings: Settings, grades: str) -> None:
    """The daemon, from its start to its end."""
    if grades == "real":
        run(None, settings.ward.folder)
    elif grades == "worker":
        limits = WorkerLimits(_GIB, 60.0, 60.0, 600.0)
        with WorkerGrades((sys.executable, "-m", "tests.toy_worker", "1024"), b"\n", limits) as by_worker:
            serve(settings, by_worker.started)
    else:
        serve(settings, lambda: ToyGrades(FRAME_S))


if __name__ == "__main__":
    main()
