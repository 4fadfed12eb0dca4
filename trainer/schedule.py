"""When to train: a cron schedule (APScheduler) that makes up for times missed while the machine was off.

APScheduler's own store would have to keep the schedule on disk to know what it missed. What is kept instead is one
moment, that of the last training looked into (trainer.diary); a due time after it that has passed was missed, however
many there were, it is made up for once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

JOB = "retrain"


class ScheduleError(ValueError):
    """The schedule in the settings is no cron line."""


def cron(line: str, zone: ZoneInfo) -> CronTrigger:
    """The five cron fields as a trigger in the ward's zone.

    Raises:
        ScheduleError: it is none.
    """
    try:
        return CronTrigger.from_crontab(line, timezone=zone)
    except ValueError as problem:
        raise ScheduleError(
            f"trainer.schedule: {line!r} is no cron line of minute, hour, day of month, month, day of week ({problem})"
        ) from problem


def missed(trigger: CronTrigger, last: datetime | None, now: datetime) -> bool:
    """Whether a due time lies after `last` and has passed; never if there was no last time. Moments are aware."""
    if last is None:
        return False
    due = trigger.get_next_fire_time(None, last + timedelta(seconds=1))
    return due is not None and due <= now


def run_by(trigger: CronTrigger, work: Callable[[], None], *, at_once: bool) -> None:
    """Calls `work` by the trigger, one call at a time, until the process is told to end."""
    scheduler = BlockingScheduler(timezone=trigger.timezone)
    # a machine that was asleep runs the work once, however late and however often it was due
    scheduler.add_job(work, trigger, id=JOB, misfire_grace_time=None, coalesce=True, max_instances=1)
    if at_once:
        work()
    scheduler.start()
