"""The result sheet of one recording (Figure 5): grade, timeline, seconds, quality and advice on one page (pure).

There is no face on it unless the ward asked for frames (`reports.faces`); then it bears a warning above them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade, Note, Quality, Rejection
from reports.headings import headings
from reports.identity_words import identity_words, occasion_words
from reports.legend import settings_words
from reports.pages import Large, Page, Picture, across, pages_workbook
from reports.record import Record
from reports.result_words import ResultWords, note_advice, result_words
from reports.sheet import GRADE_LOOKS, Cell, Look, Row, number
from reports.words import (
    Language,
    activity_words,
    advice,
    grade_words,
    note_words,
    reason_words,
    statement,
    vas_band,
    warnings,
)

_WIDTHS = (22.0, 16.0, 16.0, 16.0, 16.0, 16.0)
_MOST_STRETCHES = 12
_TIMELINE_PX = (740, 250)
_MINUTE = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Stills:
    """Frames side by side as one PNG: of onset, apex and end, at these seconds. None: none could be cut."""

    png: bytes | None
    at_s: tuple[float, ...]
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Origin:
    """What a sheet says of where it comes from. zone: of all times on it."""

    ward: str
    zone: ZoneInfo


def result_sheet(
    record: Record, origin: Origin, language: Language, timeline: bytes | None, stills: Stills | None = None
) -> bytes:
    """The sheet as an .xlsx file; the same arguments give the same bytes.

    Args: record: with an outcome. timeline: its picture, PNG; None for a recording that was not graded.
          stills: None where the ward wants no faces.
    """
    words = result_words(language)
    content = tuple(_content(record, origin, words, language, timeline, stills))
    title = words.title.format(number=record.number)
    return pages_workbook([Page(words.sheet, _WIDTHS, content)], title, record.received_at, language)


def _content(
    record: Record,
    origin: Origin,
    words: ResultWords,
    language: Language,
    timeline: bytes | None,
    stills: Stills | None,
) -> Iterator[Row | Large | Picture]:
    yield from _head(record, origin, words, language)
    match record.outcome:
        case Assessment():
            yield from _graded(record.outcome, words, language, timeline)
            if stills is not None:
                yield from _stills(stills, words)
        case Rejection():
            yield from _rejected(record.outcome, words, language)
    yield ()
    if isinstance(record.outcome, Assessment):
        yield across(words.how, Look.SECTION)
        yield across(settings_words([record], language)[0])
    yield _pair(headings(language).record_id, record.record_id, Look.CODE)
    yield (Cell(headings(language).fingerprint, Look.PLAIN),)
    yield across(record.fingerprint)


def _head(record: Record, origin: Origin, words: ResultWords, language: Language) -> Iterator[Row]:
    names = headings(language)
    received = record.received_at.astimezone(origin.zone).strftime(_MINUTE)
    recorded = record.recorded_at.astimezone(origin.zone).strftime(_MINUTE) if record.recorded_at else "–"
    model = record.outcome.model if record.outcome else ""
    yield across(words.title.format(number=record.number), Look.TITLE)
    yield across(words.when.format(ward=origin.ward, when=received, zone=origin.zone.key))
    yield across(statement(language), Look.STATEMENT)
    for warning in warnings((model,), language):
        yield across(warning, Look.WARNING)
    yield ()
    hours = record.hours_since_injury
    occasion = occasion_words(record, language)
    since = "–" if hours is None else f"{hours:.0f}" + (f" ({occasion})" if occasion else "")
    yield _facts(
        (names.bed, record.bed or "–"),
        (names.patient, record.patient or "–"),
        (names.activity, activity_words(record.activity, language) or "–"),
    )
    yield _facts((words.recorded, recorded), (words.received, received), (words.since_injury, since))
    if said := identity_words(record, language):
        yield across(said, Look.WARNING)
    yield ()


def _graded(
    outcome: Assessment, words: ResultWords, language: Language, timeline: bytes | None
) -> Iterator[Row | Large | Picture]:
    names = headings(language)
    look = GRADE_LOOKS[outcome.grade]
    grade = (int(outcome.grade), grade_words(outcome.grade, language), f"VAS {vas_band(outcome.grade)}")
    yield Large(tuple(Cell(each, look) for each in grade))
    yield ()
    peak = f"{int(outcome.peak_grade)} {grade_words(outcome.peak_grade, language)}"
    yield (
        *_pair(names.longest_s, outcome.seconds[outcome.grade], Look.TENTHS),
        *_pair(names.peak, peak, GRADE_LOOKS[outcome.peak_grade]),
        *_pair(names.confidence, outcome.confidence, Look.SHARE),
    )
    yield (
        *_pair(words.length, outcome.quality.length_s, Look.TENTHS),
        *_pair(names.face_share, outcome.quality.face_share, Look.SHARE),
        *_pair(words.brightness, outcome.quality.brightness, Look.WHOLE),
    )
    yield ()
    yield across(words.picture, Look.SECTION)
    if timeline is not None:
        yield Picture(timeline, *_TIMELINE_PX)
    yield across(words.picture_hint)
    yield ()
    yield from _seconds_and_stretches(outcome, words, language)
    yield ()
    yield across(words.quality, Look.SECTION)
    yield from _notes(outcome.quality.notes, words, language)


def _seconds_and_stretches(outcome: Assessment, words: ResultWords, language: Language) -> Iterator[Row]:
    """Two tables side by side: seconds per grade at the left, the confirmed stretches in their order at the right."""
    heads = (words.per_grade, words.seconds, words.share_of_length, words.stretches, words.from_s, words.to_s)
    yield tuple(Cell(word, Look.HEADING) for word in heads)
    seconds, held = list(_seconds(outcome, words, language)), list(_stretches(outcome, words, language))
    empty: Row = (None, None, None)
    for place in range(max(len(seconds), len(held))):
        yield (
            *(seconds[place] if place < len(seconds) else empty),
            *(held[place] if place < len(held) else empty),
        )


def _seconds(outcome: Assessment, words: ResultWords, language: Language) -> Iterator[Row]:
    length_s = outcome.quality.length_s
    gap_s = sum(reading.duration_s for reading in outcome.readings if reading.gap is not None)
    for grade in reversed(Grade):
        name = Cell(f"{int(grade)} {grade_words(grade, language)}", GRADE_LOOKS[grade])
        yield (name, *_of_length(outcome.seconds[grade], length_s))
    yield (Cell(words.gaps, Look.GAP), *_of_length(gap_s, length_s))
    rest_s = max(length_s - gap_s - sum(outcome.seconds), 0.0)
    yield (Cell(words.unconfirmed, Look.UNCONFIRMED), *_of_length(rest_s, length_s))


def _of_length(seconds: float, length_s: float) -> tuple[Cell, Cell]:
    share = seconds / length_s if length_s > 0 else math.nan
    return number(seconds, Look.TENTHS), number(min(share, 1.0), Look.SHARE)


def _stretches(outcome: Assessment, words: ResultWords, language: Language) -> Iterator[Row]:
    segments = outcome.segments
    for segment in segments[:_MOST_STRETCHES]:
        name = Cell(f"{int(segment.grade)} {grade_words(segment.grade, language)}", GRADE_LOOKS[segment.grade])
        yield (name, number(segment.start_s, Look.TENTHS), number(segment.end_s, Look.TENTHS))
    if len(segments) > _MOST_STRETCHES:
        yield (Cell(words.more.format(n=len(segments) - _MOST_STRETCHES), Look.CENTRED), None, None)


def _notes(notes: tuple[Note, ...], words: ResultWords, language: Language) -> Iterator[Row]:
    if not notes:
        yield across(words.good)
    stop = "。" if language == "zh" else ". "
    for note in notes:
        said = note_words(note, language)
        yield across(f"• {said[:1].upper()}{said[1:]}{stop}{note_advice(note, language)}")


def _stills(stills: Stills, words: ResultWords) -> Iterator[Row | Picture]:
    yield ()
    yield across(words.faces, Look.SECTION)
    if stills.png is None:
        yield across(words.no_faces)
        return
    yield across(words.faces_warning, Look.WARNING)
    said = [
        word.format(at=f"{at:.1f}") for word, at in zip((words.onset, words.apex, words.end), stills.at_s, strict=True)
    ]
    yield across("   ·   ".join(said))
    scale = min(1.0, _TIMELINE_PX[0] / max(stills.width_px, 1))
    yield Picture(stills.png, round(stills.width_px * scale), round(stills.height_px * scale))


def _rejected(outcome: Rejection, words: ResultWords, language: Language) -> Iterator[Row | Large]:
    yield Large((Cell(words.not_gradable, Look.UNGRADED),))
    yield ()
    yield across(words.why, Look.SECTION)
    yield across(reason_words(outcome.reason, language))
    yield ()
    yield across(words.what_to_do, Look.SECTION)
    yield across(advice(outcome.reason, language))
    if outcome.quality is not None:
        yield ()
        yield across(words.quality, Look.SECTION)
        yield _measured(outcome.quality, words, language)
        yield from (_notes(outcome.quality.notes, words, language) if outcome.quality.notes else ())


def _measured(quality: Quality, words: ResultWords, language: Language) -> Row:
    return (
        *_pair(words.length, quality.length_s, Look.TENTHS),
        *_pair(headings(language).face_share, quality.face_share, Look.SHARE),
        *_pair(words.brightness, quality.brightness, Look.WHOLE),
    )


def _facts(*facts: tuple[str, str]) -> Row:
    return tuple(cell for name, value in facts for cell in _pair(name, value, Look.CENTRED))


def _pair(name: str, value: str | float, look: Look) -> tuple[Cell, Cell]:
    shown = number(value, look) if isinstance(value, float) else Cell(value, look)
    return Cell(name, Look.HEADING), shown
