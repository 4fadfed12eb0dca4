"""The small pure parts: identity, words, counts, strips, line breaks, colours."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from grading.types import Gap, Grade, Note, Reading, Reason, Rejection
from reports.cells import models
from reports.counts import HourCount, count
from reports.headings import headings
from reports.identity import IdentityPatternError, Named, read_identity
from reports.legend import legend_sheet
from reports.sheet import GRADE_LOOKS, PAINTS, Look
from reports.text_widths import text_lines, text_width
from reports.timeline import Blank, cell_s, strip
from reports.words import (
    LANGUAGES,
    Language,
    activity_words,
    advice,
    grade_words,
    is_synthetic,
    note_words,
    reason_words,
    vas_band,
)
from tests.reports.samples import NOON, assessment, eight, record
from tests.reports.test_workbook import DAY, SHANGHAI

PATTERN = r"^bed(?P<bed>\w+?)_(?P<patient>P\d+)(?:_(?P<activity>[a-z-]+))?"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("bed12_P0042_turning.mp4", Named("12", "P0042", "turning")),
        ("bed12_P0042.mp4", Named("12", "P0042", "")),
        ("IMG_0001.mp4", Named()),
        ("", Named()),
        ("bed1\udce4_P1.mp4", Named()),
    ],
)
def test_a_file_name_says_whose_recording_it_is(source: str, named: Named) -> None:
    assert read_identity(source, PATTERN) == named


def test_a_pattern_need_not_have_every_group() -> None:
    assert read_identity("12.mp4", r"(?P<bed>\d+)") == Named(bed="12")
    assert read_identity("12.mp4", "") == Named()


@pytest.mark.parametrize(("pattern", "said"), [("(?P<bed>", "no.* regular|not a regular"), ("(?P<room>x)", "room")])
def test_a_pattern_that_cannot_be_used_is_refused_in_words(pattern: str, said: str) -> None:
    with pytest.raises(IdentityPatternError, match=said):
        read_identity("12.mp4", pattern)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_grading_can_say_has_words(language: Language) -> None:
    for words, values in ((grade_words, Grade), (reason_words, Reason), (advice, Reason), (note_words, Note)):
        said = [words(value, language) for value in values]  # type: ignore[operator]
        assert all(said)
        if words is not advice:
            assert len(set(said)) == len(said)
        assert all(bool(re.search(r"[\u4e00-\u9fff]", each)) == (language == "zh") for each in said)
    assert all(vars(headings(language)).values())


def test_bands_are_those_of_the_paper() -> None:
    assert [vas_band(grade) for grade in Grade] == ["0", "1–3", "4–6", "7–8", "9–10"]


def test_the_five_activities_have_words_and_others_stay_as_typed() -> None:
    assert activity_words("straight-leg-raise", "en") == "Straight-leg raise"
    assert activity_words(" Straight_Leg_Raise", "zh") == "直腿抬高"
    assert activity_words("吃饭", "en") == "吃饭"
    assert activity_words("", "zh") == ""


def test_the_bundled_model_is_known_by_its_name() -> None:
    assert is_synthetic("phantom-1")
    assert is_synthetic("Phantom 2026")
    assert not is_synthetic("ward-phantom-free")
    assert not is_synthetic("")
    assert models(eight()) == ("phantom-1", "ward-2026-11-01")


def test_a_days_counts_are_whole_and_beds_are_in_order() -> None:
    day = [
        *eight(),
        replace(record(9, Rejection(Reason.TOO_DIM), bed="10"), recorded_at=NOON - timedelta(minutes=10)),
        record(10, assessment(((Grade.MILD, 0.0, 9.0),)), bed="9"),
        record(11, assessment(((Grade.MILD, 0.0, 9.0),)), bed="Window"),
    ]
    counts = count(day, SHANGHAI)
    assert counts.recordings == 11
    assert counts.by_grade == (1, 3, 1, 1, 1)
    assert counts.by_reason == ((Reason.TOO_DIM, 2), (Reason.UNREADABLE, 1))
    assert counts.stopped == 1
    assert [bed.bed for bed in counts.by_bed] == ["3", "7", "09", "9", "10", "12", "12A", "15", "Window", ""]
    assert sum(bed.recordings for bed in counts.by_bed) == 11
    twelve = next(bed for bed in counts.by_bed if bed.bed == "12")
    assert (twelve.by_grade, twelve.ungraded) == ((0, 0, 1, 0, 1), 0)
    # noon by the ward's clocks, and 37 minutes later for each number
    assert {hour: seen for hour, seen in enumerate(twelve.by_hour) if seen} == {
        13: HourCount(1, Grade.OBVIOUS),
        14: HourCount(1, Grade.INTENSE),
    }
    ten = next(bed for bed in counts.by_bed if bed.bed == "10")
    assert {hour: seen for hour, seen in enumerate(ten.by_hour) if seen} == {11: HourCount(1, None)}


def test_the_hour_of_a_recording_made_on_another_day_is_that_of_its_receipt() -> None:
    late = replace(eight()[0], recorded_at=NOON - timedelta(hours=14))
    (bed,) = count([late], SHANGHAI).by_bed
    assert [hour for hour, seen in enumerate(bed.by_hour) if seen] == [12]


def test_an_empty_day_counts_to_nothing() -> None:
    counts = count([], SHANGHAI)
    assert (counts.recordings, counts.by_grade, counts.by_reason, counts.by_bed) == (0, (0, 0, 0, 0, 0), (), ())


def test_a_strip_shows_what_held_longest_in_each_second() -> None:
    graded = assessment(
        ((Grade.MILD, 1.2, 2.4), (Grade.SEVERE, 2.4, 3.5), (Grade.OBVIOUS, 3.5, 4.0)), length_s=5.5, gap_s=(4.0, 4.7)
    )
    # 2..3: severe holds 0.6 s; 3..4: a tie of half a second goes to the more severe; 5..5.5: nothing was confirmed.
    assert strip(graded) == (
        Blank.UNCONFIRMED,
        Grade.MILD,
        Grade.SEVERE,
        Grade.SEVERE,
        Blank.GAP,
        Blank.UNCONFIRMED,
    )


@pytest.mark.parametrize(
    ("length_s", "seconds", "cells"), [(22.0, 1, 22), (30.0, 1, 30), (30.1, 2, 16), (600.0, 20, 30)]
)
def test_a_long_recording_gets_wider_cells(length_s: float, seconds: int, cells: int) -> None:
    graded = assessment(((Grade.MILD, 0.0, length_s),), length_s=length_s)
    assert cell_s(graded) == seconds
    assert strip(graded) == (Grade.MILD,) * cells


def test_a_strip_survives_times_that_are_none() -> None:
    graded = assessment(((Grade.MILD, 0.0, 2.0),), length_s=2.0)
    broken = Reading(float("nan"), 0.1, None, Gap.NO_FACE)
    beyond = Reading(90.0, 0.1, None, Gap.NO_FACE)
    assert strip(type(graded)(**{**vars(graded), "readings": (broken, beyond)})) == (Grade.MILD, Grade.MILD)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        ("short", 10, 1),
        ("two words", 5, 2),
        ("a word longerthanthecolumn", 8, 4),
        ("光线太暗看不清面部", 18, 1),
        ("光线太暗看不清面部", 17, 2),
        ("光线太暗，看不清", 6, 3),
    ],
)
def test_lines_are_counted_as_a_column_breaks_them(text: str, width: float, lines: int) -> None:
    assert text_lines(text, width) == lines


def test_colours_differ_in_grey_as_much_as_in_colour() -> None:
    grey = [_lightness(PAINTS[GRADE_LOOKS[grade]].background) for grade in Grade]
    assert grey == sorted(grey, reverse=True)
    assert all(lighter - darker >= 8 for lighter, darker in itertools.pairwise(grey))


@pytest.mark.parametrize("look", [*GRADE_LOOKS.values(), Look.UNGRADED, Look.GAP])
def test_ink_is_read_on_every_colour(look: Look) -> None:
    ink, paper = (_luminance(colour) + 0.05 for colour in (PAINTS[look].ink, PAINTS[look].background))
    assert max(ink, paper) / min(ink, paper) >= 4.5  # WCAG 2.2, contrast (minimum)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_legend_runs_off_the_page(language: Language) -> None:
    sheet = legend_sheet(eight(), DAY, "Ward 3", SHANGHAI, language)
    width = sum(column.width for column in sheet.columns)
    for row in sheet.rows:
        if len(row) == 1 and row[0] is not None:
            assert text_width(str(row[0].value)) <= width


def _luminance(colour: str) -> float:
    """Relative luminance, 0..1, of an sRGB colour (IEC 61966-2-1)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lightness(colour: str) -> float:
    """CIE L*, 0..100."""
    return float(116 * _luminance(colour) ** (1 / 3) - 16)
