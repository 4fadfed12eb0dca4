"""Figures of a network on labelled pictures, each with an interval over patients (numpy only).

All are computed from true and predicted grades as integers; pictures of one patient are not independent, so intervals
are percentiles of a bootstrap that draws patients, not pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grading.version import Figure

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
DRAWS = 1000


def accuracy(true: Ints, predicted: Ints) -> float:
    """Share of pictures graded right, 0..1, higher is better (paper, eq. 4)."""
    return float((true == predicted).mean())


def balanced_accuracy(true: Ints, predicted: Ints) -> float:
    """Mean over the grades present of the share graded right, 0..1, higher is better."""
    return float(np.mean([(predicted[true == grade] == grade).mean() for grade in np.unique(true)]))


def macro_f1(true: Ints, predicted: Ints) -> float:
    """Mean of F1 = 2 TP / (2 TP + FP + FN) over the grades that are true or were said, 0..1, higher is better."""
    scores = []
    for grade in np.union1d(true, predicted):
        right = float(((true == grade) & (predicted == grade)).sum())
        scores.append(2 * right / float((true == grade).sum() + (predicted == grade).sum()))
    return float(np.mean(scores))


def quadratic_kappa(true: Ints, predicted: Ints) -> float:
    """Cohen's kappa with quadratic weights (1968): 1 is perfect, 0 is chance; 1 too if nothing varies.

    By chance the mean squared distance of two independent draws: the two variances and the squared difference of means.
    """
    by_chance = float(true.var() + predicted.var() + (true.mean() - predicted.mean()) ** 2)
    return 1.0 if by_chance == 0 else float(1 - ((true - predicted) ** 2).mean() / by_chance)


def mean_error_grades(true: Ints, predicted: Ints) -> float:
    """Mean absolute error in grades, lower is better."""
    return float(np.abs(true - predicted).mean())


def calibration_error(true: Ints, probabilities: Floats, first_grade: int, bins: int = 15) -> float:
    """Expected calibration error (Guo et al. 2017): mean gap between confidence and accuracy, 0..1, lower is better."""
    found = reliability(true, probabilities, first_grade, bins)
    return sum(each.count * abs(each.right - each.confidence) for each in found) / len(true)


@dataclass(frozen=True)
class Bin:
    """Pictures of about the same confidence: how many, their mean confidence, and the share graded right; 0..1."""

    count: int
    confidence: float
    right: float


def reliability(true: Ints, probabilities: Floats, first_grade: int, bins: int = 15) -> tuple[Bin, ...]:
    """Confidence against accuracy in bins of equal width (Guo et al. 2017); bins without a picture are left out."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) + first_grade == true
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    each = ((where == bin_) for bin_ in np.unique(where))
    return tuple(Bin(int(at.sum()), float(confidence[at].mean()), float(right[at].mean())) for at in each)


def confusion(true: Ints, predicted: Ints) -> tuple[tuple[int, ...], ...]:
    """Counts, rows true NONE to INTENSE, columns predicted."""
    table = np.zeros((5, 5), int)
    np.add.at(table, (true, predicted), 1)
    return tuple(tuple(int(count) for count in row) for row in table)


def with_interval(
    figure: Callable[[Ints], float], patients: Sequence[str], seed: int = 0, draws: int = DRAWS
) -> Figure:
    """A figure with its 95 % percentile interval over patients.

    Args:
        figure: computes the figure from the positions of the pictures that it shall use.
        patients: the patient of each picture.
    """
    names, codes = np.unique(np.asarray(patients), return_inverse=True)
    of_patient = [np.flatnonzero(codes == code) for code in range(len(names))]
    rng = np.random.default_rng(seed)
    drawn = [
        figure(np.concatenate([of_patient[code] for code in rng.integers(0, len(names), len(names))]))
        for _ in range(draws)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    whole = np.arange(len(codes), dtype=np.int64)
    return Figure(value=round(figure(whole), 4), low=round(float(low), 4), high=round(float(high), 4))


def judge(
    true: Ints, probabilities: Floats, patients: Sequence[str], first_grade: int, draws: int = DRAWS
) -> dict[str, Figure]:
    """All figures of a network: probabilities float32 (n, n_grades) for pictures of these true grades and patients."""
    figures = by_grades(true, probabilities.argmax(axis=1) + first_grade, patients, draws)
    figures["calibration_error"] = with_interval(
        lambda at: calibration_error(true[at], probabilities[at], first_grade), patients, draws=draws
    )
    return figures


def by_grades(true: Ints, predicted: Ints, patients: Sequence[str], draws: int = DRAWS) -> dict[str, Figure]:
    """The figures that need grades alone, of pictures or of recordings."""
    measures: dict[str, Callable[[Ints, Ints], float]] = {
        "accuracy": accuracy,
        "balanced_accuracy": balanced_accuracy,
        "macro_f1": macro_f1,
        "quadratic_kappa": quadratic_kappa,
        "mean_error_grades": mean_error_grades,
    }
    return {
        name: with_interval(lambda at, measure=measure: measure(true[at], predicted[at]), patients, draws=draws)  # type: ignore[misc]
        for name, measure in measures.items()
    }
