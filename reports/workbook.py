"""Sheets written as an Excel workbook, the same bytes for the same records (the home of openpyxl)."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import partial
from xml.etree.ElementTree import Element, SubElement
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.text import Text
from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import SheetDimension
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.cells import record_sheet
from reports.completing import completed
from reports.day import day_sheet
from reports.drawing import drawn, high_cm, own_formats
from reports.handwriting import Handwriting
from reports.headings import headings
from reports.legend import legend_sheet
from reports.lines import Lines
from reports.painting import Painter
from reports.reading import EDITION
from reports.record import Record
from reports.sheet import Cell, Checked, Doubted, Look, Offered, Refused, Row, Rule, Sheet
from reports.timeline import timeline_sheet
from reports.trend import Graded, trend_sheet
from reports.words import Language

_AUDIT: dict[Language, str] = {"en": "Audit", "zh": "审计"}
_NOTE_PX = (320, 140)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; the true time would make every file another
_NO_ROWS = re.compile(rb"<sheetData ?/>")
_TITLE_PT, _TOP_PT, _HEADING_PT, _LOW_HEADING_PT = 22.0, 16.0, 50.0, 28.0
_ROW_PT = 17
_FEW_ROWS = 12  # a chart below more of them gets a page of its own
_ROW_CM = _ROW_PT / 72 * 2.54
_ROWS_AT_ONCE = 1000


def day_workbook(
    records: Sequence[Record],
    day: date,
    ward: str,
    zone: ZoneInfo,
    language: Language,
    typed: Handwriting | None = None,
    audit_head: str = "",
    earlier: Sequence[Graded] = (),
) -> bytes:
    """A ward's day as an .xlsx file: sheets Record, Day, Timeline, Trend and Legend.

    The same arguments give the same bytes. Nothing is written to disk on the way.

    Args:    records: in the order of their rows. zone: in which `day` and the times on the sheets are meant.
             typed: what people typed into earlier editions of this workbook; None: nothing.
             audit_head: where the audit trail ended when the records were read; printed at the foot of each page.
             earlier: the grades of the days before, of the patients that `reports.trend.patients_of` names.
    """
    typed = typed or Handwriting((), day)
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "PEEA"
    workbook.properties.title = f"PEEA {day.isoformat()}"
    workbook.properties.created = workbook.properties.modified = datetime.combine(day, time.min)
    painter = Painter(language)
    edition = StringProperty(
        name=EDITION, value=str(typed.edition)
    )  # a text: numbers change their kind when saved again
    workbook.custom_doc_props.append(edition)  # type: ignore[attr-defined]
    foot = f"{_AUDIT[language]} {audit_head}" if audit_head else ""
    whole = [completed(record, typed) for record in records]
    for sheet in (
        record_sheet(records, day, ward, zone, language, typed),
        day_sheet(whole, day, ward, zone, language),
        timeline_sheet(whole, day, ward, zone, language),
        trend_sheet(whole, earlier, day, ward, zone, language),
        legend_sheet(whole, day, ward, zone, language),
    ):
        _write(workbook, sheet, painter, headings(language).page, foot)
    file = io.BytesIO()
    with _TimelessZip(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()
    return file.getvalue()


def _write(workbook: Workbook, sheet: Sheet, painter: Painter, page: str, audit_head: str) -> None:
    target = workbook.create_sheet(sheet.name)
    heading_row = len(sheet.top) + 1
    first_row = heading_row + 1 if sheet.headed else heading_row
    _set_up(target, sheet, heading_row, first_row + sheet.n_rows - 1, page)
    if audit_head:
        target.oddFooter.right = _HeaderFooterPart(audit_head)
    if sheet.chart is not None:
        printed = sheet.columns[: sheet.printed_columns or None]
        wide_cm = sum(column.width * 7 + 5 for column in printed) / 96 * 2.54  # a digit is 7 px wide, of 96 an inch
        target.add_chart(drawn(sheet.chart, target, first_row, wide_cm), f"A{first_row + sheet.n_rows + 1}")
    target._writer = _SheetWriter(target, sheet, painter)
    target._writer.write_top()


def _heading_look(is_open: bool) -> Look:
    return Look.OPEN_HEADING if is_open else Look.HEADING


def _set_up(target: Worksheet, sheet: Sheet, heading_row: int, last_row: int, page: str) -> None:
    """All that a sheet is besides its cells; what stands before the rows in the file has to be known first."""
    for place, column in enumerate(sheet.columns, start=1):
        target.column_dimensions[get_column_letter(place)].width = column.width
    target.sheet_view.showGridLines = False
    target.sheet_format.defaultRowHeight, target.sheet_format.customHeight = _ROW_PT, True
    last_column = get_column_letter(len(sheet.columns))
    if sheet.headed:
        target.freeze_panes = f"{get_column_letter(sheet.kept_columns + 1)}{heading_row + 1}"
    if sheet.filtered:
        target.auto_filter.ref = f"A{heading_row}:{last_column}{max(last_row, heading_row)}"
    _protect(target)
    for rule in sheet.rules:
        _check(target, rule, heading_row + 1, last_row, heading_row + sheet.n_our_rows)
    if sheet.chart is not None and sheet.n_rows > _FEW_ROWS and not sheet.one_page:
        target.row_breaks.append(Break(id=last_row))
    below = 0 if sheet.chart is None else 2 + math.ceil(high_cm(sheet.chart) / _ROW_CM)
    _print(target, sheet, heading_row, max(last_row, heading_row) + below, page)


def _protect(target: Worksheet) -> None:
    """Locked against a slip of the hand, not against intent: no password, and filtering stays allowed."""
    protection = target.protection
    protection.sheet = True
    protection.autoFilter = protection.sort = protection.formatColumns = protection.formatRows = False


def _check(target: Worksheet, rule: Rule, first_row: int, last_row: int, last_of_ours: int) -> None:
    """What a program says when somebody types, and the list that it offers."""
    match rule:
        case Checked(column, lowest, highest, title, message):
            said = DataValidation(type="whole", operator="between", formula1=str(lowest), formula2=str(highest))
            said.showErrorMessage, said.errorStyle, said.errorTitle, said.error = True, "stop", title, message
            first, last = column, column
        case Offered(column, choices):
            said = DataValidation(type="list", formula1=f'"{",".join(choices)}"')
            said.showErrorMessage = False
            first, last = column, column
        case Refused(first, last, title, message) | Doubted(first, last, title, message):
            said = DataValidation(type="custom", formula1="FALSE")
            said.errorStyle = "stop" if isinstance(rule, Refused) else "warning"
            said.showErrorMessage, said.errorTitle, said.error = True, title, message
            last_row = last_of_ours
    said.allowBlank = True
    if last_row >= first_row:
        said.add(f"{get_column_letter(first + 1)}{first_row}:{get_column_letter(last + 1)}{last_row}")
        target.data_validations.append(said)


def _print(target: Worksheet, sheet: Sheet, heading_row: int, last_row: int, page: str) -> None:
    """A4 across, one page wide, the lines above the rows repeated on each page, the page counted at its foot."""
    setup = target.page_setup
    setup.orientation, setup.paperSize = "landscape", 9
    setup.fitToWidth, setup.fitToHeight = 1, int(sheet.one_page)
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = target.page_margins
    margins.left = margins.right = 0.25
    margins.top, margins.bottom, margins.header, margins.footer = 0.4, 0.6, 0.2, 0.3
    target.print_title_rows = f"1:{heading_row if sheet.headed else len(sheet.top)}"
    last_column = get_column_letter(sheet.printed_columns or len(sheet.columns))
    target.print_area = f"A1:{last_column}{last_row}"
    target.oddFooter = HeaderFooterItem(left=_HeaderFooterPart("PEEA"), center=_HeaderFooterPart(page))


class _SheetFile(io.BytesIO):
    """A sheet in memory whose rows are kept apart: `rows` belong into the place of its empty element for rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[str] = []


