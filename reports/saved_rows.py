"""The rows of a sheet in a saved workbook: the same values that openpyxl reads, in a third of its time.

The library makes an object of every cell and asks of each what it is in many ways. Nearly all cells of our sheets are a
text or a plain number, and those are taken straight from the XML (ECMA-376, part 1, 18.3.1.4 and 18.4.8); every other
cell is left to the library's own parser. That both read the same is tests/reports/test_saved_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from openpyxl.cell.text import Text
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.workbook import Workbook
from openpyxl.worksheet._reader import CELL_TAG, INLINE_STRING, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

MOST_ROWS = 1_048_576  # more no program can show
MOST_ELEMENTS = 200_000  # between two rows, or after the last: notes of a library, rules, links, covered cells
MOST_PARTS = 2_000_000  # of a list of texts or comments: ten times those of a day of 10,000 recordings
_TEXT_TAG = f"{{{SHEET_MAIN_NS}}}t"
_SHARED_TAG = f"{{{SHEET_MAIN_NS}}}si"
_DIGITS = "0123456789"


class OverfullError(ValueError):
    """A sheet or a list of texts has more in it than any program could have put there."""


class SavedCell(NamedTuple):
    """A cell with something in it. column: from 1. value: as openpyxl gives it; a formula as its text, if it was asked.

    A text that is empty is a value too.
    """

    column: int
    value: object


SavedRow: TypeAlias = "tuple[int, list[SavedCell]]"  # its number, from 1, and its cells in the order of the file


def shared_texts(source: IO[bytes]) -> list[str]:
    """The texts of a workbook that stand apart from the sheets, as they are spelled there.

    The library's own reader drops what protects a typed "_x0041_". Raises: OverfullError; what a parser of XML raises.
    """
    texts: list[str] = []
    for node in parts_of(source):
        if node.tag == _SHARED_TAG:
            texts.append(_text_in(node))
            node.clear()
    return texts


def parts_of(source: IO[bytes]) -> Iterator[Element]:
    """The elements of a list, each when it is whole. Raises: OverfullError: what they are made of fills the memory."""
    for number, (_, node) in enumerate(iterparse(source)):
        if number >= MOST_PARTS:
            raise OverfullError(f"a list of texts or comments has more than {MOST_PARTS} parts")
        yield node


class SavedRows(WorkSheetParser):
    """Reads the rows of one sheet.

    Args: workbook: whose styles say which numbers are dates. shared: its shared texts.
          computed: the last result of a formula is read, not the formula.
    """

    def __init__(self, source: IO[bytes], workbook: Workbook, shared: Sequence[str], *, computed: bool) -> None:
        super().__init__(
            source,
            shared,
            data_only=computed,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,  # type: ignore[attr-defined]
            timedelta_formats=workbook._timedelta_formats,  # type: ignore[attr-defined]
        )
        self._source = source
        self._shared = shared
        self._dates = frozenset(str(style) for style in workbook._date_formats)  # type: ignore[attr-defined]
        self._columns: dict[str, int] = {}

    def rows(self) -> Iterator[SavedRow]:
        """All rows in the order of the file, read to the sheet's end.

        Raises: OverfullError; what a parser of XML and the library raise over a damaged sheet.
        """
        n_rows = n_elements = 0
        for _, element in iterparse(self._source):
            n_elements += 1
            if element.tag == ROW_TAG:
                n_rows, n_elements = n_rows + 1, 0
                if n_rows > MOST_ROWS:
                    raise OverfullError(f"a sheet has more than {MOST_ROWS} rows")
                yield self._row(element)
                element.clear()
            elif n_elements > MOST_ELEMENTS:
                raise OverfullError(f"a row, or what stands beside the rows, has more than {MOST_ELEMENTS} parts")

    def _row(self, row: Element) -> SavedRow:
        number = row.get("r")
        self.row_counter = self.row_counter + 1 if number is None else int(float(number))
        self.col_counter = 0
        cells = []
        for cell in row:
            coordinate = cell.get("r")
            column = self._column(coordinate) if coordinate else self.col_counter + 1
            value = self._value(cell)
            self.col_counter = column
            if value is not None:
                cells.append(SavedCell(column, value))
        return self.row_counter, cells

    def _column(self, coordinate: str) -> int:
        letters = coordinate.rstrip(_DIGITS)
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = coordinate_to_tuple(coordinate)[1]
        return column

    def _value(self, cell: Element) -> object:
        """What is in a cell; None if nothing is."""
        if len(cell) == 0:
            return None
        kind, first = cell.get("t", "n"), cell[0]
        if len(cell) == 1 and cell.tag == CELL_TAG:
            if first.tag == INLINE_STRING and kind == "inlineStr":
                return _text_in(first)
            if first.tag == VALUE_TAG and first.text:
                if kind == "s":
                    return self._shared[int(first.text)]
                if kind == "n" and cell.get("s") not in self._dates:
                    return _number(first.text)
                if kind in ("str", "e"):
                    return first.text
        return self.parse_cell(cell)["value"]


def _number(digits: str) -> int | float:
    return float(digits) if "." in digits or "e" in digits or "E" in digits else int(digits)


def _text_in(node: Element) -> str:
    """The text of a cell or of a shared text, without its looks: one part, or several of different looks."""
    if len(node) == 1 and node[0].tag == _TEXT_TAG:
        return node[0].text or ""
    text = Text.from_tree(node)  # type: ignore[arg-type]
    return text.content if text else ""
