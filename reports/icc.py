"""Intraclass correlations of n subjects rated k times, with their F-intervals (pure).

Sources: P. E. Shrout, J. L. Fleiss, Psychol. Bull. 86 (1979) 420, whose ICC(1,1), (2,1), (3,1) are ICC(1,1), ICC(A,1),
ICC(C,1) here, after K. O. McGraw, S. P. Wong, Psychol. Methods 1 (1996) 30: A is agreement, C is consistency, which
forgives one rater for being stricter throughout; 1 is a single rating, k the mean of all k of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reports.distributions import TWO_SIDED, f_quantile

_NOTHING = 1e-12  # a mean square of grades that is less is a rounding error


class Form(StrEnum):
    """Which intraclass correlation; the value is its name in print."""

    ONE_WAY = "ICC(1,1)"
    AGREEMENT = "ICC(A,1)"
    CONSISTENCY = "ICC(C,1)"
    ONE_WAY_MEAN = "ICC(1,k)"
    AGREEMENT_MEAN = "ICC(A,k)"
    CONSISTENCY_MEAN = "ICC(C,k)"


@dataclass(frozen=True)
class Icc:
    """An intraclass correlation, at most 1, and its 95 % interval; 1 is full reliability, 0 and less is none."""

    form: Form
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MeanSquares:
    """The analysis of variance of n subjects and k raters; within: subjects, over all raters."""

    n: int
    k: int
    subjects: float
    raters: float
    residual: float
    within: float


def mean_squares(ratings: NDArray[np.float64]) -> MeanSquares:
    """Of ratings, shape (n subjects, k raters), n and k at least 2.

    Raises: ValueError: fewer.
    """
    n, k = ratings.shape
    if n < 2 or k < 2:
        raise ValueError(f"{n} subjects and {k} raters: both must be two at least")
    grand = ratings.mean()
    of_subjects = k * float(((ratings.mean(axis=1) - grand) ** 2).sum())
    of_raters = n * float(((ratings.mean(axis=0) - grand) ** 2).sum())
    within = float(((ratings - ratings.mean(axis=1, keepdims=True)) ** 2).sum())
    residual = max(within - of_raters, 0.0)
    return MeanSquares(
        n, k, of_subjects / (n - 1), of_raters / (k - 1), residual / ((n - 1) * (k - 1)), within / (n * (k - 1))
    )


def iccs(ratings: NDArray[np.float64]) -> tuple[Icc, ...]:
    """The six forms, without those that are not defined: none is if every rating is the same.

    Args:   ratings: shape (n subjects, k raters), n and k at least 2.
    Raises: ValueError: fewer.
    """
    squares = mean_squares(ratings)
    n, k = squares.n, squares.k
    singles = (
        _by_ratio(Form.ONE_WAY, squares.subjects, squares.within, n * (k - 1), squares),
        _agreement(squares),
        _by_ratio(Form.CONSISTENCY, squares.subjects, squares.residual, (n - 1) * (k - 1), squares),
    )
    forms = (Form.ONE_WAY_MEAN, Form.AGREEMENT_MEAN, Form.CONSISTENCY_MEAN)
    means = tuple(_of_mean(single, form, k) for single, form in zip(singles, forms, strict=True))
    return tuple(icc for icc in (*singles, *means) if icc is not None)


def _by_ratio(form: Form, subjects: float, error: float, freedom: int, squares: MeanSquares) -> Icc | None:
    """ICC(1,1) and ICC(C,1): both follow from the ratio of two mean squares, which has an F distribution."""
    n, k = squares.n, squares.k
    if error < _NOTHING:
        return Icc(form, 1.0, 1.0, 1.0) if subjects >= _NOTHING else None
    ratio = subjects / error
    low = ratio / f_quantile(n - 1, freedom, TWO_SIDED)
    high = ratio * f_quantile(freedom, n - 1, TWO_SIDED)
    return _finite(form, *((each - 1) / (each + k - 1) for each in (ratio, low, high)))


def _agreement(squares: MeanSquares) -> Icc | None:
    """ICC(A,1) and its interval by Satterthwaite's degrees of freedom (Shrout and Fleiss 1979, page 424)."""
    n, k = squares.n, squares.k
    subjects, raters, residual = squares.subjects, squares.raters, squares.residual
    whole = subjects + (k - 1) * residual + k * (raters - residual) / n
    if whole < _NOTHING:
        return None
    value = (subjects - residual) / whole
    if residual < _NOTHING:
        if raters < _NOTHING:
            return Icc(Form.AGREEMENT, 1.0, 1.0, 1.0)
        freedom = k - 1.0  # the raters differ by a constant and by nothing else
    else:
        a, b = k * value * raters / residual, n * (1 + (k - 1) * value) - k * value
        if a == b == 0:
            return None
        freedom = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
    shared = k * raters + (k * n - k - n) * residual
    below, above = f_quantile(n - 1, freedom, TWO_SIDED), f_quantile(freedom, n - 1, TWO_SIDED)
    low = n * (subjects - below * residual) / (below * shared + n * subjects)
    high = n * (above * subjects - residual) / (shared + n * above * subjects)
    return _finite(Form.AGREEMENT, value, low, high)


def _of_mean(single: Icc | None, form: Form, k: int) -> Icc | None:
    """By Spearman and Brown's formula, which carries both ends of the interval along."""
    if single is None or min(single.value, single.low) * (k - 1) + 1 < _NOTHING:
        return None
    return _finite(form, *(k * each / (1 + (k - 1) * each) for each in (single.value, single.low, single.high)))


def _finite(form: Form, value: float, low: float, high: float) -> Icc | None:
    return Icc(form, value, low, high) if all(map(math.isfinite, (value, low, high))) else None
