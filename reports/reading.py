"""Reads a Record sheet back from the bytes of a workbook, whoever saved it last and whatever they moved (pure).

Rows are known by their record id, columns by their headings in either language: sorting, filtering, hiding and moving
do no harm. Everything comes back as text; the edition that the workbook carries says what its readers had before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from reports.columns import keys_by_heading
from reports.handwriting import TypedCell, number_text
from reports.headings import headings
from reports.notes import is_ours
from reports.opening import SavedBook, opened
from reports.saved_rows import SavedCell, SavedRow
from reports.words import LANGUAGES

EDITION = "PEEA edition"  # the name of the workbook's property
RECORD_ID_DIGITS = 12
_HEADING_WITHIN_ROWS = 40
_ID = re.compile(r"[0-9a-f]{12}")
_SPELLED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_DAYS = datetime(1899, 12, 31)
_NO_SHEET = "no workbook with a Record sheet"


class UnreadableWorkbookError(ValueError):
    """No Record sheet can be found in a file: damaged, half-saved, behind a password, or something else altogether."""


@dataclass(frozen=True)
class FoundRow:
    """A row below the headings. record_id: "" if it has none. cells: those with text."""

    record_id: str
    cells: tuple[TypedCell, ...]

    def text(self, column: str) -> str:
        """What stands in the cell of that column."""
        return next((cell.text for cell in self.cells if cell.column == column), "")


@dataclass(frozen=True)
class Found:
    """A Record sheet as it was found.

    edition: of the workbook, 0 if unknown. columns: the keys of those it has.
    besides: there is something in the workbook that only people put there and that has no place in the next edition:
    a sheet, a column, a comment.
    """

    edition: int
    columns: frozenset[str]
    rows: tuple[FoundRow, ...]
    besides: bool


def read_record_sheet(data: bytes) -> Found:
    """What is on the Record sheet of a workbook. Raises: UnreadableWorkbookError."""
    with opened(data, UnreadableWorkbookError, _NO_SHEET) as book:
        return _found(book)


def _found(book: SavedBook) -> Found:
    names = {title for language in LANGUAGES for title in _sheet_names(language)}
    besides = any(title not in names for title in book.names) or any(not is_ours(note) for note in book.comments())
    for place in sorted(range(len(book.names)), key=lambda place: book.names[place] not in names):
        lines = book.rows(place)
        has_above = False
        for number, cells in lines:
            if number > _HEADING_WITHIN_ROWS:
                break
            columns = _columns(cells)
            if {"record_id", "fingerprint"} <= set(columns.values()):
                rows, has_more = _rows(lines, columns)
                return Found(_edition(book), frozenset(columns.values()), rows, besides or has_above or has_more)
            has_above = has_above or any(column > 1 and _text(value).strip() for column, value in cells)
    raise UnreadableWorkbookError("no sheet has the headings of a Record sheet")


def _sheet_names(language: str) -> tuple[str, ...]:
    words = headings("zh" if language == "zh" else "en")
    return (words.record_sheet, words.day_sheet, words.timeline_sheet, words.trend_sheet, words.legend_sheet)


def _columns(cells: list[SavedCell]) -> dict[int, str]:
    """The keys of the columns under a line of headings, without those that are none of ours or come once more."""
    keys = keys_by_heading()
    found: dict[int, str] = {}
    for cell in cells:
        key = keys.get(_text(cell.value).strip(), "")
        if key and key not in found.values():
            found[cell.column] = key
    return found


def _rows(lines: Iterator[SavedRow], columns: dict[int, str]) -> tuple[tuple[FoundRow, ...], bool]:
    """The rows with text, and whether there is text outside the columns."""
    rows: list[FoundRow] = []
    has_more = False
    for _, line in lines:
        cells = []
        for column, value in line:
            text = _as_typed(value) if isinstance(value, str) else _text(value)
            if not text:
                continue
            key = columns.get(column)
            if key is None:
                has_more = True
            else:
                cells.append(TypedCell(key, text))
        if any(cell.text.strip() for cell in cells):
            rows.append(FoundRow(_record_id(cells), tuple(cells)))
    return tuple(rows), has_more


def _record_id(cells: list[TypedCell]) -> str:
    """By the id, or by the fingerprint that begins with it if the id was damaged."""
    for key in ("record_id", "fingerprint"):
        for cell in reversed(cells):  # they stand at the right
            if cell.column == key and _ID.fullmatch(beginning := cell.text.strip()[:RECORD_ID_DIGITS]):
                return beginning
    return ""


def _text(value: object) -> str:
    """A cell's content as text that can be written anywhere; an error and a formula are what was typed."""
    content = value.text if isinstance(value, ArrayFormula) else value
    if content is None or isinstance(content, DataTableFormula):
        return ""
    if isinstance(content, bool):
        return str(content).upper()
    if isinstance(content, int | float):
        return number_text(content)
    if isinstance(content, date | time):
        return _moment_text(content)
    if isinstance(content, timedelta):
        return _span_text(content)
    return _as_typed(str(content))


def _moment_text(moment: date | time) -> str:
    """2026-11-23, 14:05, or both; seconds only where there are any."""
    if isinstance(moment, datetime) and (moment.year, moment.month) == (1900, 1):
        return _span_text(moment - _NO_DAYS)  # 26:30 in a cell for times: a sheet takes it for its second day
    if isinstance(moment, datetime):
        day, clock = moment.date().isoformat(), moment.time()
        return f"{day} {_moment_text(clock)}" if clock != time() else day
    if isinstance(moment, time):
        return moment.isoformat("seconds" if moment.second else "minutes")
    return moment.isoformat()


def _span_text(span: timedelta) -> str:
    """26:30, as it was typed into a cell for times; seconds only where there are any."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def _as_typed(text: str) -> str:
    """Without what the file form does to a text: characters spelled as _x000D_, ends of lines in three fashions."""
    if "_x" not in text and "\r" not in text:
        return text
    spoken = _SPELLED.sub(lambda found: chr(int(found[1], 16)), text)
    whole = spoken.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def _edition(book: SavedBook) -> int:
    text = book.property_text(EDITION)
    return int(text) if text.isdecimal() else 0
