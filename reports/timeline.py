"""The Timeline sheet: each recording as a row of coloured cells, one for each second (pure)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade
from reports.cells import quality_words, top
from reports.headings import Headings, headings
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Area, Cell, Chart, Column, Look, Point, Row, Series, Sheet, number
from reports.words import Language, grade_words

MOST_CELLS = 30  # a recording should last 20 to 25 s; a longer one gets cells of 2, 3, ... s, to fit on paper
FEWEST_CELLS = 25
MOST_BARS = 30  # what one page of paper holds
LONGEST_BAR_S = 60  # a longer recording is cut in the chart, so that the others can still be seen in it
DIGIT_S, WORDED_S = 2, 6  # a shorter part of a bar has no room for the grade, or for its word


class Blank(StrEnum):
    """What a stretch of a recording without a grade was."""

    GAP = "gap"
    UNCONFIRMED = "unconfirmed"


_Held: TypeAlias = "list[dict[Grade | Blank, float]]"  # for each cell of a strip, the seconds of what is in it

_CELLS: dict[Grade | Blank, Cell] = {
    Blank.GAP: Cell("–", Look.GAP),
    Blank.UNCONFIRMED: Cell("·", Look.UNCONFIRMED),
    **{grade: Cell(int(grade), look) for grade, look in GRADE_LOOKS.items()},
}


def timeline_sheet(records: Sequence[Record], day: date, ward: str, zone: ZoneInfo, language: Language) -> Sheet:
    """The Timeline sheet."""
    words = headings(language)
    most = max((_n_cells(each.outcome) for each in records if isinstance(each.outcome, Assessment)), default=0)
    n_cells = max(most, FEWEST_CELLS)
    labels = (
        Column(words.number, 5),
        Column(words.bed, 7),
        Column(words.word, 16),
        Column(words.length_s, 8),
        Column(words.cell_s, 8),
    )
    seconds = (words.none_s, words.mild_s, words.obvious_s, words.severe_s, words.intense_s)
    printed = len(labels) + n_cells + len(seconds)
    chart = _chart(records, printed + 1, words, language)
    n_stretches = len(chart.series) if chart else 0
    return Sheet(
        name=words.timeline_sheet,
        top=(
            *top(words.timeline_title, records, day=day, ward=ward, zone=zone, language=language),
            Cell(words.strip, Look.STATEMENT),
        ),
        columns=(
            *labels,
            *(Column(str(place + 1), 3.8) for place in range(n_cells)),
            *(Column(heading, 8) for heading in seconds),
            Column("", 3),
            *([Column(words.for_chart, 14)] if chart else []),
            *(Column(f"{place + 1} (s)", 5) for place in range(n_stretches)),
        ),
        rows=_rows(records, n_cells, printed + 1, MOST_BARS if chart else 0, language),
        n_rows=len(records),
        kept_columns=len(labels),
        printed_columns=printed,
        chart=chart,
    )


def strip(assessment: Assessment) -> tuple[Grade | Blank, ...]:
    """What held longest in each stretch of `cell_s(assessment)` seconds; a tie goes to the more severe grade."""
    each_s = cell_s(assessment)
    held_s: _Held = [{} for _ in range(_n_cells(assessment))]
    for segment in assessment.segments:
        _add(held_s, segment.grade, segment.start_s, segment.end_s, each_s)
    for reading in assessment.readings:
        if reading.gap is not None:
            _add(held_s, Blank.GAP, reading.time_s, reading.time_s + reading.duration_s, each_s)
    return tuple(max(held, key=lambda what: (held[what], _rank(what)), default=Blank.UNCONFIRMED) for held in held_s)


def cell_s(assessment: Assessment) -> int:
    """How many seconds one cell stands for: 1, or more in a recording too long for the sheet."""
    return max(1, math.ceil(_length_s(assessment) / MOST_CELLS))


def _add(held_s: _Held, what: Grade | Blank, start_s: float, end_s: float, each_s: int) -> None:
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        return
    first, last = max(0, int(start_s // each_s)), min(len(held_s) - 1, int(end_s // each_s))
    for place in range(first, last + 1):
        inside_s = min(end_s, (place + 1) * each_s) - max(start_s, place * each_s)
        if inside_s > 0:
            held_s[place][what] = held_s[place].get(what, 0.0) + inside_s


def _rank(what: Grade | Blank) -> int:
    return int(what) if isinstance(what, Grade) else -1


def _n_cells(assessment: Assessment) -> int:
    return min(MOST_CELLS, math.ceil(_length_s(assessment) / cell_s(assessment)))


def _length_s(assessment: Assessment) -> float:
    length_s = assessment.quality.length_s
    return length_s if math.isfinite(length_s) and length_s > 0 else 0.0


@dataclass(frozen=True)
class _Stretch:
    """Neighbouring cells of a strip that say the same."""

    what: Grade | Blank
    length_s: int


def _stretches(assessment: Assessment) -> tuple[_Stretch, ...]:
    each_s = cell_s(assessment)
    return tuple(_Stretch(what, each_s * sum(1 for _ in same)) for what, same in groupby(strip(assessment)))


def _chart(records: Sequence[Record], column: int, words: Headings, language: Language) -> Chart | None:
    """A bar for each of the latest recordings; their labels and lengths stand in the cells from that column on."""
    latest = records[-MOST_BARS:]
    bars = [_stretches(each.outcome) if isinstance(each.outcome, Assessment) else () for each in latest]
    if not any(bars):
        return None
    first, last = len(records) - len(latest), len(records) - 1
    end_s = min(LONGEST_BAR_S, max(FEWEST_CELLS, *(sum(each.length_s for each in bar) for bar in bars)))
    series = tuple(
        Series(
            str(level + 1),
            Area(first, column + 1 + level, last, column + 1 + level),
            tuple(_point(place, bar[level], language) for place, bar in enumerate(bars) if level < len(bar)),
        )
        for level in range(max(map(len, bars)))
    )
    title = words.chart if len(latest) == len(records) else words.chart_latest.format(count=len(latest))
    return Chart(title, words.chart_axis, 5.0 * math.ceil(end_s / 5), Area(first, column, last, column), series)


def _point(place: int, stretch: _Stretch, language: Language) -> Point:
    """A part of a bar with its grade or sign on it, a grade in words where there is room."""
    cell = _CELLS[stretch.what]
    label = str(cell.value) if stretch.length_s >= DIGIT_S else ""
    if isinstance(stretch.what, Grade) and stretch.length_s >= WORDED_S:
        label = f"{label} {grade_words(stretch.what, language)}"
    return Point(place, cell.look, label)


def _chart_cells(record: Record, words: Headings) -> Row:
    """What the chart is drawn from: the label of a bar, and the lengths of its parts."""
    label = f"{record.number} · {words.bed} {record.bed}" if record.bed.strip() else str(record.number)
    stretches = _stretches(record.outcome) if isinstance(record.outcome, Assessment) else ()
    return (Cell(label, Look.CODE), *(Cell(each.length_s, Look.CODE) for each in stretches))


def _rows(records: Sequence[Record], n_cells: int, column: int, n_bars: int, language: Language) -> Iterator[Row]:
    """A row for each recording; in the last n_bars, from that column on, what the chart is drawn from."""
    words = headings(language)
    for place, record in enumerate(records):
        row = _row(record, n_cells, words, language)
        if place >= len(records) - n_bars:
            row = (*row, *(None,) * (column - len(row)), *_chart_cells(record, words))
        yield row


def _row(record: Record, n_cells: int, words: Headings, language: Language) -> Row:
    outcome = record.outcome
    name = (Cell(record.number, Look.WHOLE), Cell(record.bed, Look.CENTRED))
    if not isinstance(outcome, Assessment):
        word = words.not_graded if outcome else words.not_finished
        blank = Cell(None, Look.CENTRED)
        return (*name, Cell(word, Look.UNGRADED), blank, blank, Cell(quality_words(record, language), Look.PLAIN))
    cells = strip(outcome)
    return (
        *name,
        Cell(f"{int(outcome.grade)} {grade_words(outcome.grade, language)}", GRADE_LOOKS[outcome.grade]),
        number(outcome.quality.length_s, Look.TENTHS),
        Cell(cell_s(outcome), Look.WHOLE),
        *(_CELLS[what] for what in cells),
        *(None,) * (n_cells - len(cells)),
        *(number(outcome.seconds[grade], Look.TENTHS) for grade in Grade),
    )
