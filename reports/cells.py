"""The Record sheet: one row for every recording of the day, as cells (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade, Quality, Rejection
from reports.handwriting import Handwriting, number_in
from reports.headings import Headings, headings
from reports.identity_words import identity_words
from reports.notes import conflict_note
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Cell, Checked, Column, Look, Row, Sheet, number
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

_KEPT_COLUMNS = 4  # number, date, time, bed: a row is still known when the sheet is scrolled to the right


def record_sheet(
    records: Sequence[Record],
    day: date,
    ward: str,
    zone: ZoneInfo,
    language: Language,
    typed: Handwriting | None = None,
) -> Sheet:
    """The Record sheet; `day` and the times of its rows are those of `zone`; what people typed is in their columns."""
    words = headings(language)
    typed = typed or Handwriting((), day)
    columns = record_columns(language)
    written_by_hand = [place for place, column in enumerate(columns) if column.open]
    return Sheet(
        name=words.record_sheet,
        top=top(words.record_title, records, day=day, ward=ward, zone=zone, language=language),
        columns=columns,
        rows=chain(_rows(records, zone, language, typed), _added_rows(columns, typed)),
        n_rows=len(records) + len(typed.added_rows()),
        filtered=True,
        kept_columns=_KEPT_COLUMNS,
        printed_columns=written_by_hand[-1] + 1,  # model, id and fingerprint are for the screen
        checked=(Checked(written_by_hand[0], 0, 10, words.vas_rule_title, words.vas_rule),),
    )


def top(
    title: str, records: Sequence[Record], *, day: date, ward: str, zone: ZoneInfo, language: Language
) -> tuple[Cell, ...]:
    """The lines above every sheet: what it is, what it is not, and the warning about the model if there is one."""
    times = headings(language).times.format(zone=zone.key)
    return (
        Cell(f"{title} · {ward} · {day.isoformat()} · {times}", Look.TITLE),
        Cell(statement(language), Look.STATEMENT),
        *(Cell(warning, Look.WARNING) for warning in warnings(models(records), language)),
    )


def models(records: Sequence[Record]) -> tuple[str, ...]:
    """The versions of the models that took part in the day, each once, in alphabetical order."""
    return tuple(sorted({_model(record) for record in records} - {""}))


def record_columns(language: Language) -> tuple[Column, ...]:
    """The columns of the Record sheet, from left to right; people write in the open ones."""
    words = headings(language)
    return (
        Column(words.number, 4.5, key="number"),
        Column(words.date, 10.5, key="date"),
        Column(words.received, 8, key="received"),
        Column(words.bed, 6, key="bed"),
        Column(words.patient, 10, key="patient"),
        Column(words.activity, 13, key="activity"),
        Column(words.grade, 6.5, key="grade"),
        Column(words.word, 9, key="word"),
        Column(words.vas, 6.5, key="vas"),
        Column(words.longest_s, 8.5, key="longest_s"),
        Column(words.none_s, 7.5, key="none_s"),
        Column(words.mild_s, 7.5, key="mild_s"),
        Column(words.obvious_s, 7.5, key="obvious_s"),
        Column(words.severe_s, 7.5, key="severe_s"),
        Column(words.intense_s, 7.5, key="intense_s"),
        Column(words.face_share, 7.5, key="face_share"),
        Column(words.peak, 9, key="peak"),
        Column(words.confidence, 9.5, key="confidence"),
        Column(words.quality, 32, key="quality"),
        Column(words.clinician_vas, 9, open=True, key="clinician_vas"),
        Column(words.remarks, 17, open=True, key="remarks"),
        Column(words.signature, 10, open=True, key="signature"),
        Column(words.model, 22, key="model"),
        Column(words.record_id, 15, key="record_id"),
        Column(words.fingerprint, 68, key="fingerprint"),
    )


def open_columns() -> tuple[str, ...]:
    """The keys of the columns in which people write."""
    return tuple(column.key for column in record_columns("en") if column.open)


def _rows(records: Sequence[Record], zone: ZoneInfo, language: Language, typed: Handwriting) -> Iterator[Row]:
    words = headings(language)
    hand = open_columns()
    for record in records:
        yield (
            *_identity(record, zone, language),
            *_result(record, words, language),
            Cell(quality_words(record, language), Look.TEXT),
            *(
                _typed_cell(
                    column,
                    typed.text(record.record_id, column),
                    conflict_note(typed.rivals(record.record_id, column), zone, language),
                )
                for column in hand
            ),
            Cell(_model(record), Look.CODE),
            Cell(record.record_id, Look.CODE),
            Cell(record.fingerprint, Look.CODE),
        )


def _added_rows(columns: Sequence[Column], typed: Handwriting) -> Iterator[Row]:
    """The rows that people added, below those of recordings, all theirs to write in."""
    for row in typed.added_rows():
        yield tuple(_typed_cell(column.key, typed.text(row, column.key)) for column in columns)


def _typed_cell(column: str, text: str, note: str = "") -> Cell:
    """A clinician's VAS is a number if it can be; everything else stays the text that it was."""
    look = Look.OPEN_NUMBER if column == "clinician_vas" else Look.OPEN
    score = number_in(text) if look is Look.OPEN_NUMBER else None
    return Cell(text if score is None else score, look, note)


