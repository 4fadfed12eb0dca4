"""What people typed into a workbook since it was written, merged three ways with what is known by now (pure).

The three: what the workbook's own edition said (as last written), what is in it (as found), what is known now (as in
the ledger). A cell that nobody touched follows the ledger. A cell that was touched wins; if the ledger has learnt
another text for it meanwhile, both are kept and the sheet says so in a comment. Two who wrote the same agree. Clearing
a cell clears it only if nobody else has written there since. Of bed, patient and activity only what differs from what
was found in the recording's names was typed. A row without a known record id is a row that people added: it is known
by its content, so a changed one is a row less and another one more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from reports.columns import open_columns
from reports.completing import IDENTITY, cell_texts
from reports.handwriting import Handwriting, Stroke, TypedCell, shown
from reports.reading import Found, FoundRow, read_record_sheet
from reports.record import Record

_Content: TypeAlias = tuple[TypedCell, ...]


def typed_since(
    data: bytes, known: Handwriting, record_ids: Collection[str], at: datetime, records: Iterable[Record] = ()
) -> tuple[Stroke, ...]:
    """As `merged`, on the bytes of a workbook. Raises: reports.reading.UnreadableWorkbookError."""
    return merged(read_record_sheet(data), known, record_ids, at, records)


def merged(
    found: Found, known: Handwriting, record_ids: Collection[str], at: datetime, records: Iterable[Record] = ()
) -> tuple[Stroke, ...]:
    """The strokes that `known` lacks; none if people changed nothing, or nothing that is not known already.

    Args:    known: all strokes of these records and of this day's added rows. record_ids: of all recordings that exist.
             at: when the workbook was found. records: those of the day; only in their rows identity is looked at.
    """
    written = known.up_to(found.edition)
    of_records = [row for row in found.rows if row.record_id in record_ids]
    others = [row for row in found.rows if row.record_id not in record_ids]
    return (
        *_in_records(of_records, found.columns, {each.record_id: each for each in records}, written, known, at),
        *_in_added_rows(others, written, known, at),
    )


def _in_records(
    rows: Iterable[FoundRow],
    columns: Collection[str],
    records: Mapping[str, Record],
    written: Handwriting,
    known: Handwriting,
    at: datetime,
) -> Iterator[Stroke]:
    by_id: dict[str, list[FoundRow]] = {}
    for row in rows:
        by_id.setdefault(row.record_id, []).append(row)
    for record_id, copies in by_id.items():
        record = records.get(record_id)
        for column in (*(IDENTITY if record else ()), *open_columns()):
            if column not in columns:
                continue  # the column is not there, which says nothing about what people want in it
            texts = [text for text in {copy.text(column): None for copy in copies} if text]  # a copied row may differ
            ours = cell_texts(record, column) if record and column in IDENTITY else ()
            if ours:
                texts = [text for text in texts if text.strip() not in ours]
            elif not texts:
                texts = [""]
            yield from _in_cell(record_id, column, texts, written, known, at)


def _in_cell(
    record_id: str, column: str, texts: Iterable[str], written: Handwriting, known: Handwriting, at: datetime
) -> Iterator[Stroke]:
    base, now = written.text(record_id, column), known.text(record_id, column)
    for text in texts:
        if _is_same(text, base) or _is_same(text, now) or (not text and not _is_same(now, base)):
            continue
        yield Stroke(record_id, column, text, at, contested=bool(now) and not _is_same(now, base))
        now = text


def _in_added_rows(
    rows: Iterable[FoundRow], written: Handwriting, known: Handwriting, at: datetime
) -> Iterator[Stroke]:
    before = Counter(_content(written.cells(row)) for row in written.added_rows())
    now = Counter(_content(known.cells(row)) for row in known.added_rows())
    found_contents = [_content(row.cells) for row in rows]
    found = Counter(found_contents)
    removed = before - found
    for row in known.added_rows():
        content = _content(known.cells(row))
        if removed[content] and now[content] > found[content]:
            removed[content] -= 1
            now[content] -= 1
            yield from (Stroke(row, cell.column, "", at) for cell in known.cells(row))
    added = (found - before) - (now - before)
    new = [content for content in dict.fromkeys(found_contents) for _ in range(added[content])]
    for name, content in zip(known.next_rows(len(new)), new, strict=True):
        yield from (Stroke(name, cell.column, cell.text, at) for cell in content)


def _content(cells: Iterable[TypedCell]) -> _Content:
    """What a row says, in an order of its own, for people may have moved columns."""
    said = (TypedCell(cell.column, shown(cell.text)) for cell in cells if cell.text)
    return tuple(sorted(said, key=lambda cell: cell.column))


def _is_same(found: str, known: str) -> bool:
    """Whether a cell in which `found` stands shows what is known: a text longer than a cell is shown in part."""
    return found == known or shown(found) == shown(known)
