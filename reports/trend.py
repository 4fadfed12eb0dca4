"""The Trend sheet: each patient's grades over the last days, and a chart of the days (pure)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade
from reports.cells import top
from reports.counts import bed_order
from reports.headings import Headings, headings
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Area, Cell, Chart, Column, Look, Point, Row, Series, Sheet, wide
from reports.words import Language, grade_words

DAYS = 14
_COUNT_ROWS = len(Grade) + 2
_FEW_PATIENTS = 15  # with them, counts and chart can still be read on one page of paper
MOST_PATIENTS = 300  # of many times a ward's beds; the sheet says if there are more


@dataclass(frozen=True)
class Graded:
    """A recording of an earlier day, as far as a trend shows it. grade: None if it could not be graded."""

    patient: str
    day: date
    grade: Grade | None


def trend_sheet(
    records: Sequence[Record], earlier: Sequence[Graded], day: date, ward: str, zone: ZoneInfo, language: Language
) -> Sheet:
    """The Trend sheet: the patients of the day's records. Args: earlier: of these patients, before `day`."""
    words = headings(language)
    days = [day - timedelta(days=back) for back in reversed(range(DAYS))]
    beds = _beds(records)
    shown = beds[:MOST_PATIENTS]
    known = [*earlier, *(_graded(record, day) for record in records if record.patient.strip())]
    said = [words.trend_note] + [words.trend_more.format(count=len(beds) - len(shown))] * (len(beds) > len(shown))
    return Sheet(
        name=words.trend_sheet,
        top=(
            *top(words.trend_title, records, day=day, ward=ward, zone=zone, language=language),
            *(Cell(each, Look.STATEMENT) for each in said),
        ),
        columns=(
            Column(words.bed, 8),
            Column(words.patient, 14),
            *(Column(each.strftime("%m-%d"), 7.5) for each in days),
            Column(words.recordings, 11),
        ),
        rows=(*_rows(shown, known, days), *_counts(known, days, words, language)),
        n_rows=len(shown) + _COUNT_ROWS,
        kept_columns=2,
        one_page=len(shown) <= _FEW_PATIENTS,
        chart=_chart(known, len(shown) + 1, words, language) if shown else None,
    )


def patients_of(records: Sequence[Record]) -> tuple[str, ...]:
    """The patients whose earlier grades a Trend sheet of these records shows."""
    return tuple(patient for _, patient in _beds(records)[:MOST_PATIENTS])


def _beds(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Each patient once, with the bed of the last recording, in the order of beds."""
    last = {record.patient.strip(): record.bed.strip() for record in records}
    return sorted(
        ((bed, patient) for patient, bed in last.items() if patient), key=lambda each: (bed_order(each[0]), each[1])
    )


def _graded(record: Record, day: date) -> Graded:
    grade = record.outcome.grade if isinstance(record.outcome, Assessment) else None
    return Graded(record.patient.strip(), day, grade)


def _rows(shown: Sequence[tuple[str, str]], known: Sequence[Graded], days: Sequence[date]) -> Iterator[Row]:
    of: dict[tuple[str, date], list[Grade | None]] = defaultdict(list)
    for each in known:
        of[each.patient.strip(), each.day].append(each.grade)
    for bed, patient in shown:
        cells = [of.get((patient, day), []) for day in days]
        yield (
            Cell(bed, Look.CENTRED),
            Cell(patient, Look.CENTRED),
            *(_day_cell(grades) for grades in cells),
            Cell(sum(map(len, cells)), Look.WHOLE),
        )


def _day_cell(grades: Sequence[Grade | None]) -> Cell:
    """The most severe grade, and of how many recordings if there are more than one."""
    if not grades:
        return Cell(None, Look.CENTRED)
    worst = max((grade for grade in grades if grade is not None), default=None)
    word, look = ("–", Look.UNGRADED) if worst is None else (str(int(worst)), GRADE_LOOKS[worst])
    if len(grades) > 1:
        return Cell(f"{word} ({len(grades)})", look)
    return Cell(word if worst is None else int(worst), look)


def _counts(known: Sequence[Graded], days: Sequence[date], words: Headings, language: Language) -> Iterator[Row]:
    """How many of these recordings each day had, by grade; the chart is drawn from these cells."""
    counted = Counter((each.day, each.grade) for each in known)
    yield (*wide(Cell(words.per_day, Look.HEADING), 2), *(Cell("", Look.HEADING) for _ in range(DAYS + 1)))
    for grade in (*Grade, None):
        word = words.not_graded if grade is None else grade_words(grade, language)
        look = Look.UNGRADED if grade is None else GRADE_LOOKS[grade]
        numbers = [counted[day, grade] for day in days]
        yield (
            *wide(Cell(word, look), 2),
            *(Cell(n, Look.WHOLE) for n in numbers),
            Cell(sum(numbers), Look.WHOLE),
        )


def _chart(known: Sequence[Graded], first: int, words: Headings, language: Language) -> Chart:
    """The days' recordings by grade, the mildest at the foot. Args: first: row of the counts."""
    most = max(Counter(each.day for each in known).values(), default=0)
    series = []
    for row, grade in enumerate((*Grade, None), start=first):
        word = words.not_graded if grade is None else grade_words(grade, language)
        look = Look.UNGRADED if grade is None else GRADE_LOOKS[grade]
        points = tuple(Point(place, look, "") for place in range(DAYS))
        series.append(Series(word, Area(row, 2, row, DAYS + 1), points))
    end = max(5.0, most + 1.0)
    return Chart(words.trend_chart, words.recordings, end, Area(-1, 2, -1, DAYS + 1), tuple(series), True, True)
