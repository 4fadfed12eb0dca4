import pytest

from grading.assess import assess, longest, seconds_per_grade
from grading.confirm import label, segments
from grading.types import Assessment, Gap, Grade, Note, Quality, Reading, Reason, Rejection, Segment

STEP_S = 0.1
QUALITY = Quality(10.0, 1.0, 120.0)


def said(text: str, n_grades: int = 5) -> list[Reading]:
    """Readings from a string: a digit is a frame of that grade, '.' a frame without a face; 10 frames a second."""
    readings = []
    for index, letter in enumerate(text):
        time_s = index * STEP_S
        if letter == ".":
            readings.append(Reading(time_s, STEP_S, None, Gap.NO_FACE))
            continue
        row = [0.05] * n_grades
        row[int(letter) - (5 - n_grades)] = 1 - 0.05 * (n_grades - 1)
        readings.append(Reading(time_s, STEP_S, tuple(row)))
    return readings


def stretches(text: str, confirm_s: float = 0.5) -> list[tuple[int, float, float]]:
    return [(int(s.grade), round(s.start_s, 3), round(s.end_s, 3)) for s in segments(said(text), confirm_s)]


def test_a_label_counts_from_its_first_frame_once_it_has_held() -> None:
    assert stretches("11111") == [(1, 0.0, 0.5)]
    assert stretches("1111") == []


def test_a_flicker_changes_nothing() -> None:
    assert stretches("1111112211111133111111") == [(1, 0.0, 2.2)]


def test_the_next_confirmed_grade_ends_the_one_before_where_it_began() -> None:
    assert stretches("1111111133333333") == [(1, 0.0, 0.8), (3, 0.8, 1.6)]


def test_what_comes_before_the_first_confirmation_belongs_to_no_grade() -> None:
    assert stretches("1212122222") == [(2, 0.5, 1.0)]


def test_a_gap_breaks_the_run_and_belongs_to_no_grade() -> None:
    assert stretches("1111111...1111111") == [(1, 0.0, 0.7), (1, 1.0, 1.7)]
    assert stretches("111.111.111") == []


def test_a_held_grade_does_not_reach_over_a_gap() -> None:
    assert stretches("33333333..1122") == [(3, 0.0, 0.8)]


def test_nothing_confirmed_leaves_no_stretch_even_between_gaps() -> None:
    assert stretches("12..12..") == []
    assert stretches("") == []


def test_frames_count_by_their_duration_not_by_their_number() -> None:
    slow = [Reading(time_s, 0.3, (0.0, 1.0, 0.0, 0.0, 0.0)) for time_s in (0.0, 0.3)]
    assert segments(slow, 0.5) == (Segment(Grade.MILD, 0.0, 0.6),)


def test_four_probabilities_start_with_mild_and_five_with_none() -> None:
    assert label((0.7, 0.1, 0.1, 0.1)) is Grade.MILD
    assert label((0.6, 0.1, 0.1, 0.1, 0.1)) is Grade.NONE
    assert label((0.1, 0.1, 0.1, 0.7)) is Grade.INTENSE


def test_a_tie_of_probabilities_goes_to_the_more_severe() -> None:
    assert label((0.0, 0.4, 0.4, 0.1, 0.1)) is Grade.OBVIOUS


def test_longest_counts_the_total_over_all_stretches() -> None:
    outcome = assess(said("1" * 30 + "3" * 20 + "1" * 5 + "3" * 20), QUALITY, 0.5, 10.0, "toy")
    assert isinstance(outcome, Assessment)
    assert outcome.grade is Grade.SEVERE
    assert outcome.seconds == pytest.approx((0, 3.5, 0, 4.0, 0))
    assert outcome.peak_grade is Grade.SEVERE


def test_a_tie_of_seconds_goes_to_the_more_severe() -> None:
    assert longest((0.0, 5.0, 0.0, 5.0, 0.0)) is Grade.SEVERE
    assert longest((0.0, 5.0001, 0.0, 5.0, 0.0)) is Grade.SEVERE


def test_rest_wins_only_if_no_pain_was_confirmed() -> None:
    assert longest((20.0, 0.6, 0.0, 0.0, 0.0)) is Grade.MILD
    assert longest((20.0, 0.0, 0.0, 0.0, 0.0)) is Grade.NONE


def test_a_recording_in_which_nothing_held_is_not_stable() -> None:
    outcome = assess(said("1234" * 10), QUALITY, 0.5, 10.0, "toy")
    assert outcome == Rejection(Reason.NOT_STABLE, QUALITY, "toy")


def test_confidence_is_the_mean_probability_of_the_grade_over_its_frames() -> None:
    outcome = assess(said("1" * 8 + "4" * 12, n_grades=4), QUALITY, 0.5, 10.0, "toy")
    assert isinstance(outcome, Assessment)
    assert outcome.confidence == pytest.approx(0.85)


def test_seconds_are_those_of_the_stretches() -> None:
    made = [Segment(Grade.MILD, 0.0, 2.0), Segment(Grade.NONE, 2.0, 3.5), Segment(Grade.MILD, 5.0, 6.0)]
    assert seconds_per_grade(made) == (1.5, 3.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "is_close"),
    [
        ("2" * 45 + "3" * 55, False),  # a tenth of the recording between them
        ("2" * 46 + "3" * 54, True),
        ("2" * 54 + "3" * 46, True),
        ("2" * 50 + "3" * 50, True),
        ("0" * 48 + "3" * 52, False),  # no pain is no rival of a pain grade
        ("0" * 95 + "3" * 5, False),
        ("0" * 100, False),
    ],
)
def test_two_pain_grades_of_almost_the_same_length_are_noted(text: str, is_close: bool) -> None:
    outcome = assess(said(text), QUALITY, 0.5, 10.0, "toy")
    assert isinstance(outcome, Assessment)
    assert (Note.CLOSE_CALL in outcome.quality.notes) is is_close
