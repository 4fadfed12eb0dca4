"""Fits a softmax head to kept features: one trial of the search, and the first step of a fit with what it found.

Chapters: scale, network, loss, optimiser, fit. Backend-neutral: Keras layers and optimisers only.

Features are centred and divided by one number (so that their mean squared length is their count) before they are learnt
from; the paper's learning rates of 0.01 and more are of no use on numbers that lie far from zero. The scale is taken
into the head's weights afterwards, so that the network grades as before, by its features as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from trainer.recipe import OPTIMISERS, Recipe

Floats: TypeAlias = NDArray[np.float32]
LAST_RATE_SHARE = 0.01


@dataclass(frozen=True)
class HeadLessons:
    """What is learnt from: features float32 (n, channels), targets (n, n_grades), weight of each picture (n,)."""

    features: Floats
    targets: Floats
    weights: Floats


@dataclass(frozen=True)
class Head:
    """A fitted head: kernel float32 (channels, n_grades) and bias (n_grades,), for features as they are."""

    kernel: Floats
    bias: Floats

    @property
    def is_finite(self) -> bool:
        """Whether the fit did not diverge."""
        return bool(np.isfinite(self.kernel).all() and np.isfinite(self.bias).all())

    def probabilities(self, features: Floats) -> Floats:
        """Softmax (paper, eq. 5), float32 (n, n_grades), rows summing to 1."""
        logits = features.astype(np.float64) @ self.kernel + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        likely = np.exp(logits)
        return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float32)


def fit_head(lessons: HeadLessons, recipe: Recipe) -> Head:
    """The head that this recipe leads to; the same lessons, recipe and backend give the same head."""
    keras.utils.set_random_seed(recipe.seed)
    middle = lessons.features.mean(axis=0)
    centred = lessons.features - middle
    scale = float(np.sqrt((centred.astype(np.float64) ** 2).mean())) or 1.0
    network = _network(centred.shape[1], lessons.targets.shape[1], recipe)
    steps = math.ceil(len(centred) / recipe.batch)
    network.compile(
        optimizer_of(recipe.optimiser, falling(recipe.rate, steps * recipe.epochs), recipe.momentum),
        loss="categorical_crossentropy",  # paper, eq. 6, with the natural logarithm
        steps_per_execution=1 if keras.backend.backend() == "torch" else steps,
    )
    network.fit(
        centred / np.float32(scale),
        lessons.targets,
        sample_weight=lessons.weights,
        batch_size=recipe.batch,
        epochs=recipe.epochs,
        verbose=0,
        shuffle=True,
    )
    kernel, bias = (np.asarray(values, np.float64) for values in network.layers[-1].get_weights())
    unscaled = kernel / scale
    return Head(np.asarray(unscaled, np.float32), np.asarray(bias - middle @ unscaled, np.float32))


def _network(channels: int, n_grades: int, recipe: Recipe) -> keras.Model:
    layers = [keras.Input((channels,)), keras.layers.Dropout(recipe.dropout, seed=recipe.seed)]
    kernel = keras.initializers.GlorotUniform(seed=recipe.seed)
    penalty = keras.regularizers.L2(recipe.l2)
    softmax = keras.layers.Dense(
        n_grades, activation="softmax", kernel_initializer=kernel, kernel_regularizer=penalty, name="grades"
    )
    return keras.Sequential([*layers, softmax])


def falling(rate: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """A learning rate that falls along a cosine over so many steps."""
    return keras.optimizers.schedules.CosineDecay(rate, max(steps, 1), alpha=LAST_RATE_SHARE)


def optimizer_of(name: str, rate: object, momentum: float, **more: object) -> keras.optimizers.Optimizer:
    """Keras' optimiser by the paper's name (Table 2), with the momentum where each has its own."""
    if name == "SGDM":
        return keras.optimizers.SGD(rate, momentum=momentum, **more)
    if name == "RMSprop":
        return keras.optimizers.RMSprop(rate, momentum=momentum, **more)
    if name == "Adam":
        return keras.optimizers.Adam(rate, beta_1=momentum, **more)
    raise ValueError(f"there is no optimiser {name!r}: choose one of {', '.join(OPTIMISERS)}")
