"""Pairs of clinician and PEEA for the tests of agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from grading.types import VAS_BANDS, Grade, Reason, Rejection
from reports.agreement import Rated
from reports.record import Record
from tests.reports.samples import assessment, record

_ASSESSED = {grade: assessment(((grade, 1.0, 20.0),)) for grade in Grade}


def graded(number: int, grade: Grade, patient: str = "") -> Record:
    """A recording that PEEA graded so."""
    return record(number, _ASSESSED[grade], patient=patient or f"P{number:04}")


def rejected(number: int) -> Record:
    return record(number, Rejection(Reason.TOO_DIM))


def rated(pairs: Iterable[tuple[int, int]], *, patients: int = 0) -> list[Rated]:
    """Pairs of clinician's and PEEA's grade (0..4), of so many patients in turn (0: of one each)."""
    return [
        Rated(
            graded(number, Grade(peea), f"P{number % patients:04}" if patients else ""),
            str(VAS_BANDS[Grade(clinician)][number % 2]),
        )
        for number, (clinician, peea) in enumerate(pairs, start=1)
    ]


def pairs_of(table: np.ndarray, first_grade: int = 1) -> Iterator[tuple[int, int]]:
    """The pairs of a table of counts."""
    for (row, column), n in np.ndenumerate(table):
        yield from [(row + first_grade, column + first_grade)] * int(n)
