"""Bootstrap errors of agreement: patients are drawn with replacement, each with all of their recordings (pure).

The paper drew single recordings 1,000 times, though 272 recordings came from 182 patients; recordings of one patient
are alike, so that its errors are too small. Here a patient is drawn as a whole (cluster bootstrap). All figures of a
drawing follow from one table of counts, so that no recording is looked at twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grading.types import Grade
from reports.kappa import Interval, Weights, identity_weights, quadratic_weights

_N = len(Grade)
_FEWEST_PATIENTS = 2
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Error:
    """standard_error: spread of a figure over the drawings. interval: percentiles 2.5 and 97.5.

    n_drawings: in how many of them it was defined.
    """

    standard_error: float
    interval: Interval
    n_drawings: int


@dataclass(frozen=True)
class Errors:
    """The error of each figure; None where fewer than half of the drawings had one."""

    exact: Error | None
    kappa: Error | None
    weighted: Error | None
    one_way: Error | None
    agreement: Error | None
    consistency: Error | None


def resampled(graded: Sequence[tuple[str, Grade, Grade]], seed: int, n_drawings: int) -> Errors | None:
    """The errors of all figures; None with fewer than two patients.

    Args: graded: patient, clinician's grade, PEEA's grade of each recording.
    """
    patients = {patient: place for place, patient in enumerate(sorted({patient for patient, _, _ in graded}))}
    if len(patients) < _FEWEST_PATIENTS:
        return None
    tables = np.zeros((len(patients), _N * _N), np.int64)
    for patient, clinician, peea in graded:
        tables[patients[patient], clinician * _N + peea] += 1
    chances = np.full(len(patients), 1.0 / len(patients))
    drawn = np.random.default_rng(seed).multinomial(len(patients), chances, size=n_drawings)
    counts = (drawn @ tables).astype(np.float64).reshape(n_drawings, _N, _N)
    with np.errstate(divide="ignore", invalid="ignore"):
        one_way, agreement, consistency = _iccs(counts)
        return Errors(
            exact=_error(np.trace(counts, axis1=1, axis2=2) / counts.sum(axis=(1, 2))),
            kappa=_error(_kappas(counts, identity_weights(_N))),
            weighted=_error(_kappas(counts, quadratic_weights(_N))),
            one_way=_error(one_way),
            agreement=_error(agreement),
            consistency=_error(consistency),
        )


def _error(values: Values) -> Error | None:
    defined = values[np.isfinite(values)]
    if len(defined) * 2 < len(values) or len(defined) < 2:
        return None
    low, high = np.percentile(defined, (2.5, 97.5))
    return Error(float(defined.std(ddof=1)), Interval(float(low), float(high)), len(defined))


def _kappas(counts: Values, weights: Weights) -> Values:
    """Kappa of each table, not a number where it is not defined."""
    shares = counts / counts.sum(axis=(1, 2), keepdims=True)
    observed = (shares * weights).sum(axis=(1, 2))
    expected = np.einsum("di,ij,dj->d", shares.sum(axis=2), weights, shares.sum(axis=1))
    below = np.where(expected > 1 - 1e-9, np.nan, 1 - expected)
    return np.asarray((observed - expected) / below, np.float64)


def _iccs(counts: Values) -> tuple[Values, Values, Values]:
    """ICC(1,1), ICC(A,1) and ICC(C,1) of each table: two raters, so all squares follow from sums and differences."""
    grades = np.arange(_N, dtype=np.float64)
    mean, apart = np.add.outer(grades, grades) / 2, np.subtract.outer(grades, grades)
    n = counts.sum(axis=(1, 2))
    grand = (counts * mean).sum(axis=(1, 2)) / n
    subjects = 2 * ((counts * mean**2).sum(axis=(1, 2)) - n * grand**2) / (n - 1)
    within_sum = (counts * apart**2).sum(axis=(1, 2)) / 2
    raters = n * ((counts * apart).sum(axis=(1, 2)) / n) ** 2 / 2
    within, residual = within_sum / n, (within_sum - raters) / (n - 1)
    return (
        (subjects - within) / (subjects + within),
        (subjects - residual) / (subjects + residual + 2 * (raters - residual) / n),
        (subjects - residual) / (subjects + residual),
    )
