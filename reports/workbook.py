"""Sheets written as an Excel workbook, the same bytes for the same records (the home of openpyxl)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.cells import record_sheet
from reports.day import day_sheet
from reports.handwriting import Handwriting
from reports.headings import headings
from reports.legend import legend_sheet
from reports.reading import EDITION
from reports.record import Record
from reports.sheet import PAINTS, Cell, Look, Row, Sheet, safe_text, text_lines
from reports.timeline import timeline_sheet
from reports.words import Language

_AUDIT: dict[Language, str] = {"en": "Audit", "zh": "审计"}
_FONTS: dict[Language, str] = {"en": "Arial", "zh": "Microsoft YaHei"}
_FORMATS: dict[Look, str] = {
    Look.WHOLE: "0",
    Look.TENTHS: "0.0",
    Look.SHARE: "0%",
    Look.DATE: "yyyy-mm-dd",
    Look.TIME: "hh:mm",
    Look.OPEN_NUMBER: "General",  # a score of 7.5 that somebody pasted must not look like 8
    Look.OPEN: "@",
}
_LEFT = {Look.TITLE, Look.STATEMENT, Look.WARNING, Look.SECTION, Look.PLAIN, Look.TEXT, Look.OPEN, Look.CODE}
_WRAPPED = {Look.TEXT, Look.CENTRED, Look.OPEN, Look.HEADING, Look.OPEN_HEADING, *PAINTS}
_LINE_PT = 13.5
_MOST_LINES = 30  # a row may be 409 pt high; what is longer is read in the cell
_INDENTED = {Look.TEXT, Look.OPEN, Look.CODE}
_UNFRAMED = {Look.TITLE, Look.STATEMENT, Look.WARNING, Look.SECTION, Look.PLAIN}
_OPEN = {Look.OPEN, Look.OPEN_NUMBER}
_BACKGROUNDS: dict[Look, str] = {
    Look.HEADING: "22394F",
    Look.OPEN_HEADING: "1D6A73",
    Look.OPEN: "E3F3F4",
    Look.OPEN_NUMBER: "E3F3F4",
    **{look: paint.background for look, paint in PAINTS.items()},
}
_INKS: dict[Look, str] = {
    Look.HEADING: "FFFFFF",
    Look.OPEN_HEADING: "FFFFFF",
    Look.WARNING: "A30000",
    Look.STATEMENT: "444444",
    **{look: paint.ink for look, paint in PAINTS.items()},
}
_SIZES = {Look.TITLE: 14, Look.SECTION: 12, Look.HEADING: 9, Look.OPEN_HEADING: 9}
_BOLD = {Look.TITLE, Look.WARNING, Look.HEADING, Look.OPEN_HEADING, Look.SECTION}
_NOTE_HIGH_PX, _NOTE_WIDE_PX = 140, 320
_SPELLING = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; the true time would make every file another


def day_workbook(
    records: Sequence[Record],
    day: date,
    ward: str,
    zone: ZoneInfo,
    language: Language,
    typed: Handwriting | None = None,
    audit_head: str = "",
) -> bytes:
    """A ward's day as an .xlsx file: sheets Record, Day, Timeline and Legend.

    The same arguments give the same bytes. Nothing is written to disk on the way.

    Args:    records: in the order of their rows. zone: in which `day` and the times on the sheets are meant.
             typed: what people typed into earlier editions of this workbook; None: nothing.
             audit_head: where the audit trail ended when the records were read; printed at the foot of each page.
    """
    typed = typed or Handwriting((), day)
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "PEEA"
    workbook.properties.title = f"PEEA {day.isoformat()}"
    workbook.properties.created = workbook.properties.modified = datetime.combine(day, time.min)
    painter = _Painter(_FONTS[language])
    edition = StringProperty(
        name=EDITION, value=str(typed.edition)
    )  # a text: numbers change their kind when saved again
    workbook.custom_doc_props.append(edition)  # type: ignore[attr-defined]
    builders = (day_sheet, timeline_sheet, legend_sheet)
    others = [build(records, day, ward, zone, language) for build in builders]
    for sheet in (record_sheet(records, day, ward, zone, language, typed), *others):
        _write(
            workbook, sheet, painter, headings(language).page, f"{_AUDIT[language]} {audit_head}" if audit_head else ""
        )
    file = io.BytesIO()
    with _TimelessZip(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()
    return file.getvalue()


class _Painter:
    """Makes cells of a look; the style of each look is worked out once, for a sheet has many cells."""

    def __init__(self, font: str) -> None:
        self._font = font
        self._models: dict[tuple[Look, bool], ExcelCell] = {}

    def cell(self, sheet: Worksheet, row: int, column: int, content: Cell) -> ExcelCell:
        """A cell of the sheet; text is text, whatever it begins with."""
        is_text = (
            isinstance(content.value, str) and content.value != ""
        )  # an empty text would be a cell without content
        model = self._models.get((content.look, is_text))
        if model is None:
            model = self._models[content.look, is_text] = self._model(sheet, content.look)
            # A leading apostrophe, as if typed: whoever edits the cell later still edits text, not a formula.
            model.quotePrefix = is_text
        style = model._style  # type: ignore[attr-defined]  # the fast way: a sheet has 300,000 cells
        painted = ExcelCell(sheet, row, column, style_array=style)
        if isinstance(content.value, str) and is_text:
            painted.value = _spelled(safe_text(content.value, keeps_lines=content.look in _OPEN))
            painted.data_type = "s"
        elif content.value != "":
            painted.value = content.value
        if content.note:
            painted.comment = Comment(_spelled(content.note), "PEEA", height=_NOTE_HIGH_PX, width=_NOTE_WIDE_PX)
        return painted

    def _model(self, sheet: Worksheet, look: Look) -> ExcelCell:
        model = ExcelCell(sheet, 1, 1)
        size = _SIZES.get(look, 10)
        model.font = Font(
            name=self._font, size=size, bold=look in _BOLD or look in PAINTS, color=_INKS.get(look, "1A1A1A")
        )
        if look in _BACKGROUNDS:
            model.fill = PatternFill("solid", fgColor=_BACKGROUNDS[look])
        if look not in _UNFRAMED:
            line = Side(style="thin", color="A6ACB3")
            model.border = Border(left=line, right=line, top=line, bottom=line)
        across = "left" if look in _LEFT else "center"
        model.alignment = Alignment(
            horizontal=across, vertical="center", wrap_text=look in _WRAPPED, indent=1 if look in _INDENTED else 0
        )
        model.protection = Protection(locked=look not in _OPEN)
        model.number_format = _FORMATS.get(look, "General")
        return model


def _spelled(text: str) -> str:
    """A text in which "_x0041_" stays what it is: programs take it for a letter unless its first sign is spelled."""
    return _SPELLING.sub("_x005F_", text)


def _write(workbook: Workbook, sheet: Sheet, painter: _Painter, page: str, audit_head: str) -> None:
    target = workbook.create_sheet(sheet.name)
    heading_row = len(sheet.top) + 1
    first_row = heading_row + 1 if sheet.headed else heading_row
    last_row = first_row + sheet.n_rows - 1
    _set_up(target, sheet, heading_row, last_row, page)
    if audit_head:
        target.oddFooter.right = _HeaderFooterPart(audit_head)
    target._writer = _MemoryWriter(target, _painted(target, sheet, painter))
    target._writer.write_top()


def _painted(target: Worksheet, sheet: Sheet, painter: _Painter) -> Iterator[list[ExcelCell]]:
    """The sheet's rows from the first line on, made when they are asked for, so that few are in memory at a time."""
    heads: list[Row] = [(line,) for line in sheet.top]
    if sheet.headed:
        heads.append(tuple(Cell(column.heading, _heading_look(column.open)) for column in sheet.columns))
    widths = [column.width for column in sheet.columns]
    for place, row in enumerate(chain(heads, sheet.rows), start=1):
        lines = _lines(row, widths) if place > len(heads) else 1
        if lines > 1:
            target.row_dimensions[place].height = _LINE_PT * lines + 3
        yield [painter.cell(target, place, n, content) for n, content in enumerate(row, start=1) if content is not None]


