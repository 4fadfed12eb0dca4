"""The Day sheet: recordings per grade, those without a grade with their reasons, and each bed's hours (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from grading.types import Grade
from reports.cells import top
from reports.counts import HOURS, BedCounts, DayCounts, HourCount, count
from reports.headings import Headings, headings
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Cell, Column, Look, Row, Sheet, wide
from reports.words import Language, advice, grade_words, reason_words, vas_band

_BED_WIDTH, _HOUR_WIDTH, _COUNT_WIDTH = 17.0, 4.2, 8.5
_COUNTS = len(Grade) + 2  # behind the hours: recordings of each grade, without one, all
_IN_REASON, _IN_NUMBER = 10, 3  # how many of the narrow columns for hours the other tables take


def day_sheet(records: Sequence[Record], day: date, ward: str, zone: ZoneInfo, language: Language) -> Sheet:
    """The Day sheet."""
    words = headings(language)
    rows = tuple(_rows(count(records, zone), words, language))
    widths = (_BED_WIDTH, *[_HOUR_WIDTH] * HOURS, *[_COUNT_WIDTH] * _COUNTS)
    return Sheet(
        name=words.day_sheet,
        top=top(words.day_title, records, day=day, ward=ward, zone=zone, language=language),
        columns=tuple(Column("", width) for width in widths),
        rows=rows,
        n_rows=len(rows),
        headed=False,
    )


def _rows(counts: DayCounts, words: Headings, language: Language) -> Iterator[Row]:
    yield ()
    yield (Cell(words.by_grade, Look.SECTION),)
    yield from _grades(counts, words, language)
    yield ()
    if counts.by_reason or counts.stopped:
        yield from _reasons(counts, words, language)
    if counts.by_bed:
        yield from _beds(counts.by_bed, words, language)


def _grades(counts: DayCounts, words: Headings, language: Language) -> Iterator[Row]:
    heads = (words.grade, words.vas, words.recordings, words.share)
    yield _line(Cell(words.word, Look.HEADING), *(Cell(head, Look.HEADING) for head in heads))
    for grade in Grade:
        look, n = GRADE_LOOKS[grade], counts.by_grade[grade]
        yield _line(
            Cell(grade_words(grade, language), look),
            Cell(int(grade), look),
            Cell(vas_band(grade), look),
            Cell(n, Look.WHOLE),
            _share(n, counts.recordings),
        )
    ungraded = counts.recordings - sum(counts.by_grade)
    dash = Cell("–", Look.UNGRADED)
    yield _line(
        *(Cell(words.ungraded, Look.UNGRADED), dash, dash),
        *(Cell(ungraded, Look.WHOLE), _share(ungraded, counts.recordings)),
    )
    blank = Cell("", Look.HEADING)
    yield _line(
        *(Cell(words.total, Look.HEADING), blank, blank),
        *(Cell(counts.recordings, Look.WHOLE), _share(counts.recordings, counts.recordings)),
    )


def _line(name: Cell, *numbers: Cell) -> Row:
    """A name and numbers, each of which takes some of the narrow columns."""
    return (name, *(cell for number in numbers for cell in wide(number, _IN_NUMBER)))


def _reasons(counts: DayCounts, words: Headings, language: Language) -> Iterator[Row]:
    yield (Cell(words.by_reason, Look.SECTION),)
    yield _reason_line(Cell(words.reason, Look.HEADING), Cell(words.recordings, Look.HEADING))
    for reason, n in counts.by_reason:
        line = _reason_line(Cell(reason_words(reason, language), Look.TEXT), Cell(n, Look.WHOLE))
        yield (*line, Cell(advice(reason, language), Look.PLAIN))
    if counts.stopped:
        yield _reason_line(Cell(words.not_finished, Look.TEXT), Cell(counts.stopped, Look.WHOLE))
    yield ()


def _reason_line(reason: Cell, number: Cell) -> Row:
    return (*wide(reason, 1 + _IN_REASON), *wide(number, _IN_NUMBER))


def _beds(beds: tuple[BedCounts, ...], words: Headings, language: Language) -> Iterator[Row]:
    """A strip of 24 cells for each bed, then its counts."""
    yield (Cell(words.by_bed, Look.SECTION),)
    yield (Cell(words.by_bed_note, Look.STATEMENT),)
    heads = (
        words.bed,
        *(f"{hour:02}" for hour in range(HOURS)),
        *(grade_words(grade, language) for grade in Grade),
        words.not_graded,
        words.total,
    )
    yield tuple(Cell(head, Look.HEADING) for head in heads)
    for bed in beds:
        yield (
            Cell(bed.bed or words.no_bed, Look.CENTRED),
            *(_hour(hour) for hour in bed.by_hour),
            *(Cell(n, GRADE_LOOKS[grade] if n else Look.WHOLE) for grade, n in zip(Grade, bed.by_grade, strict=True)),
            Cell(bed.ungraded, Look.UNGRADED if bed.ungraded else Look.WHOLE),
            Cell(bed.recordings, Look.WHOLE),
        )


def _hour(hour: HourCount | None) -> Cell:
    if hour is None:
        return Cell(None, Look.CENTRED)
    return Cell("–", Look.UNGRADED) if hour.worst is None else Cell(int(hour.worst), GRADE_LOOKS[hour.worst])


def _share(n: int, of: int) -> Cell:
    return Cell(n / of if of else 0.0, Look.SHARE)
