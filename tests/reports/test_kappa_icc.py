"""The formulas of agreement: the paper's tables to the printed digits, published examples, other programs' figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reports.icc import Form, Icc, iccs, mean_squares
from reports.kappa import Kappa, identity_weights, kappa_of, quadratic_weights, wilson
from tests.reports.paper_tables import CLINICIAN, PEEA, fitting_tables, ratings
from tests.reports.statistics_vectors import VECTORS, Vector

PAPER = list(fitting_tables())
# six targets, four judges: P. E. Shrout, J. L. Fleiss, Psychol. Bull. 86 (1979), Table 2
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def by_form(found: tuple[Icc, ...]) -> dict[Form, Icc]:
    return {icc.form: icc for icc in found}


def defined(table: np.ndarray, weights: np.ndarray) -> Kappa:
    found = kappa_of(table, weights)
    assert found is not None
    return found


def test_the_papers_table_7_is_met_to_the_printed_digits() -> None:
    found = [defined(table, identity_weights(4)) for table in PAPER]

    assert len(PAPER) == 1447
    assert {(table.trace(), table.sum()) for table in PAPER} == {(211, 272)}
    assert {round(each.kappa, 3) for each in found} == {0.683}
    assert {round(each.approximate_t or 0, 3) for each in found} == {17.976}
    assert {round(each.expected, 5) for each in found} == {0.29254}
    assert all(each.p is not None and each.p < 1e-50 for each in found)
    # the error depends on where the 61 lie, which is not printed: 0.036 is the most frequent of what is possible
    errors = [round(each.ase, 3) for each in found]
    assert max(set(errors), key=errors.count) == 0.036
    assert set(errors) == {0.034, 0.035, 0.036, 0.037}


def test_the_papers_table_6_is_met_to_the_printed_digits() -> None:
    for table in PAPER[::25]:
        found = by_form(iccs(ratings(table)))
        single, mean = found[Form.CONSISTENCY], found[Form.CONSISTENCY_MEAN]
        assert [round(each, 4) for each in (single.value, single.low, single.high)] == [0.8616, 0.8276, 0.8894]
        assert [round(each, 4) for each in (mean.value, mean.low, mean.high)] == [0.9257, 0.9056, 0.9414]
        assert round(found[Form.AGREEMENT].value, 4) == 0.8616


def test_the_papers_table_5_has_the_margins_of_every_table_that_fits() -> None:
    assert {tuple(table.sum(axis=1)) for table in PAPER} == {CLINICIAN}
    assert {tuple(table.sum(axis=0)) for table in PAPER} == {PEEA}
    assert {round(defined(table, quadratic_weights(4)).kappa, 3) for table in PAPER} == {0.861}


def test_the_exact_agreement_of_the_paper_has_wilsons_interval() -> None:
    interval = wilson(211, 272)

    assert (round(interval.low, 3), round(interval.high, 3)) == (0.723, 0.821)


def test_shrout_and_fleiss_example_is_met() -> None:
    found = {form: round(icc.value, 2) for form, icc in by_form(iccs(SHROUT_FLEISS)).items()}

    assert found == {
        Form.ONE_WAY: 0.17,
        Form.AGREEMENT: 0.29,
        Form.CONSISTENCY: 0.71,
        Form.ONE_WAY_MEAN: 0.44,
        Form.AGREEMENT_MEAN: 0.62,
        Form.CONSISTENCY_MEAN: 0.91,
    }
    squares = mean_squares(SHROUT_FLEISS)
    assert [round(each, 2) for each in (squares.subjects, squares.within, squares.raters, squares.residual)] == [
        11.24,
        6.26,
        32.49,
        1.02,
    ]


def test_fleiss_example_of_1981_is_met() -> None:
    # J. L. Fleiss, Statistical Methods for Rates and Proportions, 2nd edition (1981), Table 13.1: 100 patients
    table = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])

    found = defined(table, identity_weights(3))

    assert [round(each or 0, 3) for each in (found.kappa, found.ase, found.approximate_t)] == [0.676, 0.088, 8.879]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_other_programs_give_the_same_figures(vector: Vector) -> None:
    table = np.array(vector.table)
    found = by_form(iccs(ratings(table)))

    for weights, theirs in (
        (identity_weights(len(table)), vector.kappa),
        (quadratic_weights(len(table)), vector.weighted),
    ):
        ours = defined(table, weights)
        assert (ours.kappa, ours.ase, ours.approximate_t) == pytest.approx(theirs[:3], abs=1e-9)
        assert ours.p == pytest.approx(theirs[3], rel=1e-6, abs=1e-300)
    for name, value in vector.iccs:
        assert found[Form(name)].value == pytest.approx(value, abs=1e-9)
    for name, low, high in vector.intervals:  # printed by the other program with two digits
        assert (found[Form(name)].low, found[Form(name)].high) == pytest.approx((low, high), abs=0.0051)


@pytest.mark.parametrize(
    "table",
    [np.zeros((5, 5), np.int64), np.diag([0, 7, 0, 0, 0])],
    ids=["no pairs", "one grade throughout"],
)
def test_kappa_is_not_defined_without_two_grades(table: np.ndarray) -> None:
    assert kappa_of(table, identity_weights(5)) is None
    assert kappa_of(table, quadratic_weights(5)) is None


def test_full_agreement_is_one_with_no_error() -> None:
    found = defined(np.diag([0, 7, 3, 0, 0]), identity_weights(5))

    assert (found.kappa, found.ase, found.high) == (1.0, 0.0, 1.0)
    assert {(icc.value, icc.low, icc.high) for icc in iccs(np.array([[1, 1], [2, 2], [4, 4]], float))} == {(1, 1, 1)}


@pytest.mark.parametrize(
    "grades",
    [
        [[2, 2], [2, 2]],
        [[2, 3], [2, 3], [2, 3]],
        [[1, 2], [2, 3], [3, 4]],
        [[1, 4], [4, 1]],
        [[1, 4], [4, 1], [1, 4], [4, 1]],
        [[1, 1], [4, 1]],
        [[0, 1], [1, 0]],
        [[1, 1], [1, 2]],
    ],
)
def test_no_figure_is_ever_not_a_number(grades: list[list[int]]) -> None:
    for icc in iccs(np.array(grades, float)):
        assert all(map(math.isfinite, (icc.value, icc.low, icc.high)))
        assert icc.value <= 1
    table = np.zeros((5, 5), np.int64)
    for clinician, peea in grades:
        table[clinician, peea] += 1
    for weights in (identity_weights(5), quadratic_weights(5)):
        found = kappa_of(table, weights)
        if found is not None:
            numbers = (found.kappa, found.ase, found.low, found.high, found.approximate_t or 0.0, found.p or 0.0)
            assert all(map(math.isfinite, numbers))


def test_a_rater_who_is_stricter_throughout_agrees_less_and_is_as_consistent() -> None:
    found = by_form(iccs(np.array([[1, 2], [2, 3], [3, 4], [1, 2]], float)))

    assert found[Form.CONSISTENCY].value == 1
    assert found[Form.AGREEMENT].value < 0.8


@pytest.mark.parametrize("shape", [(1, 2), (3, 1), (0, 2)])
def test_one_subject_or_one_rater_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two at least"):
        mean_squares(np.zeros(shape))