def _lines(row: Row, widths: Sequence[float]) -> int:
    """How many lines the fullest cell of a row takes: not every program finds that out when it opens the file."""
    most = 1
    for cell, width in zip(row, widths, strict=False):
        if cell is None or not isinstance(cell.value, str) or cell.look not in _WRAPPED:
            continue
        inside = width - (2 if cell.look in _INDENTED else 0.5)
        if len(cell.value) * 2 > inside:
            most = max(most, text_lines(cell.value, inside))
    return min(most, _MOST_LINES)


def _heading_look(is_open: bool) -> Look:
    return Look.OPEN_HEADING if is_open else Look.HEADING


def _set_up(target: Worksheet, sheet: Sheet, heading_row: int, last_row: int, page: str) -> None:
    """All that a sheet is besides its cells; what stands before the rows in the file has to be known first."""
    for place, column in enumerate(sheet.columns, start=1):
        target.column_dimensions[get_column_letter(place)].width = column.width
    for row in range(1, len(sheet.top) + 1):
        target.row_dimensions[row].height = 22 if row == 1 else 16
    target.sheet_view.showGridLines = False
    target.sheet_format.defaultRowHeight, target.sheet_format.customHeight = 17, True
    last_column = get_column_letter(len(sheet.columns))
    if sheet.headed:
        target.row_dimensions[heading_row].height = 50 if sheet.filtered else 18
        target.freeze_panes = f"{get_column_letter(sheet.kept_columns + 1)}{heading_row + 1}"
    if sheet.filtered:
        target.auto_filter.ref = f"A{heading_row}:{last_column}{max(last_row, heading_row)}"
    _protect(target)
    _check(target, sheet, heading_row + 1, last_row)
    _print(target, sheet, heading_row, max(last_row, heading_row), page)


