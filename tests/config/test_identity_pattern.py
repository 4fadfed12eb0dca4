from __future__ import annotations

import re

import pytest

from config.settings import load


@pytest.mark.parametrize(
    ("name", "bed", "patient", "activity"),
    [
        ("bed12_P0042_turning.mp4", "12", "P0042", "turning"),
        ("Bed 7.mp4", "7", None, None),
        ("bed3A-standing.mov", "3A", None, "standing"),
        ("bed03_S113_standing.mp4", "03", "S113", "standing"),
        ("bed15_none_flexion.mp4", "15", None, "flexion"),
        ("bed12_P0042_straight-leg-raise_2.mp4", "12", "P0042", "straight-leg-raise"),
        ("bed12.mp4", "12", None, None),
        ("床7_standing.mp4", "7", None, "standing"),
        ("P1000123.mp4", None, None, None),
        ("C0001.MP4", None, None, None),
        ("bed12345678.mp4", None, None, None),
        ("IMG_0001.mp4", None, None, None),
        ("bedroom.mp4", None, None, None),
        ("王小明.mp4", None, None, None),
    ],
)
def test_the_default_pattern_finds_what_a_nurse_types(
    name: str, bed: str | None, patient: str | None, activity: str | None
) -> None:
    match = re.search(load(None).inbox.identity_pattern, name)

    found = match.groupdict() if match else {"bed": None, "patient": None, "activity": None}
    assert (found["bed"], found["patient"], found["activity"]) == (bed, patient, activity)
