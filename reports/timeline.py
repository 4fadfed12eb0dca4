"""The Timeline sheet: each recording as a row of coloured cells, one for each second (pure)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade
from reports.cells import quality_words, top
from reports.headings import headings
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Cell, Column, Look, Row, Sheet, number
from reports.words import Language, grade_words

MOST_CELLS = 30  # a recording should last 20 to 25 s; a longer one gets cells of 2, 3, ... s, to fit on paper
FEWEST_CELLS = 25


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
    labels = (
        Column(words.number, 5),
        Column(words.bed, 7),
        Column(words.word, 16),
        Column(words.length_s, 8),
        Column(words.cell_s, 8),
    )
    return Sheet(
        name=words.timeline_sheet,
        top=(
            *top(words.timeline_title, records, day=day, ward=ward, zone=zone, language=language),
            Cell(words.strip, Look.STATEMENT),
        ),
        columns=(*labels, *(Column(str(place + 1), 3.8) for place in range(max(most, FEWEST_CELLS)))),
        rows=_rows(records, language),
        n_rows=len(records),
        kept_columns=len(labels),
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


def _rows(records: Sequence[Record], language: Language) -> Iterator[Row]:
    words = headings(language)
    for record in records:
        outcome = record.outcome
        name = (Cell(record.number, Look.WHOLE), Cell(record.bed, Look.CENTRED))
        if not isinstance(outcome, Assessment):
            word = words.not_graded if outcome else words.not_finished
            blank = Cell(None, Look.CENTRED)
            yield (*name, Cell(word, Look.UNGRADED), blank, blank, Cell(quality_words(record, language), Look.PLAIN))
            continue
        yield (
            *name,
            Cell(f"{int(outcome.grade)} {grade_words(outcome.grade, language)}", GRADE_LOOKS[outcome.grade]),
            number(outcome.quality.length_s, Look.TENTHS),
            Cell(cell_s(outcome), Look.WHOLE),
            *(_CELLS[what] for what in strip(outcome)),
        )
