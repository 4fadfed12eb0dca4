from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reports.identity_words import identity_words, occasion_words
from reports.patient import Check, Outside, occasion_h
from reports.record import Record
from reports.words import LANGUAGES, Language
from tests.reports.samples import NOON, eight, record


def of(
    bed: str = "12", patient: str = "P0042", *, outside: tuple[Outside, ...] = (), checks: tuple[Check, ...] = ()
) -> Record:
    return replace(record(1, eight()[0].outcome, bed=bed, patient=patient), outside=outside, checks=checks)


@pytest.mark.parametrize(
    ("one", "english", "chinese"),
    [
        (of(), "", ""),
        (of(patient=""), "", ""),
        (of("", ""), "Complete by hand: bed, patient id.", "请手工补全：床号、患者编号。"),
        (of(bed=""), "Complete by hand: bed.", "请手工补全：床号。"),
        (
            of(patient="", checks=(Check.NOT_ON_ROSTER,)),
            "Complete by hand: patient id. Check: nobody on the roster fits.",
            "请手工补全：患者编号。请核对：名册中没有相符者。",
        ),
        (
            of(outside=(Outside.UNDER_65, Outside.APHASIA)),
            "Outside the studied group: under 65 years, aphasia.",
            "不属于研究人群：未满 65 岁、失语。",
        ),
    ],
)
def test_a_row_says_what_is_missing_and_who_is_outside_the_studied_group(
    one: Record, english: str, chinese: str
) -> None:
    assert identity_words(one, "en") == english
    assert identity_words(one, "zh") == chinese


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_check_has_words(language: Language) -> None:
    said = identity_words(of(outside=tuple(Outside), checks=tuple(Check)), language)

    assert all(str(each) not in said for each in (*Outside, *Check) if "_" in each)
    assert said.count("Check:" if language == "en" else "请核对") == len(Check)


@pytest.mark.parametrize(
    ("hours", "occasion"),
    [(None, None), (0.0, None), (11.9, None), (12.0, 24), (24.0, 24), (35.9, 24), (36.1, 48), (60.0, 48), (60.1, None)],
)
def test_a_recording_belongs_to_the_nearer_occasion(hours: float | None, occasion: int | None) -> None:
    assert occasion_h(hours) == occasion


def test_hours_count_to_the_recording_or_else_to_its_receipt() -> None:
    received = replace(of(), injured_at=NOON - timedelta(hours=30))
    recorded = replace(received, recorded_at=NOON - timedelta(hours=4))

    assert received.hours_since_injury == 30
    assert recorded.hours_since_injury == 26
    assert of().hours_since_injury is None
    assert replace(of(), injured_at=NOON + timedelta(hours=1)).hours_since_injury is None
    assert [occasion_words(recorded, language) for language in LANGUAGES] == ["24 h", "24 小时"]
    assert occasion_words(of(), "en") == ""
