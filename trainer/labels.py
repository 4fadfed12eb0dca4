"""What the network is taught about each case: probabilities over the grades (numpy only).

A grade is a band of a finer scale (PSPI 0 to 16, paper, eq. 2; VAS 0 to 10). A face at the edge of two bands is no
certain member of either, so where the PSPI was coded the target is the probability that a coding with an error of
`softness` (standard deviation, in PSPI points) falls into each band; without a coded PSPI, or where it says another
grade than the raters, it is the grade itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grading.types import Grade
from trainer.cases import Case
from trainer.ratings import HIGHEST_PSPI, PSPI_EDGES, UNITS


def targets(cases: Sequence[Case], n_grades: int, softness: float) -> NDArray[np.float32]:
    """Probabilities to learn, float32 (n, n_grades), rows summing to 1; n_grades is 5 with NONE first, or 4."""
    first = Grade.NONE if n_grades == len(Grade) else Grade.MILD
    rows = [_soft(case.pspi, softness) if _is_soft(case, softness) else _hard(case.grade) for case in cases]
    kept = np.array(rows, np.float32)[:, first:]
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), np.float32)


def unit_targets(cases: Sequence[Case]) -> NDArray[np.float32]:
    """The intensities of the action units, float32 (n, 6) in the order of UNITS, 0 to 5; NaN where not coded."""
    unknown = (math.nan,) * len(UNITS)
    return np.array([case.units or unknown for case in cases], np.float32).reshape(len(cases), len(UNITS))


def class_weights(grades: Sequence[Grade]) -> dict[Grade, float]:
    """The weight of each grade present, so that all weigh the same: n / (grades present * n of this grade).

    The paper's 2247, 735, 729 and 827 pictures give 0.505, 1.544, 1.556 and 1.372.
    """
    counts = Counter(grades)
    return {grade: len(grades) / (len(counts) * count) for grade, count in sorted(counts.items())}


def weights_of(cases: Sequence[Case], *, balanced: bool) -> NDArray[np.float32]:
    """How much each case weighs in the loss, float32 (n,): 1, or if balanced by its grade (`class_weights`)."""
    if not balanced:
        return np.ones(len(cases), np.float32)
    of_grade = class_weights([case.grade for case in cases if case.part == "train"])
    return np.array([of_grade.get(case.grade, 1.0) for case in cases], np.float32)


def _is_soft(case: Case, softness: float) -> bool:
    # a face at rest (PSPI exactly 0) is at rest, not at an edge; and where raters gave another grade than the PSPI is
    # of, on another scale such as a VAS, theirs is what counts (trainer.lists)
    if softness <= 0 or case.pspi is None or case.pspi <= 0:
        return False
    low, high = (0.0, *PSPI_EDGES, HIGHEST_PSPI)[case.grade : case.grade + 2]
    return low <= case.pspi <= high


def _hard(grade: Grade) -> list[float]:
    return [float(grade is other) for other in Grade]


def _soft(value: float | None, softness: float) -> list[float]:
    assert value is not None  # noqa: S101 - _is_soft has looked
    below = [0.5 * (1 + math.erf((edge - value) / softness / math.sqrt(2))) for edge in PSPI_EDGES]
    edges = [0.0, *below, 1.0]
    return [high - low for low, high in pairwise(edges)]