class _SheetWriter(WorksheetWriter):
    """Writes rows itself, and all into memory: the library's own would leave patients' rows in a file after a crash."""

    def __init__(self, target: Worksheet, sheet: Sheet, painter: Painter) -> None:
        self._file = _SheetFile()
        super().__init__(target, self._file)
        self._target = target
        self._sheet = sheet
        self._lines = Lines(partial(painter.style, target), [column.width for column in sheet.columns])

    def write_dimensions(self) -> None:
        """How large the sheet is; programs go through all of it otherwise, only to find out."""
        n_rows = len(self._sheet.top) + int(self._sheet.headed) + self._sheet.n_rows
        area = f"A1:{get_column_letter(len(self._sheet.columns))}{n_rows}"
        self.xf.send(SheetDimension(area).to_tree())

    def write_rows(self) -> None:
        """All rows; comments and merged cells are handed to the sheet, which writes them behind the rows."""
        sheet, lines = self._sheet, self._lines
        heads: list[Row] = [(line,) for line in sheet.top]
        heights_pt = [_TITLE_PT, *[_TOP_PT] * (len(heads) - 1)][: len(heads)]
        if sheet.headed:
            heads.append(tuple(Cell(column.heading, _heading_look(column.is_open)) for column in sheet.columns))
            heights_pt.append(_HEADING_PT if sheet.filtered else _LOW_HEADING_PT)
        self._file.rows.extend(lines.heads(heads, heights_pt))
        self._file.rows.extend(lines.rows(sheet.rows, len(heads) + 1))
        for note in lines.notes:
            self._target._comments.append(  # type: ignore[attr-defined]
                CommentRecord(note.cell, text=Text(t=note.text), author="PEEA", height=_NOTE_PX[1], width=_NOTE_PX[0])
            )
        for place in lines.merged:
            self._target.merged_cells.add(place)
        self.xf.send(Element("sheetData"))

    def write_protection(self) -> None:
        """The lock, and the rows that people may sort: a program sorts no locked cell outside such a range."""
        super().write_protection()
        if self._sheet.filtered:
            ranges = Element("protectedRanges")
            SubElement(ranges, "protectedRange", name="rows", sqref=self._target.auto_filter.ref)
            self.xf.send(ranges)

    def cleanup(self) -> None:
        """Nothing is on disk, so nothing has to go."""


class _TimelessZip(ZipFile):
    """A zip whose entries all bear the same time, so that the same content is the same file."""

    def writestr(self, name: str, data: str | bytes) -> None:  # type: ignore[override]
        """Add an entry of text or bytes."""
        content = data.encode() if isinstance(data, str) else data
        super().writestr(_timeless(name), own_formats(content) if name.startswith("xl/charts/") else content)

    def write(self, source: _SheetFile, name: str) -> None:  # type: ignore[override]
        """Add a sheet that `_SheetWriter` has kept."""
        before, after = _NO_ROWS.split(source.getvalue())
        with self.open(_timeless(name), "w") as entry:
            entry.write(before + b"<sheetData>")
            for place in range(0, len(source.rows), _ROWS_AT_ONCE):
                entry.write("".join(source.rows[place : place + _ROWS_AT_ONCE]).encode())
            entry.write(b"</sheetData>" + after)


def _timeless(name: str) -> ZipInfo:
    entry = ZipInfo(name, _ZIP_TIME)
    entry.compress_type = ZIP_DEFLATED
    return entry
