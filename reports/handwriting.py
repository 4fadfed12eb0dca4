"""What people typed into a day's Record sheet, as it stands now and as it stood in an earlier edition (pure).

Every change is a stroke, numbered in the order in which it was learnt. A workbook carries the number of its last stroke
(its edition), so that when it comes back it is known what its readers had before their eyes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from reports.sheet import safe_text

_WHOLE_OR_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True)
class Stroke:
    """One cell that a person filled, changed or cleared.

    row: the record id, or the name of a row that people added. column: its key. text: "" if the cell was cleared.
    at: when it was found. contested: the text before this one was somebody's too, who did not know of this one.
    number: its place in the order of learning, 0 while it has none.
    """

    row: str
    column: str
    text: str
    at: datetime
    contested: bool = False
    number: int = 0


class TypedCell(NamedTuple):
    """A cell of a row that people added: the column's key and the text."""

    column: str
    text: str


class Handwriting:
    """All that is known to have been typed into a sheet.

    Args: strokes: in order. day: of the sheet, for the names of rows that people added.
    """

    def __init__(self, strokes: Iterable[Stroke], day: date) -> None:
        self._prefix = row_prefix(day)
        self._strokes = tuple(strokes)
        self._day = day
        self._of: dict[tuple[str, str], list[Stroke]] = {}
        self._columns_of_added: dict[str, list[str]] = {}
        for stroke in self._strokes:
            chain = self._of.setdefault((stroke.row, stroke.column), [])
            chain.append(stroke)
            if stroke.row.startswith(self._prefix) and len(chain) == 1:
                self._columns_of_added.setdefault(stroke.row, []).append(stroke.column)

    @property
    def edition(self) -> int:
        """The number of the last stroke; 0 if there is none."""
        return max((stroke.number for stroke in self._strokes), default=0)

    def up_to(self, edition: int) -> Handwriting:
        """As it was in that edition."""
        return Handwriting((stroke for stroke in self._strokes if stroke.number <= edition), self._day)

    def text(self, row: str, column: str) -> str:
        """What stands in a cell; "" if nothing does."""
        chain = self._of.get((row, column))
        return chain[-1].text if chain else ""

    def strokes(self, row: str, column: str) -> tuple[Stroke, ...]:
        """All that was typed into a cell and not only cleared, the newest first."""
        return tuple(stroke for stroke in reversed(self._of.get((row, column), [])) if stroke.text)

    def rivals(self, row: str, column: str) -> tuple[Stroke, ...]:
        """What others typed into the same cell without knowing of what stands there now, the newest first."""
        chain = self._of.get((row, column), [])
        found: list[Stroke] = []
        for newer, older in zip(reversed(chain), reversed(chain[:-1]), strict=False):
            if not newer.contested:
                break
            if older.text and older.text not in {chain[-1].text, *(each.text for each in found)}:
                found.append(older)
        return tuple(found)

    def added_rows(self) -> tuple[str, ...]:
        """The names of the rows that people added and did not remove, the first added comes first."""
        return tuple(row for row in self._columns_of_added if self.cells(row))

    def cells(self, row: str) -> tuple[TypedCell, ...]:
        """What stands in a row that people added."""
        columns = self._columns_of_added.get(row, ())
        return tuple(TypedCell(column, self.text(row, column)) for column in columns if self.text(row, column))

    def next_rows(self, count: int) -> tuple[str, ...]:
        """Names for rows that are to be added, which no row ever had."""
        used = len(self._columns_of_added)
        return tuple(f"{self._prefix}{used + place}" for place in range(1, count + 1))


def row_prefix(day: date) -> str:
    """With this begin the names of all rows that people added on that day's sheet; no record id does."""
    return f"{day.isoformat()}/"


def shown(text: str) -> str:
    """What a cell shows of a text, and gives back when it is read."""
    return safe_text(text, keeps_lines=True)


def number_in(text: str) -> int | float | None:
    """The number that a text is, if it is one that a sheet gives back in the very same digits."""
    if not _WHOLE_OR_DECIMAL.fullmatch(text):
        return None
    value = float(text) if "." in text else int(text)
    return value if number_text(value) == text else None


def time_in(text: str) -> time | None:
    """The time of day that a text is, if it is one that a sheet gives back in the very same digits: 09:30, not 9:30."""
    return time.fromisoformat(text) if _TIME.fullmatch(text) else None


def number_text(value: float) -> str:
    """The shortest digits of a number: 7, not 7.0."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
