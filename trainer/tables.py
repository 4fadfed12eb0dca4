"""Reads a table of text from CSV or Excel, as people save them: commas, semicolons or tabs, and blank lines kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from reports.opening import opened
from trainer.lines import ListError

BOOKS = frozenset({".xlsx", ".xlsm"})
MOST_ROWS = 200_000


def read_table(path: Path) -> pd.DataFrame:
    """The table, every cell a text, "" where there is nothing.

    Raises:
        ListError: there is no such file, or it cannot be read.
    """
    if not path.is_file():
        raise ListError(f"there is no list {path}: name a CSV or Excel file with the columns file, patient and grade")
    try:
        if path.suffix.lower() in BOOKS:
            return _table_of_book(path)
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline()
        mark = max(",;\t", key=head.count)
        # blank lines are kept, so that messages can number lines as an editor does
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=mark, skip_blank_lines=False
        )
        return _without_ends(table.fillna(""), mark)
    except (ValueError, OSError, KeyError) as problem:
        raise ListError(f"{path} is no list that can be read ({problem}): save it as CSV (UTF-8) or .xlsx") from problem


def _without_ends(table: pd.DataFrame, mark: str) -> pd.DataFrame:
    """The table; where each line ends in a separator that the first has not, pandas reads all one column off.

    Raises:
        ValueError: lines have more cells than the first line has names.
    """
    if isinstance(table.index, pd.RangeIndex):
        return table
    if isinstance(table.index, pd.MultiIndex) or table.iloc[:, -1].str.strip().any():
        raise ValueError(f"lines have more cells than the first line; put quotes around a cell that holds a {mark!r}")
    names = list(table.columns)
    return table.reset_index().iloc[:, : len(names)].fillna("").set_axis(names, axis=1)


def _table_of_book(path: Path) -> pd.DataFrame:
    """The first sheet of a workbook; its first row names the columns, and blank rows are kept."""
    with opened(path.read_bytes(), ListError, "no workbook with a list", computed=True) as book:
        rows = {number: {cell.column: str(cell.value) for cell in cells} for number, cells in book.rows(0)}
    last = max(rows, default=1)
    if last > MOST_ROWS:
        raise ListError(f"something stands in row {last}, more than {MOST_ROWS} rows down")
    names = rows.get(1, {})
    lines = [[rows.get(number, {}).get(column, "") for column in names] for number in range(2, last + 1)]
    heads = list(names.values())
    again = [heads[:at].count(head) for at, head in enumerate(heads)]  # named as in a CSV file: grade, grade.1
    heads = [f"{head}.{times}" if times else head for head, times in zip(heads, again, strict=True)]
    return pd.DataFrame(lines, columns=heads, dtype=str)
