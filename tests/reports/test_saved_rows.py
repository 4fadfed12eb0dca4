"""Rows are read as openpyxl reads them, whoever saved them and however they are spelled; traps are refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.formula import ArrayFormula

from reports import saved_rows
from reports.opening import opened
from tests.reports.people import needs_office, saved_by_libreoffice
from tests.reports.samples import eight
from tests.reports.test_merge import DAY, SHANGHAI
from tests.reports.test_workbook import HOSTILE, as_in_file, day_workbook

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


class NotReadError(ValueError):
    """What the tests ask to be raised."""


def read(data: bytes, *, computed: bool = False) -> list[dict[tuple[int, int], object]]:
    """All cells of all sheets by row and column."""
    with opened(data, NotReadError, "no workbook", computed=computed) as book:
        return [
            {(row, column): value for row, cells in book.rows(place) for column, value in cells}
            for place in range(len(book.names))
        ]


def read_by_openpyxl(data: bytes, *, computed: bool = False) -> list[dict[tuple[int, int], object]]:
    workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=computed)
    return [
        {(cell.row, cell.column): cell.value for row in sheet for cell in row if cell.value is not None}
        for sheet in workbook.worksheets
    ]


def plain(sheets: list[dict[tuple[int, int], object]]) -> list[dict[tuple[int, int], str]]:
    """By kind and digits: 1 is not True, and two formulas of an array are the same if their texts are."""
    return [
        {
            place: f"array {value.ref} {value.text}" if isinstance(value, ArrayFormula) else repr(value)
            for place, value in sheet.items()
        }
        for sheet in sheets
    ]


def all_kinds() -> bytes:
    """A workbook with every kind of cell that openpyxl can write."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    rich = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"), " and 中文")
    values: list[object] = [
        *(7, 7.5, -1, 0, 1e20, 1.5e-7, True, False, "text", "", " spaces ", "two\nlines", "#N/A", "=1+1", "=A1&B1"),
        *(date(2026, 11, 22), datetime(2026, 11, 22, 14, 5, 9), time(9, 30), timedelta(hours=26, minutes=30), rich),
        ArrayFormula("A30:A31", "=A1:A2*2"),
    ]
    for row, value in enumerate(values, start=1):
        sheet.cell(row, 1 + row % 3, value)  # type: ignore[arg-type]
    for row, text in enumerate([*HOSTILE, "x" * 32_767, "_x005F_x0041_"], start=1):
        target = sheet.cell(row, 30)
        target.value, target.data_type = as_in_file(text), "s"
    workbook.create_sheet("空")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def with_sheet(rows: str, shared: str = "") -> bytes:
    """A workbook whose first sheet has these rows, as XML, and these shared texts."""
    out, template = io.BytesIO(), io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.worksheets[0]["A1"] = date(2026, 11, 22)  # so that style 1 is a date
    workbook.save(template)
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>".encode()
            if name == "[Content_Types].xml" and b"sharedStrings" not in data:
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
                data = data.replace(b"</Types>", part.encode())
            if name != "xl/sharedStrings.xml":
                target.writestr(name, data)
        target.writestr("xl/sharedStrings.xml", f"<sst {NAMESPACE}>{shared}</sst>")
    return out.getvalue()


ODD_ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2"><v>7</v></c><c r="B2" s="0"><v>7.50</v></c><c r="C2"><v>1E2</v></c><c r="D2"/></row>'
    '<row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3" t="e"><v>#DIV/0!</v></c><c r="C3" t="str"><v>a</v></c></row>'
    '<row r="4"><c r="A4" s="1"><v>45000</v></c><c r="B4" s="1"><v>45000.25</v></c><c r="C4" s="1"><v>9e9</v></c></row>'
    '<row r="5"><c r="B5" t="inlineStr"><is><t>one</t></is></c><c r="C5" t="inlineStr"><is><r><t>t</t></r>'
    "<r><rPr><b/></rPr><t>wo</t></r></is></c><c r=\"D5\" t='inlineStr'/></row>"
    '<row r="6"><c r="A6"><f>SUM(A2:B2)</f><v>14.5</v></c><c r="B6" t="str"><f>A1</f><v>text</v></c>'
    '<c r="C6"><f t="shared" ref="C6:C7" si="0">A6*2</f><v>29</v></c></row>'
    '<row r="7"><c r="C7"><f t="shared" si="0"/><v>0</v></c><c r="D7" t="d"><v>2026-11-22T14:05:00</v></c></row>'
    '<row><c t="s"><v>0</v></c><c><v>3</v></c></row>'
    '<row r="12"><c r="AB12"><v>12</v></c></row>'
)
ODD_SHARED = "<si><t>first</t></si><si><r><t>se</t></r><r><t>cond</t></r></si><si><t xml:space='preserve"
ODD_SHARED += "'> third<!-- no --> </t><rPh sb='0' eb='1'><t>sound</t></rPh></si>"


