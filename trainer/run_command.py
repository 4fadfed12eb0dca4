"""`peea-trainer run`: trains by the schedule, each time in a child process that may die without harm."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

from archive import locks
from config.programs import own_program
from config.settings import Settings
from trainer.diary import read_diary, write_diary
from trainer.schedule import cron, missed, run_by
from trainer.ward import diary_path, work_folder

log = logging.getLogger(__name__)


class Child:
    """The process that trains; at most one."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def work(self) -> None:
        """Runs it to its end; however it ends, the schedule goes on."""
        self._process = subprocess.Popen(self._command)
        log.info("a look for new cases, in process %d", self._process.pid)
        status = self._process.wait()
        if status:
            log.error("%s; what grades now stays, and the next time by schedule goes on from there", ended(status))

    def end(self) -> None:
        """Ends it, if there is one; what it has finished stays."""
        if self._process is not None:
            self._process.terminate()


def ended(status: int) -> str:
    """How a child with this exit status has ended, in words."""
    if status < 0:
        return f"the training was ended by {signal.Signals(-status).name}"
    return f"the training ended with status {status}"


def run_on_schedule(settings: Settings, settings_arguments: Sequence[str]) -> None:
    """Trains by the schedule until told to end.

    Raises: ScheduleError: the schedule is no cron line. archive.locks.HeldElsewhereError: another process runs it.
    """
    trigger = cron(settings.trainer.schedule, settings.ward.zone_info)
    folder = work_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    child = Child(own_program("trainer.main", "now", *settings_arguments))

    def stop(number: int, frame: FrameType | None) -> None:
        child.end()
        sys.exit(0)

    otherwise = "process {process} runs the schedule here already ({lock}); one is enough"
    with locks.held(folder / "schedule.lock", otherwise):
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        entry, now = read_diary(diary_path(settings)), datetime.now(UTC)
        if entry.looked_at is None:
            write_diary(diary_path(settings), replace(entry, looked_at=now))
        is_late = missed(trigger, entry.looked_at, now)
        due = trigger.get_next_fire_time(None, now)
        log.info(
            "training by schedule %r, process id in %s; %s",
            settings.trainer.schedule,
            folder / "schedule.lock",
            "one was missed and is made up for now" if is_late else f"next {due:%Y-%m-%d %H:%M}" if due else "never",
        )
        run_by(trigger, child.work, at_once=is_late)
