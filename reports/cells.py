"""The Record sheet: one row for every recording of the day, as cells (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from grading.types import Assessment, Quality, Rejection
from reports.columns import heading_of, record_columns
from reports.completing import IDENTITY, completed, typed_over
from reports.handwriting import Handwriting, number_in, time_in
from reports.headings import Headings, headings
from reports.identity_words import identity_words
from reports.notes import conflict_note, typed_over_note
from reports.patient import occasion_h
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Cell, Checked, Column, Doubted, Look, Offered, Refused, Row, Rule, Sheet, number
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

_KEPT_COLUMNS = 6  # from number to patient: a row is still known when the sheet is scrolled to the right
_OCCASIONS: dict[int | None, Look] = {24: Look.HOURS_24, 48: Look.HOURS_48}
BLANK_ROWS = 5  # open rows below the last one, for what PEEA has no row of


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
    added = tuple(_added_rows(columns, typed, language))
    printed = 1 + max(place for place, column in enumerate(columns) if column.is_open)
    return Sheet(
        name=words.record_sheet,
        top=top(words.record_title, records, day=day, ward=ward, zone=zone, language=language),
        columns=columns,
        rows=chain(_rows(records, zone, language, typed), added, [_blank_row(columns, printed)] * BLANK_ROWS),
        n_rows=len(records) + len(added) + BLANK_ROWS,
        n_our_rows=len(records),
        filtered=True,
        kept_columns=_KEPT_COLUMNS,
        printed_columns=printed,  # model, id and fingerprint are for the screen
        rules=tuple(_rules(columns, words)),
    )


def _rules(columns: Sequence[Column], words: Headings) -> Iterator[Rule]:
    """What may be typed where."""
    for place, column in enumerate(columns):
        if column.look is Look.OPEN_NUMBER:
            yield Checked(place, 0, 10, words.vas_rule_title, words.vas_rule)
        if column.choices:
            yield Offered(place, column.choices)
    for rule, places in groupby(range(len(columns)), key=lambda place: _on_ours(columns[place])):
        if rule is not None:
            first, *others = places
            said = words.named if rule is Doubted else words.locked
            yield rule(first, max(others, default=first), words.locked_title, said)


def _on_ours(column: Column) -> type[Refused | Doubted] | None:
    """What happens when somebody types into a column of ours; None: it is people's."""
    if column.is_open:
        return None
    return Doubted if column.key in IDENTITY else Refused


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


def _rows(records: Sequence[Record], zone: ZoneInfo, language: Language, typed: Handwriting) -> Iterator[Row]:
    words = headings(language)
    hand = [column for column in record_columns(language) if column.is_open]
    for record in records:
        yield (
            *_identity(record, zone, language, typed),
            *_result(record, words, language),
            Cell(quality_words(record, language), Look.TEXT),
            *(
                _typed_cell(
                    column,
                    typed.text(record.record_id, column.key),
                    conflict_note(typed.rivals(record.record_id, column.key), zone, language),
                )
                for column in hand
            ),
            Cell(_model(record), Look.CODE),
            Cell(record.record_id, Look.CODE),
            Cell(record.fingerprint, Look.CODE),
        )


def _added_rows(columns: Sequence[Column], typed: Handwriting, language: Language) -> Iterator[Row]:
    """The rows that people added, below those of recordings, all theirs to write in.

    What they wrote in a column that only an earlier version had goes to the remarks, after its heading.
    """
    keys = {column.key for column in columns}
    for row in typed.added_rows():
        homeless = [
            f"{heading_of(cell.column, language)}: {cell.text}" for cell in typed.cells(row) if cell.column not in keys
        ]
        remarks = "; ".join(filter(None, [typed.text(row, "remarks"), *homeless]))
        yield tuple(
            _typed_cell(column, remarks if column.key == "remarks" else typed.text(row, column.key))
            for column in columns
        )


def _blank_row(columns: Sequence[Column], width: int) -> Row:
    return tuple(_typed_cell(column, "") for column in columns[:width])


