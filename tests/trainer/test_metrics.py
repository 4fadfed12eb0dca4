import numpy as np
import pytest

from trainer.metrics import (
    accuracy,
    balanced_accuracy,
    calibration_error,
    confusion,
    judge,
    macro_f1,
    mean_error_grades,
    quadratic_kappa,
    reliability,
    with_interval,
)

TRUE = np.array([0, 0, 1, 1, 1, 1, 2, 3, 3, 4])
SAID = np.array([0, 1, 1, 1, 2, 1, 2, 3, 1, 4])


def test_figures_by_hand() -> None:
    assert accuracy(TRUE, SAID) == pytest.approx(0.7)
    assert balanced_accuracy(TRUE, SAID) == pytest.approx((0.5 + 0.75 + 1 + 0.5 + 1) / 5)
    assert macro_f1(TRUE, SAID) == pytest.approx((2 / 3 + 6 / 9 + 2 / 3 + 2 / 3 + 1) / 5)
    assert mean_error_grades(TRUE, SAID) == pytest.approx(0.4)
    assert confusion(TRUE, SAID)[3] == (0, 1, 0, 1, 0)


def test_figures_are_those_of_scikit_learn() -> None:
    # numbers printed by scikit-learn 1.9.1 for these grades; its f1_score also counts grades that were only said
    true = [
        1,
        3,
        0,
        1,
        1,
        1,
        4,
        3,
        4,
        4,
        0,
        0,
        4,
        0,
        0,
        0,
        4,
        1,
        1,
        0,
        2,
        2,
        4,
        3,
        4,
        0,
        2,
        2,
        3,
        0,
        1,
        2,
        0,
        4,
        3,
        3,
        2,
    ]
    said = [
        0,
        2,
        0,
        1,
        3,
        1,
        4,
        3,
        4,
        3,
        0,
        0,
        4,
        2,
        0,
        0,
        2,
        0,
        0,
        0,
        2,
        2,
        4,
        3,
        3,
        2,
        2,
        2,
        2,
        1,
        0,
        2,
        0,
        4,
        3,
        4,
        2,
    ]
    one, other = np.array([*true, 2, 1, 1]), np.array([*said, 4, 1, 0])
    assert accuracy(one, other) == pytest.approx(0.6)
    assert balanced_accuracy(one, other) == pytest.approx(0.6030952380952381)
    assert macro_f1(one, other) == pytest.approx(0.5862470862470862)
    assert quadratic_kappa(one, other) == pytest.approx(0.81786133960047)
    one, other = np.array([1, 1, 2, 2, 3]), np.array([1, 4, 2, 2, 2])
    assert macro_f1(one, other) == pytest.approx(0.3666666666666667)
    assert balanced_accuracy(one, other) == pytest.approx(0.5)
    assert quadratic_kappa(one, other) == pytest.approx(-0.19047619047619047)


def test_calibration_error_is_the_gap_between_the_bins_confidence_and_accuracy() -> None:
    true = np.array([0, 0, 1, 1])
    sure = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.4, 0.6]], np.float32)
    assert [(each.count, round(each.confidence, 6), each.right) for each in reliability(true, sure, 0)] == [
        (2, 0.6, 0.5),
        (2, 0.9, 1.0),
    ]
    assert calibration_error(true, sure, 0) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def test_quadratic_kappa_of_the_paper_s_agreement_is_0_861() -> None:
    # 211 of 272 agree, 60 differ by one grade, one by two, with the margins of the paper's Table 5
    table = np.array([[58, 10, 0, 0], [10, 66, 14, 0], [1, 18, 69, 3], [0, 0, 5, 18]])
    assert table.sum(axis=1).tolist() == [68, 90, 91, 23] and table.sum(axis=0).tolist() == [69, 94, 88, 21]
    rows, columns = np.meshgrid(range(1, 5), range(1, 5), indexing="ij")
    true, said = rows.repeat(1).repeat(table.ravel()), columns.ravel().repeat(table.ravel())
    assert quadratic_kappa(true, said) == pytest.approx(0.861, abs=0.0005)


def test_kappa_is_one_for_perfect_and_about_nothing_for_chance() -> None:
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 5, 4000)
    assert quadratic_kappa(grades, grades) == 1.0
    assert quadratic_kappa(grades, rng.permutation(grades)) == pytest.approx(0, abs=0.05)
    assert quadratic_kappa(np.ones(3, int), np.ones(3, int)) == 1.0


def test_intervals_draw_patients_not_pictures() -> None:
    # one patient all wrong, nine all right, 50 pictures each: between patients the spread is wide
    patients = np.repeat([f"P{number}" for number in range(10)], 50)
    right = patients != "P0"
    figure = with_interval(lambda at: float(right[at].mean()), patients.tolist(), draws=400)
    assert figure.value == pytest.approx(0.9)
    assert figure.low <= 0.75 and figure.high == pytest.approx(1.0)


def test_a_network_that_is_as_sure_as_it_is_right_is_calibrated() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 5, 5000)
    sure = np.full((5000, 5), 0.05, np.float32)
    said = np.where(rng.random(5000) < 0.8, true, (true + 1) % 5)
    sure[np.arange(5000), said] = 0.8
    assert calibration_error(true, sure, 0) < 0.02
    assert calibration_error(true, np.eye(5, dtype=np.float32)[said], 0) == pytest.approx(0.2, abs=0.02)


def test_four_grades_are_judged_from_mild_on() -> None:
    rows = np.eye(4, dtype=np.float32)[[0, 1, 2, 3]]
    figures = judge(np.array([1, 2, 3, 4]), rows, ["a", "b", "c", "d"], first_grade=1, draws=20)
    assert figures["accuracy"].value == 1.0
    assert set(figures) == {
        "accuracy",
        "balanced_accuracy",
        "macro_f1",
        "quadratic_kappa",
        "mean_error_grades",
        "calibration_error",
    }
