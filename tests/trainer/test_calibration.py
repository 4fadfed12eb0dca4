"""Correcting a network's probabilities on patients that it has not learnt from."""

import numpy as np
import pytest
from numpy.typing import NDArray

from grading.weights import HEAD_BIAS, HEAD_KERNEL
from trainer.calibration import Calibration, best_temperature, calibrated, calibration
from trainer.card import corrected
from trainer.metrics import calibration_error

Drawn = tuple[NDArray[np.int64], NDArray[np.float64], list[str]]


def drawn(offsets: tuple[float, ...], temperature: float, n: int = 4000, patients: int = 400) -> Drawn:
    """True grades, the answers of a network whose logits are off by offsets and temperature, and patients."""
    rng = np.random.default_rng(3)
    honest = rng.normal(0, 1.5, (n, len(offsets)))
    likely = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    true = np.array([rng.choice(len(offsets), p=row) for row in likely])
    said = np.exp((honest - np.array(offsets)) * temperature)
    return true, said / said.sum(axis=1, keepdims=True), [f"p{at % patients}" for at in range(n)]


def test_offsets_and_temperature_that_a_network_is_off_by_are_found() -> None:
    off = (-0.8, 0.5, 0.1, 0.2, 0.0)
    true, said, patients = drawn(off, 1.7)
    found = calibration(true, said, patients, 0)
    assert found.temperature == pytest.approx(1.7, rel=0.1)
    assert found.offsets == pytest.approx(off, abs=0.12)
    assert sum(found.offsets) == pytest.approx(0.0, abs=1e-9)


def test_a_grade_that_is_said_too_readily_is_said_less_and_more_answers_are_right() -> None:
    true, said, patients = drawn((-1.2, 0.3, 0.3, 0.3, 0.3), 1.0)
    better = calibrated(said, calibration(true, said, patients, 0))
    assert (better.argmax(axis=1) == true).mean() > (said.argmax(axis=1) == true).mean() + 0.02
    assert better.sum(axis=1) == pytest.approx(1.0)


def test_few_patients_hardly_move_the_offsets() -> None:
    true, said, _ = drawn((-0.8, 0.5, 0.1, 0.2, 0.0), 1.0)
    one = calibration(true, said, ["p"] * len(true), 0)
    many = calibration(true, said, [f"p{at}" for at in range(len(true))], 0)
    assert max(map(abs, one.offsets)) < 0.15
    assert max(map(abs, many.offsets)) > 0.6


def test_a_grade_that_no_validation_patient_has_is_not_ruled_out() -> None:
    true, said, patients = drawn((0.0,) * 5, 1.0)
    kept = true < 4
    found = calibration(true[kept], said[kept], [name for name, keep in zip(patients, kept, strict=True) if keep], 0)
    assert -5 < found.offsets[4] < 0


def test_one_patient_filmed_a_hundred_times_weighs_as_one() -> None:
    true, said, patients = drawn((-0.8, 0.5, 0.1, 0.2, 0.0), 1.0, n=400)
    other_true = np.concatenate([true, np.repeat(true[:1], 100)])
    other_said = np.concatenate([said, np.repeat(said[:1], 100, axis=0)])
    once = calibration(true, said, patients, 0)
    often = calibration(other_true, other_said, [*patients, *[patients[0]] * 100], 0)
    assert often.offsets == pytest.approx(once.offsets, abs=0.01)


def test_four_grades_begin_with_mild() -> None:
    true, said, patients = drawn((-0.8, 0.4, 0.3, 0.1), 1.0)
    assert calibration(true + 1, said, patients, 1) == calibration(true, said, patients, 0)


def test_the_correction_taken_into_the_head_is_the_correction_of_what_it_says() -> None:
    rng = np.random.default_rng(0)
    features = rng.random((20, 2048), np.float32)
    weights = {HEAD_KERNEL: rng.normal(0, 0.1, (2048, 5)).astype(np.float32), HEAD_BIAS: rng.random(5, np.float32)}

    def said(weights: dict[str, NDArray[np.float32]]) -> NDArray[np.float64]:
        logits = features.astype(np.float64) @ weights[HEAD_KERNEL] + weights[HEAD_BIAS]
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    correction = Calibration(2.5, (-0.9, 0.4, 0.3, 0.1, 0.1))
    assert said(corrected(weights, correction)) == pytest.approx(calibrated(said(weights), correction), abs=1e-5)


def test_no_correction_leaves_probabilities_as_they_are() -> None:
    _, said, _ = drawn((0.0,) * 5, 1.0, n=50)
    assert calibrated(said, Calibration(1.0, (0.0,) * 5)) == pytest.approx(said)


def test_temperature_cools_a_network_that_is_too_sure() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 5, 3000)
    said = np.where(rng.random(3000) < 0.7, true, (true + 1) % 5)
    sure = np.full((3000, 5), 0.0025, np.float32)
    sure[np.arange(3000), said] = 0.99
    assert best_temperature(true, sure, 0) > 1.3


def test_a_head_that_is_sure_of_all_it_says_is_calibrated_too() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 5, 2000)
    said = np.where(rng.random(2000) < 0.8, true, (true + 1) % 5)
    logits = np.zeros((2000, 5))
    logits[np.arange(2000), said] = 25.0
    sure = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    cooled = logits / best_temperature(true, sure.astype(np.float32), 0)
    cooled = np.exp(cooled) / np.exp(cooled).sum(axis=1, keepdims=True)
    assert calibration_error(true, sure.astype(np.float32), 0) > 0.15
    assert calibration_error(true, cooled.astype(np.float32), 0) < 0.02
