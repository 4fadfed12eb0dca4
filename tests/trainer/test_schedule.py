from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from trainer.diary import DiaryError, Entry, read_diary, write_diary
from trainer.schedule import ScheduleError, cron, missed

ZONE = ZoneInfo("Asia/Shanghai")
SUNDAY_NIGHT = "30 2 * * sun"


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_a_time_that_passed_while_the_machine_was_off_was_missed() -> None:
    trigger = cron(SUNDAY_NIGHT, ZONE)  # Sunday the 22nd, 2:30 in Shanghai, is Saturday 18:30 UTC
    assert missed(trigger, last=at(20, 12), now=at(22, 12))
    assert missed(trigger, last=at(1, 12), now=at(22, 12))  # three of them: still one training


def test_a_time_still_to_come_was_not_missed() -> None:
    trigger = cron(SUNDAY_NIGHT, ZONE)
    assert not missed(trigger, last=at(20, 12), now=at(21, 18))
    assert not missed(trigger, last=at(21, 19), now=at(22, 12))


def test_a_first_start_has_missed_nothing() -> None:
    assert not missed(cron(SUNDAY_NIGHT, ZONE), last=None, now=at(22, 12))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("0", {"Sun"}),
        ("7", {"Sun"}),
        ("1-5", {"Mon", "Tue", "Wed", "Thu", "Fri"}),
        ("5-7", {"Fri", "Sat", "Sun"}),
        ("0,3", {"Sun", "Wed"}),
        ("*/3", {"Sun", "Wed", "Sat"}),
        ("mon-wed", {"Mon", "Tue", "Wed"}),
        ("*", {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}),
    ],
)
def test_days_of_the_week_count_as_in_cron(days: str, expected: set[str]) -> None:
    trigger, now, seen = cron(f"30 2 * * {days}", ZONE), at(1, 0), set()
    for _ in range(7):
        due = trigger.get_next_fire_time(None, now)
        seen.add(due.strftime("%a"))
        now = due + timedelta(minutes=1)
    assert seen == expected


def test_a_day_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ScheduleError, match="0 to 7, Sunday being 0 and 7"):
        cron("30 2 * * 8", ZONE)


def test_a_schedule_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ScheduleError, match=r"trainer.schedule: 'every sunday'"):
        cron("every sunday", ZONE)


def test_the_diary_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "diary.json"
    assert read_diary(path) == Entry()
    entry = Entry(at(20, 12), frozenset({"ab", "cd"}), "ward-1")
    write_diary(path, entry)
    assert read_diary(path) == entry


def test_a_damaged_diary_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "diary.json"
    path.write_text('{"looked_at": "yesterday"')
    with pytest.raises(DiaryError, match="remove it"):
        read_diary(path)
