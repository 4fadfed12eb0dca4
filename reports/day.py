"""The Day sheet: recordings per grade, those without a grade with their reasons, and recordings per bed (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from grading.types import Grade
from reports.cells import top
from reports.counts import BedCounts, DayCounts, count
from reports.headings import Headings, headings
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Cell, Column, Look, Row, Sheet
from reports.words import Language, advice, grade_words, reason_words, vas_band

_WIDTHS = (34.0, 13.0, 11.0, 11.0, 11.0, 11.0, 15.0, 11.0)


def day_sheet(records: Sequence[Record], day: date, ward: str, zone: ZoneInfo, language: Language) -> Sheet:
    """The Day sheet."""
    words = headings(language)
    rows = tuple(_rows(count(records), words, language))
    return Sheet(
        name=words.day_sheet,
        top=top(words.day_title, records, day=day, ward=ward, zone=zone, language=language),
        columns=tuple(Column("", width) for width in _WIDTHS),
        rows=rows,
        n_rows=len(rows),
        headed=False,
    )


def _rows(counts: DayCounts, words: Headings, language: Language) -> Iterator[Row]:
    yield ()
    yield (Cell(words.by_grade, Look.SECTION),)
    yield _heads(words.word, words.grade, words.vas, words.recordings, words.share)
    for grade in Grade:
        look = GRADE_LOOKS[grade]
        n = counts.by_grade[grade]
        yield (
            Cell(grade_words(grade, language), look),
            Cell(int(grade), look),
            Cell(vas_band(grade), look),
            Cell(n, Look.WHOLE),
            _share(n, counts.recordings),
        )
    ungraded = counts.recordings - sum(counts.by_grade)
    dash = Cell("–", Look.UNGRADED)
    yield (
        Cell(words.ungraded, Look.UNGRADED),
        dash,
        dash,
        Cell(ungraded, Look.WHOLE),
        _share(ungraded, counts.recordings),
    )
    yield (
        *_heads(words.total, "", ""),
        Cell(counts.recordings, Look.WHOLE),
        _share(counts.recordings, counts.recordings),
    )
    yield ()
    if ungraded:
        yield from _reasons(counts, words, language)
    if counts.by_bed:
        yield from _beds(counts.by_bed, words, language)


def _reasons(counts: DayCounts, words: Headings, language: Language) -> Iterator[Row]:
    yield (Cell(words.by_reason, Look.SECTION),)
    yield _heads(words.reason, words.recordings)
    for reason, n in counts.by_reason:
        yield (
            Cell(reason_words(reason, language), Look.TEXT),
            Cell(n, Look.WHOLE),
            Cell(advice(reason, language), Look.PLAIN),
        )
    if counts.stopped:
        yield (Cell(words.not_finished, Look.TEXT), Cell(counts.stopped, Look.WHOLE))
    yield ()


def _beds(beds: tuple[BedCounts, ...], words: Headings, language: Language) -> Iterator[Row]:
    yield (Cell(words.by_bed, Look.SECTION),)
    yield _heads(words.bed, *(grade_words(grade, language) for grade in Grade), words.ungraded, words.total)
    for bed in beds:
        yield (
            Cell(bed.bed or words.no_bed, Look.TEXT),
            *(Cell(n, GRADE_LOOKS[grade] if n else Look.WHOLE) for grade, n in zip(Grade, bed.by_grade, strict=True)),
            Cell(bed.ungraded, Look.UNGRADED if bed.ungraded else Look.WHOLE),
            Cell(bed.recordings, Look.WHOLE),
        )


def _heads(*texts: str) -> Row:
    return tuple(Cell(text, Look.HEADING) for text in texts)


def _share(n: int, of: int) -> Cell:
    return Cell(n / of if of else 0.0, Look.SHARE)
