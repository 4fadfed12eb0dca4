"""What people do to a workbook on the ward's share, done with another reader and writer than ours."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

VAS, REMARKS, SIGNATURE, RECORD_ID = "Clinician's VAS 0–10", "Remarks", "Signature", "Record id"
SITE, CHARACTER, INTERVENTION, ROUTE = "Site", "Character", "Intervention", "Route"
DUE, RESCORE = "Reassess due", "Re-score 0–10"
HUMAN = (VAS, SITE, CHARACTER, INTERVENTION, ROUTE, DUE, RESCORE, SIGNATURE, REMARKS)
RECORD_SHEET_NAMES = ("Record", "记录")

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice: apt-get install it")


def edited(data: bytes, edit: Callable[[Worksheet], None]) -> bytes:
    """The workbook opened, changed on its Record sheet, and saved."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    edit(record_sheet(workbook))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def record_sheet(workbook: Workbook) -> Worksheet:
    return next(workbook[name] for name in RECORD_SHEET_NAMES if name in workbook.sheetnames)


def heading_row(sheet: Worksheet) -> int:
    return next(row for row in range(1, 20) if sheet.cell(row, 1).value in ("No.", "序号"))


def column(sheet: Worksheet, heading: str) -> int:
    return next(cell.column for cell in sheet[heading_row(sheet)] if cell.value == heading)


def row_of(sheet: Worksheet, record_id: str) -> int:
    place = column(sheet, RECORD_ID)
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, place).value == record_id)


def first_row(sheet: Worksheet) -> int:
    """The row of the first recording."""
    return heading_row(sheet) + 1


def next_row(sheet: Worksheet) -> int:
    """The first of the open rows below, in which nobody has written yet."""
    first = first_row(sheet)
    return next(row for row in range(first, first + 20_000) if all(cell.value is None for cell in sheet[row]))


def cell(sheet: Worksheet, record_id: str, heading: str) -> Cell:
    found = sheet.cell(row_of(sheet, record_id), column(sheet, heading))
    assert isinstance(found, Cell)
    return found


def typed(data: bytes, record_id: str, heading: str, value: object) -> bytes:
    """The workbook after somebody typed something into a cell; text is text, as the column's format wants it."""
    return all_typed(data, {(record_id, heading): value})


def all_typed(data: bytes, values: Mapping[tuple[str, str], object]) -> bytes:
    """As `typed`, into several cells, each named by record id and heading."""

    def put(sheet: Worksheet) -> None:
        for (record_id, heading), value in values.items():
            target = cell(sheet, record_id, heading)
            target.value = value  # type: ignore[assignment]
            if isinstance(value, str):
                target.data_type = "s"

    return edited(data, put)


@lru_cache(maxsize=4)
def looked_at(data: bytes) -> Worksheet:
    """The Record sheet, only to be read: opening a workbook is most of the time of these tests."""
    return record_sheet(openpyxl.load_workbook(io.BytesIO(data)))


def seen_in(data: bytes, record_id: str, heading: str) -> object:
    """What stands in a cell."""
    return cell(looked_at(data), record_id, heading).value


def comment_at(data: bytes, record_id: str, heading: str) -> str:
    """The comment beside a cell."""
    note = cell(looked_at(data), record_id, heading).comment
    return "" if note is None else str(note.text)


def sorted_backwards(sheet: Worksheet) -> None:
    """The rows in the opposite order, a filter on, every second row hidden."""
    first = heading_row(sheet) + 1
    rows = [[each.value for each in row] for row in sheet.iter_rows(min_row=first)]
    for place, row in enumerate(reversed(rows), start=first):
        for number, value in enumerate(row, start=1):
            target = sheet.cell(place, number)
            target.value = value
            if isinstance(value, str):
                target.data_type = "s"
        sheet.row_dimensions[place].hidden = place % 2 == 0
    sheet.auto_filter.add_filter_column(0, ["1"])


def saved_by_libreoffice(data: bytes, folder: Path) -> bytes:
    """The workbook opened and saved by LibreOffice."""
    source, out = folder / "sheet.xlsx", folder / "saved"
    source.write_bytes(data)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    subprocess.run(
        [*command, "--convert-to", "xlsx", "--outdir", str(out), str(source)], check=True, capture_output=True
    )
    return (out / "sheet.xlsx").read_bytes()
