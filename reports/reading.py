"""Reads a Record sheet back from the bytes of a workbook, whoever saved it last and whatever they moved (pure).

Rows are known by their record id, columns by their headings in either language: sorting, filtering, hiding and moving
do no harm. Everything comes back as text; the edition that the workbook carries says what its readers had before them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zipfile import ZipFile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from reports.columns import keys_by_heading
from reports.handwriting import TypedCell, number_text
from reports.headings import headings
from reports.notes import is_ours
from reports.opening import check_size, told
from reports.words import LANGUAGES

EDITION = "PEEA edition"  # the name of the workbook's property
RECORD_ID_DIGITS = 12
_HEADING_WITHIN_ROWS = 40
_ID = re.compile(r"[0-9a-f]{12}")
_COMMENTS = re.compile(r"(threaded)?comments?[^/]*\.xml", re.IGNORECASE)
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
    with told(UnreadableWorkbookError, _NO_SHEET):
        check_size(data, UnreadableWorkbookError)
        reader = _Reader(io.BytesIO(data), read_only=True, keep_links=False)
        reader.read()
        try:
            return _found(reader.wb, data)
        finally:
            reader.archive.close()


class _Reader(ExcelReader):
    """Takes shared texts as they are: the library's own reader drops what protects a typed "_x0041_"."""

    def read_strings(self) -> None:
        """Fill the list of shared texts."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    text = Text.from_tree(node)
                    self.shared_strings.append(text.content if text else "")
                    node.clear()


def _found(workbook: Workbook, data: bytes) -> Found:
    names = {title for language in LANGUAGES for title in _sheet_names(language)}
    besides = any(title not in names for title in workbook.sheetnames) or _has_comments_of_people(data)
    for sheet in sorted(workbook.worksheets, key=lambda each: each.title not in names):
        sheet.reset_dimensions()
        lines = sheet.iter_rows(values_only=True)
        for place, line in enumerate(lines):
            columns = _columns(line)
            if {"record_id", "fingerprint"} <= set(columns):
                rows, has_more = _rows(lines, columns)
                return Found(_edition(workbook), frozenset(columns) - {""}, rows, besides or has_more)
            if place >= _HEADING_WITHIN_ROWS:
                break
    raise UnreadableWorkbookError("no sheet has the headings of a Record sheet")


def _sheet_names(language: str) -> tuple[str, ...]:
    words = headings("zh" if language == "zh" else "en")
    return (words.record_sheet, words.day_sheet, words.timeline_sheet, words.trend_sheet, words.legend_sheet)


def _columns(line: tuple[object, ...]) -> tuple[str, ...]:
    """The keys of the columns under a line of headings; "" where a heading is none of ours, or comes once more."""
    keys = keys_by_heading()
    found: list[str] = []
    for value in line:
        key = keys.get(_text(value).strip(), "")
        found.append("" if key in found else key)
    return tuple(found)


def _rows(lines: Iterator[tuple[object, ...]], columns: tuple[str, ...]) -> tuple[tuple[FoundRow, ...], bool]:
    """The rows with text, and whether there is text outside the columns."""
    rows: list[FoundRow] = []
    has_more = False
    for line in lines:
        cells = []
        for place, value in enumerate(line):
            text = _text(value) if value is not None else ""
            if not text:
                continue
            key = columns[place] if place < len(columns) else ""
            has_more = has_more or not key
            if key:
                cells.append(TypedCell(key, text))
        if any(cell.text.strip() for cell in cells):
            rows.append(FoundRow(_record_id(cells), tuple(cells)))
    return tuple(rows), has_more


def _record_id(cells: list[TypedCell]) -> str:
    """By the id, or by the fingerprint that begins with it if the id was damaged."""
    for key in ("record_id", "fingerprint"):
        for cell in cells:
            beginning = cell.text.strip()[:RECORD_ID_DIGITS]
            if cell.column == key and _ID.fullmatch(beginning):
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
    spoken = _SPELLED.sub(lambda found: chr(int(found[1], 16)), text)
    whole = spoken.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def _edition(workbook: Workbook) -> int:
    for item in workbook.custom_doc_props.props:  # type: ignore[attr-defined]
        if item.name == EDITION and str(item.value).isdecimal():
            return int(item.value)
    return 0


def _has_comments_of_people(data: bytes) -> bool:
    with ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not _COMMENTS.fullmatch(name.rsplit("/", 1)[-1]):
                continue
            with archive.open(name) as source:
                for _, node in iterparse(source):
                    tag = node.tag.rsplit("}", 1)[-1]
                    if tag in ("comment", "threadedComment") and not is_ours("".join(node.itertext())):
                        return True
    return False