def _identity(record: Record, zone: ZoneInfo, language: Language) -> Row:
    received = record.received_at.astimezone(zone)
    return (
        Cell(record.number, Look.WHOLE),
        Cell(received.date(), Look.DATE),
        Cell(received.time().replace(microsecond=0), Look.TIME),
        Cell(record.bed, Look.CENTRED),
        Cell(record.patient, Look.CENTRED),
        Cell(activity_words(record.activity, language), Look.TEXT),
    )


def _result(record: Record, words: Headings, language: Language) -> Row:
    """Twelve cells: grade, word, band, longest, five times in seconds, share with a face, peak, confidence."""
    outcome = record.outcome
    empty = Cell(None, Look.CENTRED)
    if not isinstance(outcome, Assessment):
        word = words.not_graded if isinstance(outcome, Rejection) else words.not_finished
        ungraded = (Cell("–", Look.UNGRADED), Cell(word, Look.UNGRADED), Cell("–", Look.UNGRADED))
        return (*ungraded, *(empty,) * 6, _face_share(outcome.quality if outcome else None), empty, empty)
    look = GRADE_LOOKS[outcome.grade]
    return (
        Cell(int(outcome.grade), look),
        Cell(grade_words(outcome.grade, language), look),
        Cell(vas_band(outcome.grade), look),
        number(outcome.seconds[outcome.grade], Look.TENTHS),
        *(number(outcome.seconds[grade], Look.TENTHS) for grade in Grade),
        _face_share(outcome.quality),
        Cell(f"{int(outcome.peak_grade)} {grade_words(outcome.peak_grade, language)}", GRADE_LOOKS[outcome.peak_grade]),
        number(outcome.confidence, Look.SHARE),
    )


def _face_share(quality: Quality | None) -> Cell:
    return number(quality.face_share, Look.SHARE) if quality else Cell(None, Look.CENTRED)


def quality_words(record: Record, language: Language) -> str:
    """What to know about a recording: notes if it was graded; why not and what to do if it was not."""
    words = headings(language)
    between, stop = ("、", "。") if language == "zh" else ("; ", ". ")
    said: list[str] = []
    match record.outcome:
        case Assessment(quality=quality):
            notes = between.join(note_words(note, language) for note in quality.notes)
            said.append((notes[:1].upper() + notes[1:] + stop).strip() if notes else words.good)
        case Rejection(reason=reason):
            said.append(reason_words(reason, language) + stop + advice(reason, language))
        case None if not record.parked:
            said.append(words.waiting)
    if record.parked:
        why = record.parked.rstrip(" .。") + stop.strip()
        said.append(words.stopped.format(why=why))
    if identity := identity_words(record, language):
        said.append(identity)
    return ("" if language == "zh" else " ").join(said)


def _model(record: Record) -> str:
    return record.outcome.model if record.outcome else ""
