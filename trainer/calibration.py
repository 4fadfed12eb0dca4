"""Makes a network's probabilities honest on patients that it has not learnt from (numpy and scipy only).

Bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar 2020, "Maximum likelihood with bias-corrected
calibration is hard-to-beat at label shift adaptation"): the logits are divided by one temperature, as in Guo et al.
2017, and each grade's has an offset added. A temperature alone leaves grades as they are; an offset corrects a grade
that is said too readily, such as none for a pain of one point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Ints = NDArray[np.int64]
Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]

HOTTEST, COOLEST = 0.25, 64.0  # a head of large weights may be sure of all it says; 4 left it so
OFFSET_SD = 1.0  # what an offset is expected to be about, before any patient was seen; few patients move it little
LEAST_LIKELY = 1e-12


@dataclass(frozen=True)
class Calibration:
    """How logits are corrected: divided by the temperature (over 1: they were too sure), then the offsets added.

    offsets: one for each grade that the network knows, summing to 0.
    """

    temperature: float
    offsets: tuple[float, ...]


def calibration(true: Ints, probabilities: Floats, patients: Sequence[str], first_grade: int) -> Calibration:
    """The correction under which the true grades are likeliest, every patient counting the same.

    Offsets are expected near 0 (a normal prior, OFFSET_SD), one patient weighing as one observation: a ward of few
    patients keeps the network's own answers, and a grade that none of them has is not ruled out.

    Args:
        true: grades, (n,); probabilities: float (n, n_grades), rows summing to 1, of a network that has not learnt
            from these patients; patients: whom each picture shows; first_grade: what column 0 stands for.
    """
    logits = log_of(probabilities)
    rows, columns = np.arange(len(true)), true - first_grade
    weight = weight_by_patient(patients)

    def cost(at: Doubles) -> tuple[float, Doubles]:
        sharpness, offsets = np.exp(-at[0]), at[1:]
        said = _softmax(logits * sharpness + offsets)
        surprise = -np.log(np.maximum(said[rows, columns], LEAST_LIKELY))
        wrong = said.copy()
        wrong[rows, columns] -= 1.0
        wrong *= weight[:, None]
        slope = np.concatenate([[-(wrong * logits).sum() * sharpness], wrong.sum(axis=0) + offsets / OFFSET_SD**2])
        return float((weight * surprise).sum() + (offsets**2).sum() / 2 / OFFSET_SD**2), slope

    n_grades = probabilities.shape[1]
    bounds = [(np.log(HOTTEST), np.log(COOLEST))] + [(-5.0, 5.0)] * n_grades
    found = minimize(cost, np.zeros(1 + n_grades), jac=True, method="L-BFGS-B", bounds=bounds).x
    offsets = found[1:] - found[1:].mean()
    return Calibration(float(np.exp(found[0])), tuple(float(offset) for offset in offsets))


def calibrated(probabilities: Floats, correction: Calibration) -> Doubles:
    """The probabilities, corrected, float64 (n, n_grades), rows summing to 1."""
    return _softmax(log_of(probabilities) / correction.temperature + np.array(correction.offsets))


def best_temperature(true: Ints, probabilities: Floats, first_grade: int, weight: Doubles | None = None) -> float:
    """The temperature alone that makes the probabilities fit best (Guo et al. 2017): over 1 means they were too sure.

    The minimum of the negative log likelihood over a grid. weight: of each picture, (n,); None: all the same.
    """
    logits, columns = log_of(probabilities), true - first_grade
    grid = np.exp(np.linspace(np.log(HOTTEST), np.log(COOLEST), 241))

    def loss(temperature: float) -> float:
        surprise = -np.log(np.maximum(_softmax(logits / temperature)[np.arange(len(true)), columns], LEAST_LIKELY))
        return float(np.average(surprise, weights=weight))

    return float(min(grid, key=loss))


def weight_by_patient(patients: Sequence[str]) -> Doubles:
    """What each picture weighs so that all patients weigh 1, (n,): one filmed ten times is still one patient."""
    _, codes, counts = np.unique(np.asarray(patients), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[codes], np.float64)


def log_of(probabilities: Floats) -> Doubles:
    """Logits of a softmax's answers, up to a number for each row; none is lower than that of LEAST_LIKELY."""
    return np.asarray(np.log(np.clip(probabilities.astype(np.float64), LEAST_LIKELY, 1.0)), np.float64)


def _softmax(logits: Doubles) -> Doubles:
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float64)
