"""Rows of a sheet as the XML in which a workbook keeps them (pure).

A library makes an object of every cell, which for half a million cells takes most of a minute. A row is plain text:
ECMA-376, part 1, 18.3.1.73 (row), 18.3.1.4 (c), 18.18.11 (text that stands in its cell). Everything else of a workbook
is left to the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from reports.handwriting import number_text
from reports.painting import INDENTED, OPEN, WRAPPED
from reports.sheet import Cell, Look, Row, Value, safe_text
from reports.text_widths import text_lines

_LINE_PT = 13.5
_SURELY = 0.95  # of a column's width, for bold letters and for fonts that a machine has instead of ours
_MOST_LINES = 30  # a row may be 409 pt high; what is longer is read in the cell
_REMEMBERED_UNITS = 40  # longer texts seldom come twice
_MOST_REMEMBERED = 100_000
_SPELLING = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class PlacedNote:
    """A comment at a cell such as "B7"."""

    cell: str
    text: str


class Lines:
    """Writes the rows of one sheet; what belongs to its cells but stands elsewhere in the file is gathered on the way.

    Args: style: the number of a cell's style from its look and whether it has text. widths: of columns, characters.
    """

    def __init__(self, style: Callable[[Look, bool], int], widths: Sequence[float]) -> None:
        self.notes: list[PlacedNote] = []
        self.merged: list[str] = []
        self._style = style
        self._widths = widths
        self._letters = [get_column_letter(place) for place in range(1, len(widths) + 1)]
        self._remembered: dict[tuple[Value, Look], str] = {}

    def heads(self, rows: Iterable[Row], heights_pt: Sequence[float]) -> Iterator[str]:
        """The rows above the others, of these heights."""
        for number, (row, height_pt) in enumerate(zip(rows, heights_pt, strict=True), start=1):
            yield self._line(number, row, height_pt)

    def rows(self, rows: Iterable[Row], first: int) -> Iterator[str]:
        """The rows from that number on, each as high as its fullest cell."""
        for number, row in enumerate(rows, start=first):
            lines = self._lines(row)
            yield self._line(number, row, _LINE_PT * lines + 5 if lines > 1 else 0)

    def _line(self, number: int, row: Row, height_pt: float) -> str:
        tall = f' ht="{height_pt:g}" customHeight="1"' if height_pt else ""
        parts = [f'<row r="{number}"{tall}>']
        for place, cell in enumerate(row):
            if cell is not None:
                parts.append(f'<c r="{self._letters[place]}{number}"{self._content(cell)}')
                if cell.note or cell.across > 1:
                    parts.extend(self._besides(cell, place, number))
        parts.append("</row>")
        return "".join(parts)

    def _besides(self, cell: Cell, place: int, number: int) -> Iterator[str]:
        """Keeps a cell's note; the empty cells that it covers, which have its borders."""
        if cell.note:
            self.notes.append(PlacedNote(f"{self._letters[place]}{number}", spelled(cell.note)))
        covered = self._letters[place + 1 : place + cell.across]
        if covered:
            self.merged.append(f"{self._letters[place]}{number}:{covered[-1]}{number}")
        blank = self._content(Cell(None, cell.look))
        yield from (f'<c r="{letter}{number}"{blank}' for letter in covered)

    def _content(self, cell: Cell) -> str:
        """A cell from behind its address to its end."""
        key = (cell.value, cell.look)
        content = self._remembered.get(key)
        if content is None:
            content = self._written(cell.value, cell.look)
            if len(content) < _REMEMBERED_UNITS * 3 and len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[key] = content
        return content

    def _written(self, value: Value, look: Look) -> str:
        if value is None or value == "":  # an empty text would be a cell without content
            return f' s="{self._style(look, False)}"/>'
        if isinstance(value, str):
            text = spelled(safe_text(value, keeps_lines=look in OPEN))
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            style = self._style(look, True)
            return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        digits: float = to_excel(value) if isinstance(value, date | time) else value  # type: ignore[no-untyped-call]
        return f' s="{self._style(look, False)}"><v>{number_text(digits)}</v></c>'

    def _lines(self, row: Row) -> int:
        """How many lines the fullest cell of a row takes: not every program finds that out when it opens the file."""
        most = 1
        for place, cell in enumerate(row):
            if cell is None or not isinstance(cell.value, str) or cell.look not in WRAPPED:
                continue
            inside = sum(self._widths[place : place + cell.across]) - (2 if cell.look in INDENTED else 0.5)
            inside *= _SURELY
            if len(cell.value) * 2 > inside:
                most = max(most, _lines_of(cell.value, inside))
        return min(most, _MOST_LINES)


_lines_of = lru_cache(maxsize=4096)(text_lines)


def spelled(text: str) -> str:
    """A text in which "_x0041_" stays what it is: programs take it for a letter unless its first sign is spelled."""
    return _SPELLING.sub("_x005F_", text)