def _typed_cell(column: Column, text: str, note: str = "") -> Cell:
    """A score is a number and a time a time if a sheet gives back the same text; all else stays the text it was."""
    look = column.look or Look.OPEN
    value = number_in(text) if look is Look.OPEN_NUMBER else time_in(text) if look is Look.OPEN_TIME else None
    return Cell(text if value is None else value, look, note)


def _identity(record: Record, zone: ZoneInfo, language: Language, typed: Handwriting) -> Row:
    received = record.received_at.astimezone(zone)
    recorded = record.recorded_at.astimezone(zone) if record.recorded_at else None
    hours = record.hours_since_injury
    return (
        Cell(record.number, Look.WHOLE),
        Cell(received.date(), Look.DATE),
        _recorded(recorded, received),
        Cell(_clock(received), Look.TIME),
        _named("bed", Cell(record.bed, Look.CENTRED), record, zone, language, typed),
        _named("patient", Cell(record.patient, Look.CENTRED), record, zone, language, typed),
        _named("activity", Cell(activity_words(record.activity, language), Look.TEXT), record, zone, language, typed),
        Cell(None, Look.CENTRED) if hours is None else number(hours, _OCCASIONS.get(occasion_h(hours), Look.WHOLE)),
        Cell(identity_words(completed(record, typed), language), Look.TEXT),
    )


def _named(key: str, ours: Cell, record: Record, zone: ZoneInfo, language: Language, typed: Handwriting) -> Cell:
    """What was found of a recording's identity; where nothing was, a cell for people."""
    if not str(ours.value).strip():
        text, rivals = typed.text(record.record_id, key), typed.rivals(record.record_id, key)
        return Cell(text, Look.OPEN, conflict_note(rivals, zone, language))
    if typed_over(record, key, typed):
        return ours._replace(note=typed_over_note(typed.strokes(record.record_id, key), zone, language))
    return ours


def _recorded(recorded: datetime | None, received: datetime) -> Cell:
    """A time of day; in words with its date where that is not the date of the row."""
    if recorded is None:
        return Cell(None, Look.CENTRED)
    if recorded.date() == received.date():
        return Cell(_clock(recorded), Look.TIME)
    return Cell(f"{recorded:%m-%d %H:%M}", Look.CENTRED)


def _clock(moment: datetime) -> time:
    return moment.time().replace(microsecond=0)


def _between(language: Language) -> str:
    return "、" if language == "zh" else "; "


def _result(record: Record, words: Headings, language: Language) -> Row:
    """Seven cells: grade, word, band, longest, share with a face, peak, confidence."""
    outcome = record.outcome
    empty = Cell(None, Look.CENTRED)
    if not isinstance(outcome, Assessment):
        word = words.not_graded if isinstance(outcome, Rejection) else words.not_finished
        ungraded = (Cell("–", Look.UNGRADED), Cell(word, Look.UNGRADED), Cell("–", Look.UNGRADED))
        return (*ungraded, empty, _face_share(outcome.quality if outcome else None), empty, empty)
    look = GRADE_LOOKS[outcome.grade]
    return (
        Cell(int(outcome.grade), look),
        Cell(grade_words(outcome.grade, language), look),
        Cell(vas_band(outcome.grade), look),
        number(outcome.seconds[outcome.grade], Look.TENTHS),
        _face_share(outcome.quality),
        Cell(f"{int(outcome.peak_grade)} {grade_words(outcome.peak_grade, language)}", GRADE_LOOKS[outcome.peak_grade]),
        number(outcome.confidence, Look.SHARE),
    )


def _face_share(quality: Quality | None) -> Cell:
    return number(quality.face_share, Look.SHARE) if quality else Cell(None, Look.CENTRED)


def quality_words(record: Record, language: Language) -> str:
    """What to know about a recording: notes if it was graded; why not and what to do if it was not."""
    words = headings(language)
    between, stop = _between(language), "。" if language == "zh" else ". "
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
    return ("" if language == "zh" else " ").join(said)


def _model(record: Record) -> str:
    return record.outcome.model if record.outcome else ""
