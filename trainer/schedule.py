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
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")  # as cron counts them


class ScheduleError(ValueError):
    """The schedule in the settings is no cron line."""


def cron(line: str, zone: ZoneInfo) -> CronTrigger:
    """The five cron fields as a trigger in the ward's zone. Days of the week count as in cron, 0 and 7 being Sunday.

    Raises:
        ScheduleError: it is none.
    """
    try:
        return CronTrigger.from_crontab(_by_names(line), timezone=zone)
    except ValueError as problem:
        raise ScheduleError(
            f"trainer.schedule: {line!r} is no cron line of minute, hour, day of month, month, day of week ({problem})"
        ) from problem


def _by_names(line: str) -> str:
    """The line with the days of the week by their names: APScheduler counts them from Monday, cron from Sunday."""
    *others, days = line.split() or [""]
    return " ".join([*others, ",".join(map(_named_days, days.split(",")))])


def _named_days(part: str) -> str:
    span, slash, step = part.partition("/")
    span = "0-6" if slash and span == "*" else span
    first, dash, last = span.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        return part
    low, high = int(first), int(last) if dash else 6 if slash else int(first)
    if not low <= high <= 7:
        raise ValueError(f"{part!r} is no day of the week or span of them: 0 to 7, Sunday being 0 and 7")
    every = int(step) if step.isdecimal() and int(step) else 1
    return ",".join(dict.fromkeys(DAYS[day % 7] for day in range(low, high + 1, every)))


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
