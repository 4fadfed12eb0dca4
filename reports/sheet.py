"""What a sheet is before any library writes it: columns, cells, looks, and text that is safe to show (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from grading.types import Grade

Value: TypeAlias = str | int | float | date | time | None

LONGEST_TEXT = 32_767  # UTF-16 units in a cell: Excel calls a file with more "damaged"
_MISSING = "… [+{count}: whole text in the ledger / 全文见台账]"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_LINE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSHOWABLE = re.compile(r"[\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Look(StrEnum):
    """How a cell looks, and so what is in it and who may write it."""

    TITLE = "title"
    STATEMENT = "statement"
    WARNING = "warning"
    HEADING = "heading"
    OPEN_HEADING = "open_heading"
    SECTION = "section"
    PLAIN = "plain"
    TEXT = "text"
    CENTRED = "centred"
    CODE = "code"
    WHOLE = "whole"
    TENTHS = "tenths"
    SHARE = "share"
    THOUSANDTHS = "thousandths"
    TEN_THOUSANDTHS = "ten_thousandths"
    HOURS_24 = "hours_24"
    HOURS_48 = "hours_48"
    DATE = "date"
    TIME = "time"
    OPEN = "open"
    OPEN_NUMBER = "open_number"
    OPEN_TIME = "open_time"
    NONE = "none"
    MILD = "mild"
    OBVIOUS = "obvious"
    SEVERE = "severe"
    INTENSE = "intense"
    UNGRADED = "ungraded"
    GAP = "gap"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True)
class Paint:
    """A background and the ink on it, RGB hex."""

    background: str
    ink: str


# Light to dark in even steps, so that grey print and colour-blind eyes keep the order; a word or number stands in each.
PAINTS: dict[Look, Paint] = {
    Look.NONE: Paint("FFFFFF", "1A1A1A"),
    Look.MILD: Paint("FBE08A", "1A1A1A"),
    Look.OBVIOUS: Paint("F9AE45", "1A1A1A"),
    Look.SEVERE: Paint("CC4A0C", "FFFFFF"),
    Look.INTENSE: Paint("661100", "FFFFFF"),
    Look.UNGRADED: Paint("D9DCE1", "1A1A1A"),
    Look.GAP: Paint("D9DCE1", "5A5F66"),
    Look.UNCONFIRMED: Paint("FFFFFF", "8A8F96"),
}

GRADE_LOOKS: dict[Grade, Look] = {
    Grade.NONE: Look.NONE,
    Grade.MILD: Look.MILD,
    Grade.OBVIOUS: Look.OBVIOUS,
    Grade.SEVERE: Look.SEVERE,
    Grade.INTENSE: Look.INTENSE,
}


class Cell(NamedTuple):
    """A value and its look. Strings are always text: nothing in them is ever calculated.

    note: a comment. across: over how many columns it reaches; those it covers are None in its row.
    """

    value: Value
    look: Look = Look.TEXT
    note: str = ""
    across: int = 1


Row: TypeAlias = tuple[Cell | None, ...]


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    width: in characters. look: of its cells if people write in it, else None. key: its name in all languages.
    choices: what can be picked for a cell; anything else may be typed.
    """

    heading: str
    width: float
    look: Look | None = None
    key: str = ""
    choices: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether people write in it."""
        return self.look is not None


@dataclass(frozen=True)
class Area:
    """Cells of a sheet, first to last; row 0 is the first below the headings, -1 the headings; column 0 the first."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Point:
    """How one part of a bar is drawn. place: of the bar, from 0. label: is written on it; "" for nothing."""

    place: int
    look: Look
    label: str


@dataclass(frozen=True)
class Series:
    """Parts of bars, one for each bar, whose lengths stand in cells. points: those that are drawn."""

    name: str
    lengths: Area
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """A chart of bars made of parts, which stands below the rows of its sheet.

    labels: of the bars. axis: what the lengths are; end: of the axis, where longer bars are cut. upright: bars stand.
    legend: whether the names of the series are explained, as those of one colour can be.
    """

    title: str
    axis: str
    end: float
    labels: Area
    series: tuple[Series, ...]
    upright: bool = False
    legend: bool = False

    @property
    def n_bars(self) -> int:
        """How many bars there are."""
        area = self.labels
        return max(area.last_row - area.first_row, area.last_column - area.first_column) + 1


@dataclass(frozen=True)
class Checked:
    """A column in which only whole numbers from lowest to highest may be typed, and what people are told."""

    column: int
    lowest: int
    highest: int
    title: str
    message: str


@dataclass(frozen=True)
class Offered:
    """A column with a list to pick from; what is not in the list may be typed all the same."""

    column: int
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """Columns, first to last, in whose rows of our own nobody may type, and what people are told."""

    first: int
    last: int
    title: str
    message: str


@dataclass(frozen=True)
class Doubted:
    """As `Refused`, but whoever insists may type there all the same: in some rows it is a cell for people."""

    first: int
    last: int
    title: str
    message: str


Rule: TypeAlias = "Checked | Offered | Refused | Doubted"


@dataclass(frozen=True)
class Sheet:
    """One sheet, ready to be written.

    top: lines above the headings, one cell each.
    rows: read once, from the first to the last; `n_rows` of them, the first `n_our_rows` are not people's.
    headed: the columns' headings stand above the rows, stay in sight and are printed on each page.
    filtered: people can filter and sort the rows, though the sheet is locked.
    kept_columns: how many columns stay in sight at the left; printed_columns: how many go to paper (0: all).
    one_page: is made small enough for one page of paper.
    """

    name: str
    top: tuple[Cell, ...]
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    n_rows: int
    n_our_rows: int = 0
    headed: bool = True
    filtered: bool = False
    kept_columns: int = 0
    printed_columns: int = 0
    one_page: bool = False
    rules: tuple[Rule, ...] = field(default=())
    chart: Chart | None = None


def safe_text(text: str, *, keeps_lines: bool = False) -> str:
    """The same text, with what a sheet cannot hold replaced by something that can be seen, and not too long.

    Control characters become their pictures (␀ ␊ ␉), halves of characters and bytes that are no text become �,
    what is longer than a cell may be ends by saying how much is missing. A text from here comes back as it is.

    Args: keeps_lines: ends of lines and tabs stay, as in what people type into a cell.
    """
    control = _CONTROL_IN_LINE if keeps_lines else _CONTROL
    shown = control.sub(lambda found: "␡" if found[0] == "\x7f" else chr(0x2400 + ord(found[0])), text)
    shown = _UNSHOWABLE.sub("�", shown)
    if _units(shown) <= LONGEST_TEXT:
        return shown
    room = LONGEST_TEXT - len(_MISSING.format(count=len(shown)))
    kept = shown[:room]
    while _units(kept) > room:
        kept = kept[: len(kept) - max(1, (_units(kept) - room) // 2)]
    return kept + _MISSING.format(count=len(shown) - len(kept))


def wide(cell: Cell, columns: int) -> Row:
    """A cell over that many columns."""
    return (cell._replace(across=columns), *(None,) * (columns - 1))


def number(value: float, look: Look) -> Cell:
    """A number; one that is none (nan, infinite) is shown as a dash, because sheets cannot hold it."""
    return Cell(value, look) if math.isfinite(value) else Cell("–", Look.CENTRED)


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)
