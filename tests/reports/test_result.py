"""The result sheet: what a ward reads on it, in both languages, for every kind of outcome."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import openpyxl
import pytest

from grading.types import Assessment, Grade, Note, Quality, Reading, Reason, Rejection, Segment
from reports import pictures
from reports.moments import moments_s
from reports.patient import Outside
from reports.record import Record
from reports.result import Origin, Stills, result_sheet
from reports.result_picture import timeline_of
from reports.result_words import note_advice
from reports.words import LANGUAGES, Language, advice, grade_words, reason_words, statement
from tests.reports.samples import NOON, assessment, eight, record

ORIGIN = Origin("Ward 3", ZoneInfo("Asia/Shanghai"))


def sheet_of(one: Record, language: Language = "en", stills: Stills | None = None) -> bytes:
    timeline = timeline_of(one.outcome, language) if isinstance(one.outcome, Assessment) else None
    return result_sheet(one, ORIGIN, language, timeline, stills)


def words_of(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "\n".join("\t".join("" if v is None else str(v) for v in row) for sheet in book for row in sheet.values)


def n_images(data: bytes) -> int:
    return sum(len(sheet._images) for sheet in openpyxl.load_workbook(io.BytesIO(data)))


def pixels(png: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def share_of_colour(png: bytes, colour: str) -> float:
    wanted = np.array([int(colour[place : place + 2], 16) for place in (0, 2, 4)])
    return float((np.abs(pixels(png).astype(int) - wanted).max(axis=2) <= 2).mean())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", eight()[:7], ids=[str(each.number) for each in eight()[:7]])
def test_a_sheet_says_the_grade_or_why_there_is_none(one: Record, language: Language) -> None:
    data = sheet_of(one, language)
    said = words_of(data)

    assert statement(language) in said
    assert one.record_id in said
    if isinstance(one.outcome, Assessment):
        assert grade_words(one.outcome.grade, language) in said
        assert n_images(data) == 1
        for note in one.outcome.quality.notes:
            assert note_advice(note, language) in said
    else:
        assert isinstance(one.outcome, Rejection)
        assert reason_words(one.outcome.reason, language) in said
        assert advice(one.outcome.reason, language) in said
        assert n_images(data) == 0
    assert bool(re.search("WARNING|警告", said)) == (one.outcome.model == "phantom-1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_has_advice(language: Language) -> None:
    assert len({note_advice(note, language) for note in Note}) >= len(Note) - 1


def test_the_seconds_on_the_sheet_add_up_to_the_length() -> None:
    one = record(1, assessment(((Grade.MILD, 1.0, 9.0), (Grade.SEVERE, 12.0, 20.0)), gap_s=(9.0, 11.0)))
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet_of(one))).worksheets[0].values)
    first = next(place for place, row in enumerate(rows) if row[0] == "Grade") + 1
    seconds = {str(row[0]): row[1] for row in rows[first : first + 7]}

    assert seconds["1 Mild"] == seconds["3 Severe"] == 8
    assert seconds["No usable face"] == pytest.approx(2.0)
    assert seconds["Nothing confirmed"] == pytest.approx(4.0)
    assert sum(float(str(each)) for each in seconds.values()) == pytest.approx(22.0)


def test_identity_stands_on_the_sheet_and_what_is_missing_too() -> None:
    one = replace(eight()[0], bed="", injured_at=NOON - timedelta(hours=23), outside=(Outside.UNDER_65,))

    said = words_of(sheet_of(one))

    assert "23 (24 h)" in said
    assert "Complete by hand: bed." in said
    assert "Outside the studied group: under 65 years." in said


def test_hostile_text_is_text(tmp_path: object) -> None:
    hostile = ("=1+1", "+A1", "@SUM(1)", "\x00\x1b", "🙂\u202e", "a" * 40_000, "\udcff", "</t>")
    for text in hostile:
        data = sheet_of(record(1, Rejection(Reason.NO_FACE), bed=text, patient=text, activity=text))
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert all(cell.data_type != "f" for row in book.worksheets[0] for cell in row)


def test_numbers_that_are_none_are_dashes() -> None:
    nan = float("nan")
    outcome = replace(
        assessment(((Grade.MILD, 0.0, 2.0),)), confidence=nan, quality=Quality(nan, nan, nan), seconds=(nan,) * 5
    )

    assert "nan" not in words_of(result_sheet(record(1, outcome), ORIGIN, "en", None)).casefold()


def test_the_same_record_gives_the_same_bytes() -> None:
    assert sheet_of(eight()[3], "zh") == sheet_of(eight()[3], "zh")


def test_faces_stand_only_where_they_were_asked_for_and_under_a_warning() -> None:
    _, encoded = cv2.imencode(".png", np.zeros((10, 30, 3), np.uint8))
    stills = Stills(encoded.tobytes(), (1.0, 12.04, 21.3), 30, 10)

    data = sheet_of(eight()[3], stills=stills)

    assert n_images(data) == 2
    assert "FACES OF A PATIENT" in words_of(data)
    assert "Onset, 1.0 s   ·   Apex, 12.0 s   ·   End, 21.3 s" in words_of(data)
    assert "No frames could be cut" in words_of(sheet_of(eight()[3], stills=Stills(None, (1.0, 2.0, 3.0), 0, 0)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_shows_each_grade_in_its_colour_for_its_time(language: Language) -> None:
    mild, both = (
        assessment(((Grade.MILD, 0.0, 11.0),)),
        assessment(((Grade.MILD, 0.0, 11.0), (Grade.SEVERE, 11.0, 22.0))),
    )

    assert share_of_colour(timeline_of(mild, language), "CC4A0C") == 0
    shares = [share_of_colour(timeline_of(both, language), colour) for colour in ("FBE08A", "CC4A0C")]
    assert shares[0] == pytest.approx(shares[1], rel=0.05)
    assert shares[0] > 0.03


def test_a_gap_is_hatched_and_nothing_confirmed_is_empty() -> None:
    with_gap = timeline_of(assessment(((Grade.MILD, 0.0, 9.0),), gap_s=(12.0, 20.0)), "en")
    without = timeline_of(assessment(((Grade.MILD, 0.0, 9.0),)), "en")

    assert share_of_colour(with_gap, "D9DCE1") > 0.1
    assert share_of_colour(without, "D9DCE1") < 0.01


def test_without_a_chinese_font_the_picture_has_numbers_and_no_empty_boxes(recwarn: pytest.WarningsRecorder) -> None:
    assert not pictures.can_write("zh", ("No Such Font",))
    timeline_of(assessment(((Grade.MILD, 0.0, 9.0),)), "zh", ("No Such Font",))

    assert not [each for each in recwarn if "Glyph" in str(each.message)]


@pytest.mark.skipif(not pictures.can_write("zh"), reason="needs a Chinese font")
def test_with_a_chinese_font_every_sign_has_a_glyph(recwarn: pytest.WarningsRecorder) -> None:
    timeline_of(assessment(((Grade.MILD, 0.0, 9.0),)), "zh")

    assert not [each for each in recwarn if "Glyph" in str(each.message)]


def test_the_moments_are_where_pain_begins_is_worst_and_ends() -> None:
    outcome = assessment(((Grade.NONE, 0.5, 6.0), (Grade.MILD, 6.0, 10.0), (Grade.SEVERE, 10.0, 15.0)))
    readings = tuple(
        Reading(each.time_s, 0.1, (0.0, 0.1, 0.1, 0.95 if each.time_s == 12.3 else 0.6, 0.0))
        for each in outcome.readings
    )

    assert moments_s(replace(outcome, readings=readings)) == (6.0, 12.3, 14.9)
    assert moments_s(replace(outcome, readings=())) == (6.0, 12.5, 14.9)


def test_four_grade_networks_and_resting_faces_have_moments_too() -> None:
    four = replace(
        assessment(((Grade.MILD, 1.0, 3.0),)),
        readings=(Reading(1.0, 1.0, (0.5, 0.2, 0.2, 0.1)), Reading(2.0, 1.0, (0.9, 0.1, 0.0, 0.0))),
    )
    resting = replace(assessment(((Grade.NONE, 1.0, 3.0),)), readings=(Reading(2.0, 1.0, (0.5, 0.2, 0.2, 0.1)),))

    assert moments_s(four) == (1.0, 2.0, 2.9)
    assert moments_s(resting) == (1.0, 2.0, 2.9)
    assert moments_s(replace(resting, segments=())) == (0.0, 11.0, 22.0)
    assert list(moments_s(replace(resting, segments=(Segment(Grade.MILD, 1.0, 1.05),)))) == [1.0, 1.0, 1.0]
