"""The rule by which a challenger replaces the champion, on grades made up for it."""

import numpy as np
import pytest

from trainer.metrics import mean_error_grades, quadratic_kappa
from trainer.promote import HeldOut, Verdict, decide

PATIENTS, EACH = 12, 20


def truth(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 5, PATIENTS * EACH)


def with_errors(true: np.ndarray, count: int, step: int = 1, seed: int = 1) -> np.ndarray:
    """So many pictures graded `step` grades away: upwards where that is possible, else down by one."""
    said = true.copy()
    for at in np.random.default_rng(seed).permutation(len(true))[:count]:
        said[at] = true[at] + step if true[at] + step <= 4 else true[at] - 1
    return said


def verdict(true: np.ndarray, champion: np.ndarray, challenger: np.ndarray, least: int = 8) -> Verdict:
    names = np.repeat([f"P{number:02}" for number in range(len(true) // EACH)], EACH).tolist()
    return decide("old", "new", HeldOut(true, champion, challenger, names), least)


def test_a_better_one_is_accepted() -> None:
    true = truth()
    said = verdict(true, with_errors(true, 60), with_errors(true, 20))
    assert said.is_accepted
    assert said.in_words().startswith("new may replace old: on 240 pictures of 12 patients")
    assert said.kappa_gain.low > 0 > said.error_rise.high


def test_the_same_network_is_accepted_with_no_difference_at_all() -> None:
    true = truth()
    said = verdict(true, with_errors(true, 30), with_errors(true, 30))
    assert said.is_accepted
    assert (said.kappa_gain.value, said.kappa_gain.low, said.error_rise.high, said.new_too_mild) == (0, 0, 0, 0)


def test_a_worse_one_is_refused_in_words() -> None:
    true = truth()
    said = verdict(true, with_errors(true, 20), with_errors(true, 60))
    assert not said.is_accepted
    assert said.in_words().startswith("old stays, not new: quadratic kappa falls by 0.0")
    assert "the mean error rises by 0.1667 grades" in said.in_words()


def test_one_that_guesses_is_refused() -> None:
    true = truth()
    assert not verdict(true, with_errors(true, 100), np.random.default_rng(5).permutation(true)).is_accepted


def test_one_new_error_of_two_grades_towards_less_pain_is_enough_to_refuse() -> None:
    true = truth()
    challenger = true.copy()
    challenger[np.flatnonzero(true == 4)[0]] = 2
    said = verdict(true, with_errors(true, 60), challenger)
    assert said.kappa_gain.low > 0
    assert said.faults == (
        "1 pictures of 1 patients are now graded two grades or more too mild, where the champion does not "
        "(allowed: none)",
    )


def test_the_same_error_in_both_is_not_new_and_one_towards_more_pain_is_no_danger() -> None:
    true = truth()
    champion, challenger = with_errors(true, 60), true.copy()
    champion[np.flatnonzero(true == 4)[0]] = challenger[np.flatnonzero(true == 4)[0]] = 2
    challenger[np.flatnonzero(true == 1)[0]] = 3
    assert verdict(true, champion, challenger).is_accepted


def test_pictures_of_one_grade_decide_nothing() -> None:
    true = np.full(PATIENTS * EACH, 2)
    said = verdict(true, with_errors(true, 20), true)  # it may say "obvious" of everybody
    assert said.kappa_gain.value > 0 > said.error_rise.value
    (fault,) = said.faults
    assert fault.startswith("all held-out pictures are obvious, so one that says obvious of everybody looks perfect")


def test_few_patients_decide_nothing_however_many_pictures_they_have() -> None:
    true = truth()[: 3 * EACH]
    said = verdict(true, with_errors(true, 30), true)
    assert said.faults == ("3 held-out patients are too few to tell, at least 8 are needed",)


def test_better_on_one_patient_and_worse_on_others_may_be_chance_and_is_refused() -> None:
    true = np.tile([1, 2, 3, 4], PATIENTS * EACH // 4)
    champion, challenger = true.copy(), true.copy()
    champion[:EACH] = 5 - true[:EACH]  # hopeless on the first patient, right on all others
    challenger[EACH : 5 * EACH : 2] = 3  # right on the first, wrong on four others
    said = verdict(true, champion, challenger)
    assert said.kappa_gain.value > 0 > said.kappa_gain.low
    assert [fault.split(" by as much as ")[0] for fault in said.faults] == [
        "quadratic kappa may have fallen",
        "the mean error may have risen",
    ]


def test_patients_are_drawn_and_not_pictures() -> None:
    # the same errors, in one patient or spread over all: only whole patients are drawn, so the former vary more
    true = np.tile([0, 1, 2, 3], PATIENTS * EACH // 4)
    in_one, spread = true.copy(), true.copy()
    in_one[:EACH] += 1
    spread[::PATIENTS] += 1
    narrow, wide = verdict(true, true, spread).error_rise, verdict(true, true, in_one).error_rise
    assert narrow.value == wide.value
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_its_figures_are_those_of_the_model_card() -> None:
    true = truth()
    champion, challenger = with_errors(true, 60), with_errors(true, 40, step=3)
    said = verdict(true, champion, challenger)
    assert said.kappas == pytest.approx((quadratic_kappa(true, champion), quadratic_kappa(true, challenger)))
    assert said.errors_grades == pytest.approx((mean_error_grades(true, champion), mean_error_grades(true, challenger)))


def test_no_patient_held_out_for_both_leaves_the_champion() -> None:
    nothing = np.zeros(0, np.int64)
    said = decide("old", "new", HeldOut(nothing, nothing, nothing, []), 8)
    assert not said.is_accepted
    assert "old stays, not new: there is no patient that both have not learnt from" in said.in_words()