@pytest.mark.filterwarnings("ignore:Cell C4 is marked as a date")
@pytest.mark.parametrize("computed", [False, True])
def test_every_kind_of_cell_is_read_as_openpyxl_reads_it(computed: bool) -> None:
    odd = with_sheet(ODD_ROWS, ODD_SHARED)
    for data in (all_kinds(), odd, day_workbook(eight(), DAY, "Ward 3", SHANGHAI, "zh")):
        assert plain(read(data, computed=computed)) == plain(read_by_openpyxl(data, computed=computed))
    cells = read(odd, computed=computed)[0]
    assert [cells[1, column] for column in (1, 2, 3)] == ["first", "second", " third "]
    assert (cells[6, 1], cells[7, 3]) == ((14.5, 0) if computed else ("=SUM(A2:B2)", "=A7*2"))


@pytest.mark.slow
@needs_office
def test_what_libreoffice_saved_is_read_as_openpyxl_reads_it(tmp_path: Path) -> None:
    for number, data in enumerate((all_kinds(), day_workbook(eight(), DAY, "Ward 3", SHANGHAI, "en"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        saved = saved_by_libreoffice(data, folder)
        for computed in (False, True):
            ours, theirs = (plain(each(saved, computed=computed)) for each in (read, read_by_openpyxl))
            # openpyxl drops from shared texts what protects a typed "_x0041_"
            assert [{at: text.replace("x005F_", "") for at, text in sheet.items()} for sheet in ours] == theirs


def test_a_file_of_another_form_is_named_and_what_to_do() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("META-INF/manifest.xml", "<x/>")
    for data, words in (
        (out.getvalue(), "ods.*save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "xls .*password"),
    ):
        with pytest.raises(NotReadError, match=words):
            read(data)


def test_rows_and_cells_in_any_order_are_all_read() -> None:
    rows = '<row r="5"><c r="C5"><v>3</v></c><c r="A5"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    assert read(with_sheet(rows))[0] == {(5, 3): 3, (5, 1): 1, (2, 2): 2}


def test_a_row_with_more_cells_than_there_can_be_is_refused() -> None:
    with pytest.raises(NotReadError, match="more than 200000 parts"):
        read(with_sheet('<row r="1">' + "<c/>" * (saved_rows.MOST_ELEMENTS + 1) + "</row>"))


@pytest.mark.slow
def test_more_rows_than_there_can_be_are_refused() -> None:
    with pytest.raises(NotReadError, match="more than 1048576 rows"):
        read(with_sheet("<row/>" * (saved_rows.MOST_ROWS + 1)))


def test_a_part_that_is_read_whole_may_not_be_large() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/styles.xml", bytes(20_000_000))
    with pytest.raises(NotReadError, match="20000000 bytes"):
        read(out.getvalue())


def test_a_million_laughs_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 20}">' for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    data = with_sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&h;</t></is></c></row>')
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, laughs.encode() + b"]>" + content if name.endswith("sheet1.xml") else content)
    with pytest.raises(NotReadError, match="ParseError"):
        read(out.getvalue())


def test_a_list_of_millions_of_parts_is_refused_before_it_fills_the_memory() -> None:
    """A file of some hundred kilobytes unpacks to one; whoever may save a workbook or the roster can make it."""
    text = f"<sst {NAMESPACE}>{'<x/>' * (saved_rows.MOST_PARTS + 10)}</sst>"

    with pytest.raises(saved_rows.OverfullError, match="more than 2000000 parts"):
        saved_rows.shared_texts(io.BytesIO(text.encode()))
