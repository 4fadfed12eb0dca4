from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grading.types import Grade
from trainer.cases import Case
from trainer.labels import class_weights, targets, unit_targets
from trainer.ratings import pspi


def case(grade: int, intensity: float | None = None) -> Case:
    return Case(Path("a.png"), "P1", Grade(grade), "train", intensity)


def test_the_paper_s_example_is_12() -> None:
    # Figure 4 and eq. 3: AU4 = 4, AU6 = 3, AU7 = 4, AU9 = 2, AU10 = 3, AU43 = 1, from the letters
    assert pspi(4, 3, 4, 2, 3, 1) == 12


def test_a_grade_without_a_coded_pspi_is_taught_as_it_is() -> None:
    assert targets([case(3)], 5, 0.5).tolist() == [[0, 0, 0, 1, 0]]
    assert targets([case(3, 12.0)], 5, 0.0).tolist() == [[0, 0, 0, 1, 0]]


def test_a_pspi_at_an_edge_is_taught_as_half_and_half() -> None:
    row = targets([case(2, 5.5)], 5, 0.5)[0]
    assert row[1] == pytest.approx(0.5, abs=0.01) and row[2] == pytest.approx(0.5, abs=0.01)


def test_a_pspi_within_a_band_is_taught_as_nearly_sure() -> None:
    assert targets([case(2, 8.0)], 5, 0.5)[0, 2] > 0.99


def test_where_raters_and_a_coded_pspi_disagree_what_the_raters_said_is_taught() -> None:
    assert targets([case(4, 3.0), case(1, 12.0)], 5, 0.5).tolist() == [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0]]


def test_a_face_at_rest_is_at_rest() -> None:
    assert targets([case(0, 0.0)], 5, 0.5).tolist() == [[1, 0, 0, 0, 0]]


def test_rows_sum_to_one_with_four_grades_too() -> None:
    rows = targets([case(1, 1.0), case(4, 15.0)], 4, 0.8)
    assert rows.shape == (2, 4)
    assert rows.sum(axis=1) == pytest.approx(np.ones(2), abs=1e-6)


def test_the_paper_s_imbalance_weighs_rare_grades_more() -> None:
    counts = {Grade.MILD: 2247, Grade.OBVIOUS: 735, Grade.SEVERE: 729, Grade.INTENSE: 827}
    weights = class_weights([grade for grade, count in counts.items() for _ in range(count)])
    assert [round(weights[grade], 3) for grade in counts] == [0.505, 1.544, 1.556, 1.372]
    # every grade weighs the same in all, and the pictures weigh 1 in the mean
    assert [weights[grade] * count for grade, count in counts.items()] == pytest.approx([4538 / 4] * 4)


def test_action_units_that_were_not_coded_are_no_number() -> None:
    coded = replace(case(3, 12.0), units=(4.0, 3.0, 4.0, 2.0, 3.0, 1.0))
    taught = unit_targets([coded, case(1)])
    assert taught[0].tolist() == [4, 3, 4, 2, 3, 1] and np.isnan(taught[1]).all()
