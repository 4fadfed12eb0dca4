"""Figures of groups of pictures, such as by sex, skin or light: a network may be good in the mean and fail some (pure).

The groups are what a column of the list says of each picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from grading.version import Figure
from trainer.cases import Case
from trainer.metrics import accuracy, mean_error_grades, with_interval
from trainer.promote import TOO_MILD_GRADES

Ints = NDArray[np.int64]
NOT_TOLD = "(not told)"


class GroupJudged(BaseModel):
    """Figures of one group. too_mild: pictures graded two grades or more below the truth."""

    model_config = ConfigDict(frozen=True)

    group: str
    pictures: int
    patients: int
    accuracy: Figure
    mean_error_grades: Figure
    too_mild: int

    def line(self) -> str:
        """For a person to read."""
        right, error = self.accuracy, self.mean_error_grades
        return (
            f"  {self.group:18} {self.pictures} pictures of {self.patients} patients: accuracy {right.value:.3f} "
            f"({right.low:.3f} to {right.high:.3f}), mean error {error.value:.3f} grades "
            f"({error.low:.3f} to {error.high:.3f}), {self.too_mild} too mild by two grades or more"
        )


def judged_by_group(true: Ints, said: Ints, cases: Sequence[Case], groups: Mapping[Path, str]) -> list[GroupJudged]:
    """Figures of each group, by name; intervals are a bootstrap over its patients.

    Args:
        true, said: grades, int64 (n,), of these cases.
        groups: what the list says of each picture; one without is in a group of its own.
    """
    names = [groups.get(case.picture) or NOT_TOLD for case in cases]
    return [_judged(name, true, said, cases, np.flatnonzero(np.array(names) == name)) for name in sorted(set(names))]


def _judged(name: str, true: Ints, said: Ints, cases: Sequence[Case], at: NDArray[np.intp]) -> GroupJudged:
    patients = [cases[int(place)].patient for place in at]
    known, given = true[at], said[at]
    return GroupJudged(
        group=name,
        pictures=len(at),
        patients=len(set(patients)),
        accuracy=with_interval(lambda some: accuracy(known[some], given[some]), patients),
        mean_error_grades=with_interval(lambda some: mean_error_grades(known[some], given[some]), patients),
        too_mild=int((known - given >= TOO_MILD_GRADES).sum()),
    )
