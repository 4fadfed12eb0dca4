"""What the archive holds, as the ledger's rows: each sealing, re-keying and purge is one more link of a chain.

The last link about a recording tells how things are: under which name, with which bytes, for whose keys, or purged.
A sealed file is changed only after its link is on the disk: a crash leaves at most a file that an older link tells of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive import chain, rows
from archive.jobs import Receipt


class Made(StrEnum):
    """How a receipt came about."""

    SEALED = "sealed"
    REKEYED = "rekeyed"
    PURGED = "purged"


@dataclass(frozen=True)
class Kept:
    """All that is known of one recording's sealed file. number, id: its job's. receipts: the oldest first, never none.

    sealed_at: when the recording itself was last sealed; re-keying does not make it younger.
    """

    number: int
    id: str
    sealed_at: datetime
    receipts: tuple[Receipt, ...]

    @property
    def receipt(self) -> Receipt:
        """The one that counts."""
        return self.receipts[-1]

    @property
    def record_id(self) -> str:
        """As it stands on the sheet."""
        return self.id[:12]


def append(database: sqlite3.Connection, number: int, made: Made, receipt: Receipt, at: datetime) -> None:
    """Add a link for the job of that number. Raises: ValueError: a moment without time zone. sqlite3.IntegrityError."""
    row = database.execute("SELECT entry, link FROM sealings ORDER BY entry DESC LIMIT 1").fetchone()
    entry, previous = (0, chain.FIRST) if row is None else (row["entry"], row["link"])
    fields = (
        entry + 1,
        number,
        made.value,
        rows.moment_text(at),
        receipt.sealed_name,
        receipt.sealed_sha256,
        receipt.sealed_bytes,
        " ".join(receipt.recipients),
    )
    database.execute(
        "INSERT INTO sealings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*fields, previous, chain.link(previous, *fields))
    )


def kept(database: sqlite3.Connection) -> tuple[Kept, ...]:
    """Everything that was ever sealed, in the order of its jobs."""
    found: dict[int, Kept] = {}
    for row in database.execute("SELECT sealings.*, id FROM sealings JOIN jobs USING (number) ORDER BY number, entry"):
        before = found.get(row["number"])
        sealed_at = before.sealed_at if before and row["made"] != Made.SEALED else datetime.fromisoformat(row["at"])
        receipts = (*(before.receipts if before else ()), rows.receipt(row))
        found[row["number"]] = Kept(row["number"], row["id"], sealed_at, receipts)
    return tuple(found.values())


def broken_links(database: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the chain, the first broken link first, in words."""
    before, number = chain.FIRST, 0
    for row in database.execute("SELECT * FROM sealings ORDER BY entry"):
        fields = tuple(row)
        if row["entry"] != number + 1:
            yield f"receipt {row['entry']}: the one before it is missing"
        elif row["previous"] != before:
            yield f"receipt {row['entry']}: it does not follow the one before it, which was exchanged or changed"
        if row["link"] != chain.link(row["previous"], *fields[:-2]):
            yield f"receipt {row['entry']}: it was changed after it was written"
        before, number = row["link"], row["entry"]
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sealings'").fetchone()
    if row is not None and row["seq"] != number:
        yield f"the receipts end with {number}, but {row['seq']} were written: the end was cut off"


def sorted_keys(recipients: Iterable[object]) -> tuple[str, ...]:
    """Public keys as a receipt tells them."""
    return tuple(sorted(map(str, recipients)))
