"""What people typed into the record sheets, as the ledger's rows: each change is added, none is written over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from archive import rows


@dataclass(frozen=True)
class Stroke:
    """One cell that a person filled, changed or cleared.

    row: the record id, or the name of a row that people added. column: its key. text: "" if the cell was cleared.
    at: when the ledger learnt of it. contested: the text before this one was somebody's too, who did not know of this.
    number: 1, 2, ... in the order of learning, given by the ledger.
    """

    row: str
    column: str
    text: str
    at: datetime
    contested: bool = False
    number: int = 0


def write_down(database: sqlite3.Connection, strokes: Iterable[Stroke]) -> None:
    """Add strokes in this order. Raises: ValueError: a moment without time zone."""
    database.executemany(
        "INSERT INTO handwriting (row_name, column_key, content, at, contested) VALUES (?, ?, ?, ?, ?)",
        [
            (
                rows.words(each.row),
                rows.words(each.column),
                rows.words(each.text),
                rows.moment_text(each.at),
                each.contested,
            )
            for each in strokes
        ],
    )


def strokes_of(database: sqlite3.Connection, row_names: Iterable[str], prefix: str) -> tuple[Stroke, ...]:
    """All strokes in the rows of these names and in those whose names begin with the prefix, in order."""
    found = database.execute(
        "SELECT * FROM handwriting WHERE row_name IN (SELECT value FROM json_each(?))"
        " OR (row_name >= ? AND row_name < ?) ORDER BY number",
        (json.dumps(sorted(set(row_names))), prefix, prefix + "\U0010ffff"),
    )
    return tuple(
        Stroke(
            row=row["row_name"],
            column=row["column_key"],
            text=row["content"],
            at=datetime.fromisoformat(row["at"]),
            contested=bool(row["contested"]),
            number=row["number"],
        )
        for row in found
    )


def known_beginnings(database: sqlite3.Connection, beginnings: Iterable[str]) -> frozenset[str]:
    """Those of the texts with which the id of a job begins; as hexadecimal digits sort before "g"."""
    found = database.execute(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM jobs WHERE id >= value AND id < value || 'g')",
        (json.dumps(sorted(set(beginnings))),),
    )
    return frozenset(row["value"] for row in found)
