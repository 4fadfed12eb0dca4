"""Days and moments as people write them into cells: real dates, or text in an order that cannot be mistaken (pure)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

# year first, as in 1948-03-09, 1948/3/9, 1948.3.9, 19480309 or 1948年3月9日; 09/03/1948 could be two days
_DAY = r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))"
_TIME = r"(?:[\sT,]*(\d{1,2})\s*[:.时点h]\s*(\d{2})?\s*(?:[:.分]\s*(?:(\d{2})\s*秒?)?)?)?"
_MOMENT = re.compile(_DAY + _TIME, re.IGNORECASE)


class NoDateError(ValueError):
    """A cell in which no day, or no time of day, can be recognised. has_date: the day could be, the time is missing."""

    def __init__(self, *, has_date: bool = False) -> None:
        super().__init__("no time of day" if has_date else "no date")
        self.has_date = has_date


def date_in(value: object) -> date | None:
    """The day in a cell; None: the cell is empty. Raises: NoDateError."""
    if _is_empty(value):
        return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else _moment(value)[0]


def moment_in(value: object) -> datetime | None:
    """The day and time in a cell, naive; None: the cell is empty.

    Midnight exactly counts as no time: that is what a spreadsheet makes of a day alone.
    Raises: NoDateError: nothing to recognise, or a day without a time of day.
    """
    if _is_empty(value):
        return None
    day, clock = _moment(value)
    if clock is None or clock == time():
        raise NoDateError(has_date=True)
    return datetime.combine(day, clock)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip(" -－–—/?？"))


def _moment(value: object) -> tuple[date, time | None]:
    if isinstance(value, datetime):
        return value.date(), value.time().replace(tzinfo=None)
    if isinstance(value, date):
        return value, None
    text = unicodedata.normalize("NFKC", str(value)).strip() if isinstance(value, str | int) else ""
    found = _MOMENT.fullmatch(text)
    if isinstance(value, bool) or found is None:
        raise NoDateError
    year, month, day, month2, day2, hour, minute, second = found.groups()
    try:
        on = date(int(year), int(month or month2), int(day or day2))
        return on, time(int(hour), int(minute or 0), int(second or 0)) if hour else None
    except ValueError as error:
        raise NoDateError from error
