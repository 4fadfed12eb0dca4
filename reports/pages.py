"""Pages with tables and pictures, written as an Excel workbook: result sheets and agreement (openpyxl).

Unlike a day's sheets (`workbook`) they are short, nobody types into them, and a row of one cell is a line across the
page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.headings import headings
from reports.painting import FONTS, Painter
from reports.sheet import Cell, Look, Row, safe_text
from reports.text_widths import text_lines
from reports.words import Language

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; the true time would make every file another
_LINE_PT, _LARGE_PT, _PX_TO_PT = 13.5, 16, 0.75
_MOST_LINES = 30
_ACROSS = {Look.TITLE, Look.STATEMENT, Look.WARNING, Look.PLAIN}


@dataclass(frozen=True)
class Picture:
    """A PNG below the row that stands before it, shown at this size."""

    png: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Large:
    """A row in large letters."""

    row: Row


@dataclass(frozen=True)
class Page:
    """One sheet: its name, the widths of its columns in characters, and what stands on it from top to bottom.

    one_page: is made small enough for one page of paper. n_heads: rows that stay in sight and are on each page.
    """

    name: str
    widths: tuple[float, ...]
    content: tuple[Row | Large | Picture, ...]
    landscape: bool = False
    one_page: bool = True
    n_heads: int = 0


def pages_workbook(pages: Sequence[Page], title: str, at: datetime, language: Language) -> bytes:
    """The pages as an .xlsx file; the same arguments give the same bytes. at: what the file says of its making."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.creator, workbook.properties.title = "PEEA", safe_text(title)
    workbook.properties.created = workbook.properties.modified = at.replace(tzinfo=None, microsecond=0)
    painter = Painter(language)
    for page in pages:
        _write(workbook.create_sheet(page.name), page, painter, language)
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()
    return _timeless(written)


def _write(target: Worksheet, page: Page, painter: Painter, language: Language) -> None:
    for place, width in enumerate(page.widths, start=1):
        target.column_dimensions[get_column_letter(place)].width = width
    row = 1
    for item in page.content:
        if isinstance(item, Picture):
            image = Image(io.BytesIO(item.png))
            image.width, image.height = item.width_px, item.height_px
            target.add_image(image, f"A{row}")
            target.row_dimensions[row].height = item.height_px * _PX_TO_PT + 6
        elif isinstance(item, Large):
            _row(target, row, item.row, page, painter)
            for cell in target[row]:
                cell.font = Font(name=FONTS[language], size=_LARGE_PT, bold=True, color=cell.font.color)
            target.row_dimensions[row].height = 34
        else:
            _row(target, row, item, page, painter)
        row += 1
    _set_up(target, page, row - 1, language)


def _row(target: Worksheet, row: int, cells: Row, page: Page, painter: Painter) -> None:
    lines = 1
    alone = len(cells) == 1 and cells[0] is not None and cells[0].look in _ACROSS
    for place, content in enumerate(cells, start=1):
        if content is None:
            continue
        cell = _painted(target, row, place, content, painter)
        width = sum(page.widths) if alone else page.widths[place - 1]
        if isinstance(content.value, str) and (alone or cell.alignment.wrap_text):
            scale = 1.45 if content.look is Look.TITLE else 1.08
            lines = max(lines, min(_MOST_LINES, text_lines(content.value, (width - 2) / scale)))
    if alone:
        target.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(page.widths))
        target.cell(row, 1).alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    is_title = alone and cells[0] is not None and cells[0].look is Look.TITLE
    target.row_dimensions[row].height = (22 if is_title else _LINE_PT) * lines + (1 if lines > 1 else 3)


def _painted(target: Worksheet, row: int, column: int, content: Cell, painter: Painter) -> ExcelCell:
    is_text = isinstance(content.value, str)
    cell = ExcelCell(target, row, column)
    target._cells[row, column] = cell  # what target.cell does, which might also give a part of a merged cell
    styles = target.parent._cell_styles  # type: ignore[union-attr]
    cell._style = copy(styles[painter.style(target, content.look, is_text)])  # type: ignore[attr-defined]
    if isinstance(content.value, str):
        cell.value = safe_text(content.value)
        cell.data_type = "s"  # text is text, whatever it begins with
    else:
        cell.value = content.value
    return cell


def _set_up(target: Worksheet, page: Page, last_row: int, language: Language) -> None:
    target.sheet_view.showGridLines = False
    target.protection.sheet = True
    target.page_setup.orientation = "landscape" if page.landscape else "portrait"
    target.page_setup.paperSize = 9
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = 1, int(page.one_page)
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = target.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.6, 0.2, 0.3
    if page.n_heads:
        target.freeze_panes, target.print_title_rows = f"A{page.n_heads + 1}", f"1:{page.n_heads}"
    target.print_area = f"A1:{get_column_letter(len(page.widths))}{max(last_row, 1)}"
    target.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("PEEA"), center=_HeaderFooterPart(headings(language).page)
    )


def _timeless(written: io.BytesIO) -> bytes:
    """The same archive with one time for all of its entries, so that the same content is the same file."""
    out = io.BytesIO()
    with ZipFile(written) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, _ZIP_TIME)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()


def across(text: str, look: Look = Look.PLAIN) -> Row:
    """A line across the page."""
    return (Cell(text, look),)
