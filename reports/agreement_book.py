"""The agreement workbook: figures with caveats, pictures, largest differences, all pairs, what was left out (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from grading.types import Grade
from reports.agreement import Agreement, Pair, Rated
from reports.agreement_notes import notes, warnings_of
from reports.agreement_words import AgreementWords, agreement_words, p_words
from reports.kappa import Interval, Kappa
from reports.pages import Page, Picture, across, pages_workbook
from reports.record import Record
from reports.resampling import Error, Errors
from reports.sheet import GRADE_LOOKS, Cell, Look, Row
from reports.words import Language, grade_words, statement, vas_band

_MOST_WORST = 50
_WIDTHS = (40.0, 12.0, 16.0, 13.0, 16.0, 13.0, 12.0, 10.0)
_PICTURE_WIDTHS = (88.0,)
_PICTURE_PX = (620, 477)
_DASH = Cell("–", Look.CENTRED)


@dataclass(frozen=True)
class Drawn:
    """The two pictures, as PNG."""

    scatter: bytes
    bland_altman: bytes


@dataclass(frozen=True)
class Study:
    """Which recordings were compared: of which ward, from which day to which (of `zone`)."""

    ward: str
    first: date
    last: date
    zone: ZoneInfo


def agreement_workbook(found: Agreement, study: Study, drawn: Drawn | None, language: Language) -> bytes:
    """The workbook; the same arguments give the same bytes. drawn: None where there are no pairs."""
    words = agreement_words(language)
    pages = [
        Page(words.summary, _WIDTHS, tuple(_summary(found, study, words, language))),
        Page(words.pictures, _PICTURE_WIDTHS, tuple(_pictures(drawn, words))),
        Page(
            words.worst,
            _LIST_WIDTHS,
            tuple(_list(found.worst(_MOST_WORST), words.worst, study, language)),
            n_heads=2,
            one_page=False,
        ),
        Page(
            words.pairs,
            _LIST_WIDTHS,
            tuple(_list(found.pairs, words.pairs, study, language)),
            n_heads=2,
            one_page=False,
        ),
    ]
    if found.unusable or found.ungraded:
        pages.append(
            Page(words.left_out, _LIST_WIDTHS, tuple(_left_out(found, study, words)), n_heads=2, one_page=False)
        )
    return pages_workbook(pages, words.title, datetime.combine(study.last, time.min), language)


def _summary(found: Agreement, study: Study, words: AgreementWords, language: Language) -> Iterator[Row]:
    yield across(words.title, Look.TITLE)
    period = words.period.format(
        ward=study.ward, first=study.first, last=study.last, pairs=len(found.pairs), patients=found.n_patients
    )
    yield across(period)
    yield across(statement(language), Look.STATEMENT)
    for warning in warnings_of(found, language):
        yield across(warning, Look.WARNING)
    if not found.pairs:
        yield ()
        yield across(words.none)
    else:
        yield from _counts(found, words, language)
        yield from _differences(found, words)
        yield from _kappas(found, words)
        yield from _iccs(found, words)
    yield ()
    yield across(words.notes_title, Look.SECTION)
    for note in notes(found, language):
        yield across(f"• {note}")


def _counts(found: Agreement, words: AgreementWords, language: Language) -> Iterator[Row]:
    yield ()
    yield across(words.counts_title, Look.SECTION)
    heads = [f"{int(grade)} {grade_words(grade, language)}, VAS {vas_band(grade)}" for grade in Grade]
    yield _heads("", *heads, words.total)
    for name, axis in ((words.clinician, 1), (words.peea, 0)):
        counts = [int(n) for n in found.table.sum(axis=axis)]
        yield (Cell(name), *(Cell(n, Look.WHOLE) for n in counts), Cell(sum(counts), Look.WHOLE))
    yield ()
    yield across(words.table_title, Look.SECTION)
    yield _heads(
        f"{words.clinician} ↓  {words.peea} →", *(grade_words(grade, language) for grade in Grade), words.total
    )
    for grade in Grade:
        row = [int(n) for n in found.table[grade]]
        yield (
            Cell(f"{int(grade)} {grade_words(grade, language)}"),
            *(Cell(n, GRADE_LOOKS[grade] if place == grade and grade else Look.WHOLE) for place, n in enumerate(row)),
            Cell(sum(row), Look.WHOLE),
        )
    yield across(words.table_hint)


def _differences(found: Agreement, words: AgreementWords) -> Iterator[Row]:
    off, exact, n = found.differences, found.exact, len(found.pairs)
    if off is None or exact is None:
        return
    yield ()
    yield across(words.exact_title, Look.SECTION)
    yield _heads(*_measured(words), words.recordings)
    yield (
        Cell(words.exact),
        Cell(found.n_exact / n, Look.THOUSANDTHS),
        _interval(exact),
        *_error_cells(found.errors.exact if found.errors else None, 3),
        Cell(found.n_exact, Look.WHOLE),
    )
    for distance, count in enumerate(off.by_distance):
        if distance and count:
            yield _share(words.by_distance.format(n=distance), count, n)
    yield _share(words.under, off.under, n)
    yield _share(words.over, off.over, n)
    yield (Cell(words.mean_absolute), Cell(off.mean_absolute, Look.THOUSANDTHS))
    yield (Cell(words.bias), Cell(off.bias, Look.THOUSANDTHS))
    if off.limits is not None:
        yield (Cell(words.limits), _DASH, _interval(off.limits))


def _share(name: str, count: int, n: int) -> Row:
    return (Cell(name), Cell(count / n, Look.THOUSANDTHS), _DASH, _DASH, _DASH, Cell(count, Look.WHOLE))


def _measured(words: AgreementWords) -> tuple[str, ...]:
    return (words.measure, words.value, words.interval, words.bootstrap_error, words.bootstrap_interval)


def _kappas(found: Agreement, words: AgreementWords) -> Iterator[Row]:
    yield ()
    yield across(words.kappa_title, Look.SECTION)
    yield _heads(*_measured(words), words.ase, words.approximate_t, words.p)
    errors = found.errors
    yield _kappa(words.kappa, found.kappa, errors.kappa if errors else None, words)
    yield _kappa(words.weighted, found.weighted, errors.weighted if errors else None, words)


def _kappa(name: str, kappa: Kappa | None, error: Error | None, words: AgreementWords) -> Row:
    if kappa is None:
        return (Cell(name), Cell(words.not_defined, Look.CENTRED), *(_DASH for _ in range(6)))
    t, p = kappa.approximate_t, kappa.p
    return (
        Cell(name),
        Cell(kappa.kappa, Look.THOUSANDTHS),
        _interval(Interval(kappa.low, kappa.high)),
        *_error_cells(error, 3),
        Cell(kappa.ase, Look.THOUSANDTHS),
        _DASH if t is None else Cell(t, Look.THOUSANDTHS),
        _DASH if p is None else Cell(p_words(p), Look.CENTRED),
    )


def _iccs(found: Agreement, words: AgreementWords) -> Iterator[Row]:
    yield ()
    yield across(words.icc_title, Look.SECTION)
    yield _heads(*_measured(words))
    by_form = {icc.form: icc for icc in found.iccs}
    for form, meaning in words.icc:
        icc = by_form.get(form)
        name = Cell(f"{form}: {meaning}")
        if icc is None:
            yield (name, Cell(words.not_defined, Look.CENTRED), *(_DASH for _ in range(3)))
            continue
        yield (
            name,
            Cell(icc.value, Look.TEN_THOUSANDTHS),
            Cell(f"{icc.low:.4f} – {icc.high:.4f}", Look.CENTRED),
            *_error_cells(_error_of(form.name, found.errors), 4),
        )


def _error_of(form: str, errors: Errors | None) -> Error | None:
    """The bootstrap's error of a single-rating form; it was not made for means, which follow from them."""
    if errors is None:
        return None
    return {"ONE_WAY": errors.one_way, "AGREEMENT": errors.agreement, "CONSISTENCY": errors.consistency}.get(form)


