"""Outcomes to text and back."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from archive import outcomes
from grading.types import Gap, Grade, Note, Outcome, Quality, Reading, Reason, Rejection
from tests.archive.values import ASSESSMENT, REJECTION

ALL = [
    ASSESSMENT,
    REJECTION,
    *(Rejection(reason) for reason in Reason),
    replace(ASSESSMENT, readings=(), segments=(), grade=Grade.NONE, peak_grade=Grade.NONE),
    replace(ASSESSMENT, readings=tuple(Reading(0.0, 0.1, None, gap) for gap in Gap)),
    replace(ASSESSMENT, quality=Quality(1e-300, 5e-324, math.pi, tuple(Note))),
    replace(ASSESSMENT, model='版本 "2" \\ \n'),
]


@pytest.mark.parametrize("outcome", ALL, ids=lambda outcome: type(outcome).__name__)
def test_exactly_the_same_outcome_comes_back(outcome: Outcome) -> None:
    again = outcomes.from_json(outcomes.to_json(outcome))

    assert again == outcome
    assert repr(again) == repr(outcome)


def test_the_text_is_json_in_one_line_and_says_its_version() -> None:
    text = outcomes.to_json(ASSESSMENT)

    assert "\n" not in text
    assert json.loads(text)["version"] == 1


def test_the_first_form_ever_written_stays_readable() -> None:
    text = '{"version":1,"rejection":{"reason":"too_dim","quality":[21.5],"model":"m"}}'.replace(
        "[21.5]", '{"length_s":21.5,"face_share":0.25,"brightness":9.5,"notes":["dim"]}'
    )

    assert outcomes.from_json(text) == Rejection(Reason.TOO_DIM, Quality(21.5, 0.25, 9.5, (Note.DIM,)), "m")


def test_numbers_of_numpy_become_plain_ones() -> None:
    outcome = replace(ASSESSMENT, confidence=np.float32(0.1), confirm_s=np.float64(0.5))  # type: ignore[arg-type]

    again = outcomes.from_json(outcomes.to_json(outcome))

    assert again == outcome
    assert type(again.confidence) is float  # type: ignore[union-attr]


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        outcomes.to_json(replace(ASSESSMENT, confidence=number))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version":1}',
        '{"version":1,"rejection":{"reason":"bored","quality":null,"model":""}}',
        '{"version":1,"rejection":null}',
        outcomes.to_json(ASSESSMENT).replace('"grade":3', '"grade":9'),
        outcomes.to_json(ASSESSMENT).replace('"seconds":[0.1,', '"seconds":['),
        outcomes.to_json(ASSESSMENT)[:-5],
    ],
)
def test_text_that_is_no_outcome_is_refused(text: str) -> None:
    with pytest.raises(outcomes.OutcomeTextError, match="not an outcome"):
        outcomes.from_json(text)


def test_an_outcome_of_a_newer_program_is_refused_with_advice() -> None:
    with pytest.raises(outcomes.OutcomeTextError, match=r"version 2.*update"):
        outcomes.from_json('{"version":2}')
