from __future__ import annotations

import pytest

from config.settings import load
from reports.identity import Named, Patterns, read_named

INBOX = load(None).inbox
PATTERNS = Patterns(INBOX.identity_pattern, INBOX.folder_pattern)
RAISE = "straight-leg-raise"


@pytest.mark.parametrize(
    ("name", "bed", "patient", "activity"),
    [
        ("bed12_P0042_turning.mp4", "12", "P0042", "turning"),
        ("Bed 7.mp4", "7", "", ""),
        ("bed3A-standing.mov", "3A", "", "standing"),
        ("bed03_S113_standing.mp4", "03", "S113", "standing"),
        ("bed15_none_flexion.mp4", "15", "", "flexion"),
        ("bed12_P0042_straight-leg-raise_2.mp4", "12", "P0042", RAISE),
        ("BED12 P0042 Straight Leg Raise.MP4", "12", "P0042", RAISE),
        ("P0042_bed12_SLR.mp4", "12", "P0042", RAISE),
        ("bed12.mp4", "12", "", ""),
        ("bed12_P0042_turning2.mp4", "12", "P0042", "turning"),
        ("bed12_P0042_flat_car_to_bed.mp4", "12", "P0042", "transfer"),
        ("床7_standing.mp4", "7", "", "standing"),
        ("12床_P0105_翻身.mp4", "12", "P0105", "turning"),
        ("12床_P0105_床上翻身_2.mp4", "12", "P0105", "turning"),
        ("P0105 12号床 平车过床.mp4", "12", "P0105", "transfer"),
        ("12床下肢屈伸.mp4", "12", "", "flexion"),
        ("12床-P0105-直腿抬高.mp4", "12", "P0105", RAISE),
        ("骨科十二床_P0105_床旁站立.mp4", "12", "P0105", "standing"),
        ("床号12_P0105.mp4", "12", "P0105", ""),
        ("１２床＿Ｐ０１０５＿翻身.mp4", "12", "P0105", "turning"),
        ("加3床_P0105.mp4", "加3", "P0105", ""),
        ("加三床_P0105.mp4", "加3", "P0105", ""),
        ("一零二床.mp4", "102", "", ""),
        ("A12床_P0105.mp4", "A12", "P0105", ""),
        ("bedA12_turn.mp4", "A12", "", "turning"),
        ("12床_王小明_翻身.mp4", "12", "", "turning"),
        ("平车过床2.mp4", "", "", "transfer"),
        ("床旁站立_P0105.mp4", "", "", "standing"),
        ("P1000123.mp4", "", "", ""),
        ("C0001.MP4", "", "", ""),
        ("bed12345678.mp4", "", "", ""),
        ("IMG_0001.mp4", "", "", ""),
        ("bedroom.mp4", "", "", ""),
        ("embedded12.mp4", "", "", ""),
        ("王小明.mp4", "", "", ""),
        ("return.mp4", "", "", ""),
        ("\udcff\udcfe床.mp4", "", "", ""),
    ],
)
def test_the_default_pattern_finds_what_a_nurse_types(name: str, bed: str, patient: str, activity: str) -> None:
    assert read_named(name, "", PATTERNS) == Named(bed, patient, activity)


@pytest.mark.parametrize(
    ("folder", "name", "named"),
    [
        ("bed12", "IMG_0001.mp4", Named("12", "", "")),
        ("12床/P0105", "翻身.mp4", Named("12", "P0105", "turning")),
        ("P0105", "bed12_turning.mp4", Named("12", "P0105", "turning")),
        ("bed12_P0105/standing", "MVI_1.mov", Named("12", "P0105", "standing")),
        ("bed12_P0105", "bed7_P0009_flexion.mp4", Named("7", "P0009", "flexion")),
        ("bed9/bed12", "a.mp4", Named("12", "", "")),
        ("十二床", "a.mp4", Named("12", "", "")),
        ("bed B101", "a.mp4", Named("B101", "", "")),
        ("B101床_P0105", "a.mp4", Named("B101", "P0105", "")),
        ("DCIM/100CANON", "MVI_0001.mp4", Named()),
        ("2026-11-25", "C0001.MP4", Named()),
        ("SD01", "a.mp4", Named()),
    ],
)
def test_what_the_file_does_not_say_its_folders_may(folder: str, name: str, named: Named) -> None:
    assert read_named(name, folder, PATTERNS) == named