def _error_cells(error: Error | None, digits: int) -> Iterator[Cell]:
    if error is None:
        yield from (_DASH, _DASH)
        return
    yield Cell(error.standard_error, Look.TEN_THOUSANDTHS if digits == 4 else Look.THOUSANDTHS)
    yield Cell(f"{error.interval.low:.{digits}f} – {error.interval.high:.{digits}f}", Look.CENTRED)


def _interval(interval: Interval) -> Cell:
    return Cell(f"{interval.low:.3f} – {interval.high:.3f}", Look.CENTRED)


def _pictures(drawn: Drawn | None, words: AgreementWords) -> Iterator[Row | Picture]:
    yield across(words.title, Look.TITLE)
    if drawn is None:
        yield across(words.no_pictures)
        return
    for title, png in ((words.scatter_title, drawn.scatter), (words.bland_altman_title, drawn.bland_altman)):
        yield across(title)
        yield Picture(png, *_PICTURE_PX)


_LIST_WIDTHS = (7.0, 12.0, 9.0, 14.0, 13.0, 18.0, 18.0, 16.0, 16.0)


def _list(pairs: Sequence[Pair], title: str, study: Study, language: Language) -> Iterator[Row]:
    words = agreement_words(language)
    yield across(title, Look.TITLE)
    yield _heads(
        *(words.number, words.date, words.bed, words.patient, words.typed_vas),
        *(words.clinician, words.peea, words.difference, words.record_id),
    )
    for pair in pairs:
        yield (
            *_whose(pair.record, study),
            Cell(pair.vas, Look.WHOLE),
            *(Cell(f"{int(g)} {grade_words(g, language)}", GRADE_LOOKS[g]) for g in (pair.clinician, pair.peea)),
            Cell(pair.difference, Look.WHOLE),
            Cell(pair.record.record_id, Look.CODE),
        )


def _left_out(found: Agreement, study: Study, words: AgreementWords) -> Iterator[Row]:
    yield across(words.left_out, Look.TITLE)
    yield _heads(*(words.number, words.date, words.bed, words.patient, words.record_id), words.typed, words.why)
    for rated, why in (*_because(found.unusable, words.no_vas), *_because(found.ungraded, words.no_grade)):
        yield (
            *_whose(rated.record, study),
            Cell(rated.record.record_id, Look.CODE),
            Cell(rated.typed, Look.TEXT),
            Cell(why, Look.TEXT),
        )


def _because(rated: Sequence[Rated], why: str) -> Iterator[tuple[Rated, str]]:
    yield from ((each, why) for each in rated)


def _whose(record: Record, study: Study) -> Row:
    return (
        Cell(record.number, Look.WHOLE),
        Cell(record.received_at.astimezone(study.zone).date().isoformat(), Look.CENTRED),
        Cell(record.bed, Look.CENTRED),
        Cell(record.patient, Look.CENTRED),
    )


def _heads(*words: str) -> Row:
    return tuple(Cell(word, Look.HEADING) for word in words)
