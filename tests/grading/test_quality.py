import pytest

from grading.quality import Limits, frontal_ratio, gap_of, quality_of, reason_against
from grading.types import Box, Face, Gap, Note, Quality, Reading, Reason
from tests.grading.toys import landmarks_of

LIMITS = Limits()
FACE = Box(100, 100, 150, 190)
ROW = (0.1, 0.6, 0.1, 0.1, 0.1)


def face(apart_share: float = 0.36, box: Box = FACE) -> Face:
    return Face(box, landmarks_of(box, apart_share), 0.99)


def readings(usable: int, gaps: dict[Gap, int]) -> list[Reading]:
    made = [Reading(0.0, 0.1, ROW)] * usable
    for gap, count in gaps.items():
        made += [Reading(0.0, 0.1, None, gap)] * count
    return made


def test_a_frontal_lit_large_face_has_no_gap() -> None:
    assert gap_of(face(), 120.0, LIMITS) is None


def test_a_face_turned_away_is_told_by_its_eyes_drawing_together() -> None:
    assert gap_of(face(apart_share=0.14), 120.0, LIMITS) is Gap.TURNED_AWAY
    assert frontal_ratio(face(0.36)) > 0.6 > LIMITS.turned_away_ratio > frontal_ratio(face(0.14))


def test_a_dark_or_small_face_is_not_graded() -> None:
    assert gap_of(face(), LIMITS.too_dark_luma - 1, LIMITS) is Gap.TOO_DARK
    assert gap_of(face(box=Box(10, 10, 30, 40)), 120.0, LIMITS) is Gap.TOO_SMALL


@pytest.mark.parametrize(
    ("usable", "gaps", "picture_luma", "length_s", "reason"),
    [
        (200, {}, 120.0, 20.0, None),
        (50, {Gap.TURNED_AWAY: 150}, 120.0, 20.0, None),
        (0, {Gap.NO_FACE: 200}, 120.0, 20.0, Reason.NO_FACE),
        (2, {Gap.NO_FACE: 198}, 120.0, 20.0, Reason.NO_FACE),
        (20, {Gap.NO_FACE: 180}, 120.0, 20.0, Reason.TOO_FEW_FACES),
        (0, {Gap.TURNED_AWAY: 200}, 120.0, 20.0, Reason.TOO_FEW_FACES),
        (0, {Gap.NO_FACE: 200}, 12.0, 20.0, Reason.TOO_DIM),
        (0, {Gap.TOO_DARK: 200}, 60.0, 20.0, Reason.TOO_DIM),
        (10, {Gap.TOO_DARK: 150, Gap.NO_FACE: 40}, 60.0, 20.0, Reason.TOO_DIM),
        (10, {}, 120.0, 1.0, Reason.TOO_SHORT),
    ],
)
def test_the_reason_against_a_recording(
    usable: int, gaps: dict[Gap, int], picture_luma: float, length_s: float, reason: Reason | None
) -> None:
    seen = readings(usable, gaps)
    quality = quality_of(seen, length_s, 100.0, 1, LIMITS)
    assert reason_against(quality, seen, picture_luma, LIMITS) is reason


def test_quality_notes_what_a_person_should_know() -> None:
    seen = readings(100, {Gap.TURNED_AWAY: 50, Gap.NO_FACE: 50})
    quality = quality_of(seen, 60.0, 60.0, 2, LIMITS)
    assert quality == Quality(
        60.0,
        pytest.approx(0.5),
        60.0,
        (Note.DIM, Note.TURNED_AWAY, Note.FACE_OFTEN_LOST, Note.SEVERAL_FACES, Note.LENGTH_UNUSUAL),
    )
    assert quality_of(readings(200, {}), 22.0, 120.0, 1, LIMITS).notes == ()
