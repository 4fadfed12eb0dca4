"""Cohen's kappa with the errors that SPSS prints, unweighted and weighted (pure).

Sources: J. Cohen, Educ. Psychol. Meas. 20 (1960) 37; J. L. Fleiss, J. Cohen, B. S. Everitt, Psychol. Bull. 72 (1969)
323, equations 8 to 14. The paper's Table 7 is SPSS: "asymptotic standard error" is that of kappa, "approximate T" is
kappa over its standard error under the hypothesis that there is no agreement beyond chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.distributions import TWO_SIDED, normal_quantile, two_sided_p

Table = NDArray[np.int64]
Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Kappa:
    """kappa: -1..1, 1 is full agreement, 0 is chance. ase: its asymptotic standard error.

    approximate_t, p: of the hypothesis that kappa is 0 (p two-sided, 0..1); None where its error is 0. low, high: 95 %.
    expected: the agreement expected by chance, 0..1.
    """

    kappa: float
    ase: float
    approximate_t: float | None
    p: float | None
    low: float
    high: float
    expected: float


def identity_weights(n_grades: int) -> Weights:
    """Full agreement or none: the unweighted kappa."""
    return np.eye(n_grades)


def quadratic_weights(n_grades: int) -> Weights:
    """1 on the diagonal, falling with the square of the distance in grades, 0 at the far corner."""
    distance = np.subtract.outer(np.arange(n_grades), np.arange(n_grades))
    return np.asarray(1.0 - (distance / max(n_grades - 1, 1)) ** 2, np.float64)


def kappa_of(table: Table, weights: Weights) -> Kappa | None:
    """Kappa of a square table of counts, one rater's grades in rows, the other's in columns.

    Returns: None where kappa is not defined: no pairs, or both raters gave one and the same grade throughout.
    """
    n = int(table.sum())
    if not n:
        return None
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    chance = np.outer(rows, columns)
    observed, expected = float((shares * weights).sum()), float((chance * weights).sum())
    if math.isclose(expected, 1.0):
        return None
    kappa = (observed - expected) / (1.0 - expected)
    mean_weights = np.add.outer(weights @ columns, rows @ weights)  # of each row, and of each column
    spread = float((shares * (weights - mean_weights * (1.0 - kappa)) ** 2).sum())
    ase = math.sqrt(max(spread - (kappa - expected * (1.0 - kappa)) ** 2, 0.0) / n) / (1.0 - expected)
    spread_by_chance = float((chance * (weights - mean_weights) ** 2).sum())
    ase_by_chance = math.sqrt(max(spread_by_chance - expected**2, 0.0) / n) / (1.0 - expected)
    t = kappa / ase_by_chance if ase_by_chance > 0 else None
    reach = normal_quantile(TWO_SIDED) * ase
    return Kappa(
        kappa=kappa,
        ase=ase,
        approximate_t=t,
        p=None if t is None else two_sided_p(t),
        low=max(kappa - reach, -1.0),
        high=min(kappa + reach, 1.0),
        expected=expected,
    )


@dataclass(frozen=True)
class Interval:
    """From low to high."""

    low: float
    high: float


def wilson(n_right: int, n: int) -> Interval:
    """Wilson's 95 % interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209); n must be at least 1."""
    z = normal_quantile(TWO_SIDED)
    share = n_right / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Interval(max(middle - reach, 0.0), min(middle + reach, 1.0))
