import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from trainer.head import HeadLessons, fit_head, optimizer_of
from trainer.recipe import OPTIMISERS, Recipe

RATES = {"SGDM": 0.1, "Adam": 0.02, "RMSprop": 0.01}


def lessons(count: int = 400, off: float = 40.0) -> HeadLessons:
    """Features far from zero, as a network's are, in which three grades can be told apart."""
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 3, count)
    features = rng.normal(off, 1.0, (count, 12)).astype(np.float32)
    features[np.arange(count), grades] += 4
    return HeadLessons(features, np.eye(3, dtype=np.float32)[grades], np.ones(count, np.float32))


def recipe(optimiser: str = "SGDM", **more: float) -> Recipe:
    return Recipe(
        optimiser, **({"rate": RATES[optimiser], "momentum": 0.9, "l2": 0.0, "epochs": 12, "batch": 64} | more)
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_each_of_the_paper_s_optimisers_learns(optimiser: str) -> None:
    learnt = lessons()
    said = fit_head(learnt, recipe(optimiser)).probabilities(learnt.features)
    assert (said.argmax(axis=1) == learnt.targets.argmax(axis=1)).mean() > 0.9


def test_the_same_recipe_gives_the_same_head() -> None:
    one, other = fit_head(lessons(), recipe()), fit_head(lessons(), recipe())
    assert np.array_equal(one.kernel, other.kernel) and np.array_equal(one.bias, other.bias)


def test_the_scale_is_taken_into_the_head_so_that_far_features_are_learnt_as_near_ones() -> None:
    near, far = lessons(off=0.0), lessons(off=40.0)
    shift = far.features[0] - near.features[0]
    moved = HeadLessons(near.features + shift, near.targets, near.weights)
    one = fit_head(near, recipe()).probabilities(near.features)
    assert fit_head(moved, recipe()).probabilities(moved.features) == pytest.approx(one, abs=1e-3)


def test_l2_is_part_of_the_loss_so_that_it_keeps_weights_small_with_every_optimiser() -> None:
    for optimiser in OPTIMISERS:
        # decoupled decay would shrink them by the rate alone; in the loss, a penalty this great leaves nothing
        held = fit_head(lessons(), recipe(optimiser, l2=10.0, rate=0.01, momentum=0.5))
        assert np.abs(held.kernel).max() < 0.3, optimiser


def test_a_grade_of_more_weight_is_said_more_often() -> None:
    learnt = lessons()
    blurred = HeadLessons(np.zeros_like(learnt.features), learnt.targets, learnt.weights)
    weights = np.where(learnt.targets.argmax(axis=1) == 2, 5.0, 1.0).astype(np.float32)
    heavy = HeadLessons(blurred.features, learnt.targets, weights)
    assert fit_head(blurred, recipe()).probabilities(blurred.features)[0, 2] == pytest.approx(1 / 3, abs=0.1)
    assert fit_head(heavy, recipe()).probabilities(heavy.features)[0, 2] == pytest.approx(5 / 7, abs=0.1)


def test_a_rate_far_too_high_diverges_and_says_so_by_numbers_that_are_none() -> None:
    assert not fit_head(lessons(), recipe(rate=1.0, l2=1e3)).is_finite


def test_sgdm_is_sgd_with_momentum_and_an_unknown_name_is_refused() -> None:
    sgdm = optimizer_of("SGDM", 0.1, 0.84)
    assert isinstance(sgdm, keras.optimizers.SGD) and sgdm.momentum == 0.84
    assert optimizer_of("RMSprop", 0.1, 0.7).momentum == 0.7
    assert optimizer_of("Adam", 0.1, 0.7).beta_1 == 0.7
    with pytest.raises(ValueError, match="RMSprop, Adam, SGDM"):
        optimizer_of("Adagrad", 0.1, 0.9)