def _protect(target: Worksheet) -> None:
    """Locked against a slip of the hand, not against intent: no password, and filtering stays allowed."""
    protection = target.protection
    protection.sheet = True
    protection.autoFilter = protection.sort = protection.formatColumns = protection.formatRows = False


def _check(target: Worksheet, sheet: Sheet, first_row: int, last_row: int) -> None:
    for checked in sheet.checked:
        if last_row < first_row:
            continue
        rule = DataValidation(
            type="whole",
            operator="between",
            formula1=str(checked.lowest),
            formula2=str(checked.highest),
            allow_blank=True,
        )
        rule.showErrorMessage, rule.errorStyle = True, "stop"
        rule.errorTitle, rule.error = checked.title, checked.message
        letter = get_column_letter(checked.column + 1)
        rule.add(f"{letter}{first_row}:{letter}{last_row}")
        target.data_validations.append(rule)


def _print(target: Worksheet, sheet: Sheet, heading_row: int, last_row: int, page: str) -> None:
    """A4 across, one page wide, the lines above the rows repeated on each page, the page counted at its foot."""
    setup = target.page_setup
    setup.orientation, setup.paperSize = "landscape", 9
    setup.fitToWidth, setup.fitToHeight = 1, int(sheet.one_page)
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = target.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.4, 0.6, 0.2, 0.3
    target.print_title_rows = f"1:{heading_row if sheet.headed else len(sheet.top)}"
    last_column = get_column_letter(sheet.printed_columns or len(sheet.columns))
    target.print_area = f"A1:{last_column}{last_row}"
    target.oddFooter = HeaderFooterItem(left=_HeaderFooterPart("PEEA"), center=_HeaderFooterPart(page))


class _MemoryWriter(WorksheetWriter):
    """Keeps the sheet in memory: the library's own would leave patients' rows in a temporary file after a crash."""

    def __init__(self, sheet: Worksheet, painted: Iterator[list[ExcelCell]]) -> None:
        super().__init__(sheet, io.BytesIO())
        self._painted = painted

    def rows(self) -> Iterator[tuple[int, list[ExcelCell]]]:  # type: ignore[override]  # one by one, not all
        """Each row with its number from 1."""
        return enumerate(self._painted, start=1)

    def cleanup(self) -> None:
        """Nothing is on disk, so nothing has to go."""


class _TimelessZip(ZipFile):
    """A zip whose entries all bear the same time, so that the same content is the same file."""

    def writestr(self, name: str, data: str | bytes) -> None:  # type: ignore[override]
        """Add an entry of text or bytes."""
        entry = ZipInfo(name, _ZIP_TIME)
        entry.compress_type = ZIP_DEFLATED
        super().writestr(entry, data)

    def write(self, source: io.BytesIO, name: str) -> None:  # type: ignore[override]
        """Add a sheet that `_MemoryWriter` has kept."""
        self.writestr(name, source.getvalue())
