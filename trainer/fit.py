"""Fits a network to crops, in phases: first what is new, then the whole (paper, section 2.3; transfer learning).

Chapters: plan, batches, phase, fit. The loss is the cross-entropy (paper, eq. 6). Batch normalisation stays in
inference mode where a stage was pre-trained; a fresh stage must learn its statistics, and quickly, so its momentum is
lowered. A fit that is killed goes on after its last whole epoch, as if it had not been.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from archive.files import sweep_unfinished
from grading.crops import CROP_PX
from grading.network import FEATURES, STAGES, stage_of
from grading.types import Pixels
from trainer.augment import Augmentation, augmented
from trainer.checkpoint import Checkpoint, restored
from trainer.curves import CurveKeeper
from trainer.head import optimizer_of
from trainer.recipe import Recipe

Floats = NDArray[np.float32]
FRESH_MOMENTUM = 0.9
WARM_UP_SHARE = 0.05
CLIP_NORM = 1.0
NEW_RATE, WHOLE_RATE = 1e-3, 3e-4  # highest learning rates of AdamW: of what is new, and of the whole
ADAMW = "AdamW"


@dataclass(frozen=True)
class Phase:
    """One part of the fit. stages: those that learn; rate: the highest learning rate, reached after a short warm-up."""

    name: str
    stages: tuple[str, ...]
    epochs: int
    rate: float


@dataclass(frozen=True)
class Plan:
    """How a network is fitted.

    head: how the head is fitted to features of the pre-trained network before the phases; None: it is not.
    copies: changed copies of each training crop that the head is fitted to besides the crop itself.
    optimiser: AdamW (with weight_decay), or one of the paper's, RMSprop, Adam and SGDM (with momentum).
    l2: this times the sum of the squared kernels is added to the loss.
    is_balanced: grades that are rare in training weigh more, so that all weigh the same.
    units_weight: what the mean squared error in action units weighs beside the cross-entropy, where units were coded.
    """

    phases: tuple[Phase, ...]
    head: Recipe | None = None
    copies: int = 0
    batch: int = 32
    optimiser: str = ADAMW
    momentum: float = 0.9
    weight_decay: float = 1e-4
    l2: float = 0.0
    is_balanced: bool = False
    dropout: float = 0.3
    softness: float = 0.5
    units_weight: float = 0.0
    seed: int = 0
    crop_px: int = CROP_PX
    precision: str = "mixed_bfloat16"  # of the fit only; weights are kept, and judged, in float32
    augmentation: Augmentation = field(default_factory=Augmentation)


def default_plan(
    new_epochs: int,
    whole_epochs: int,
    seed: int = 0,
    batch: int = 32,
    learn_from: str = STAGES[0],
    crop_px: int = CROP_PX,
    whole_rate: float = WHOLE_RATE,
) -> Plan:
    """Stage 5 and the head first, the pre-trained stages as they are; then all from `learn_from` on at a lower rate.

    Raises:
        ValueError: learn_from is none of the five stages.
    """
    new = Phase("stage 5 and head", ("conv5", "head"), new_epochs, NEW_RATE)
    later = STAGES[STAGES.index(learn_from) :]
    name = "whole network" if later == STAGES else f"{learn_from} to head"
    whole = Phase(name, (*later, "head"), whole_epochs, whole_rate)
    return Plan(tuple(phase for phase in (new, whole) if phase.epochs > 0), batch=batch, seed=seed, crop_px=crop_px)


@dataclass(frozen=True)
class Lessons:
    """What is learnt from.

    pixels: crops, uint8 (n, side, side, 3); targets: float32 (n, n_grades); weights: float32 (n,).
    units: intensities of action units, float32 (n, 6), 0 to 5, NaN where not coded; None if nowhere.
    """

    pixels: Pixels
    targets: Floats
    weights: Floats
    units: Floats | None = None


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled, augmented batches of crops; float32 RGB 0..255 with target probabilities (and units) and weights.

    Order and changes follow from seed, epoch and batch alone, so that a fit that goes on sees what it would have seen.
    """

    def __init__(self, lessons: Lessons, at: Sequence[int], plan: Plan, seed: int) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self._lessons, self._at, self._plan, self._seed = lessons, np.asarray(at), plan, seed
        self.begin(0)

    def __len__(self) -> int:
        return max(len(self._at) // self._plan.batch, 1)

    def __getitem__(self, index: int) -> tuple[Floats, Any, Any]:
        at = self._order[index * self._plan.batch : (index + 1) * self._plan.batch]
        rng = np.random.default_rng((self._seed, self._epoch, index))
        pixels, plan = self._lessons.pixels, self._plan
        batch = [augmented(pixels[position], plan.augmentation, rng) for position in at]
        targets, weights = self._lessons.targets[at], self._lessons.weights[at]
        if plan.units_weight and self._lessons.units is not None:
            return np.stack(batch).astype(np.float32), (targets, self._lessons.units[at]), (weights, weights)
        return np.stack(batch).astype(np.float32), targets, weights

    def begin(self, epoch: int) -> None:
        """Another order, and other changes, for this epoch."""
        self._epoch = epoch
        rng = np.random.default_rng((self._seed, epoch))
        self._order = np.asarray(rng.permutation(self._at), np.int64)


class _Reshuffle(keras.callbacks.Callback):  # type: ignore[misc]
    """Begins each epoch's batches: Keras tells a data set of an epoch's end, but not of which, and not once only."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches.begin(epoch)


def fit(
    network: keras.Model,
    lessons: Lessons,
    at: Sequence[int],
    plan: Plan,
    fresh: Sequence[str],
    kept_in: Path,
    callbacks: Sequence[Any] = (),
) -> None:
    """Fits the network to the crops at these positions, phase after phase.

    Args:
        fresh: the stages that started from random weights: their batch normalisation learns.
        kept_in: folder in which the state is kept after each epoch; a second call with it goes on from there.
        callbacks: told of batches and epochs (progress).
    """
    sweep_unfinished(kept_in)
    losses: list[Any] = ["categorical_crossentropy"]
    if plan.units_weight and lessons.units is not None:
        network, losses = _with_units(network, lessons.units.shape[1]), [*losses, squared_error_where_coded]
    for number, phase in enumerate(plan.phases):
        _free(network, phase, fresh)
        _penalise(network, plan.l2)
        batches = Batches(lessons, at, plan, seed=plan.seed + number)
        optimiser = _optimiser(phase, len(batches) * phase.epochs, plan)
        network.compile(optimiser, loss=losses, loss_weights=[1.0, plan.units_weight][: len(losses)])
        kept = kept_in / f"phase_{number}.npz"
        done = restored(network, kept)
        for callback in callbacks:
            if isinstance(callback, CurveKeeper):
                callback.begin_phase(number)
        if done < phase.epochs:
            network.fit(
                batches,
                initial_epoch=done,
                epochs=phase.epochs,
                # the checkpoint last: a kill before it has this pass done again, and nobody misses it
                callbacks=[_Reshuffle(batches), *callbacks, Checkpoint(kept)],
                verbose=0,
                shuffle=False,  # else Keras deals the batches out by a chance of its own
            )


def squared_error_where_coded(coded: Any, said: Any) -> Any:
    """The mean squared error of each row, (n,); what is NaN in `coded`, not coded, is no error."""
    unknown = keras.ops.isnan(coded)
    error = keras.ops.where(unknown, keras.ops.zeros_like(said), said - keras.ops.nan_to_num(coded))
    return keras.ops.mean(keras.ops.square(error), axis=-1)


def _with_units(network: keras.Model, n_units: int) -> keras.Model:
    """The network with a second answer, the intensities of action units, read off the same features.

    What a grade sums up is told to the features one by one. The layers are the network's own, so it learns with them.
    The second answer starts at zero, so that it moves no feature before it knows something, and is dropped afterwards.
    """
    layer = keras.layers.Dense(n_units, kernel_initializer="zeros", name="action_units", dtype="float32")
    return keras.Model(network.input, [network.output, layer(network.get_layer(FEATURES).output)])


def _free(network: keras.Model, phase: Phase, fresh: Sequence[str]) -> None:
    """Lets the phase's stages learn; pre-trained batch normalisation keeps its statistics and its scale."""
    for layer in network.layers:
        stage = stage_of(layer)
        is_normalisation = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = stage in phase.stages and not (is_normalisation and stage not in fresh)
        if is_normalisation and stage in fresh:
            layer.momentum = FRESH_MOMENTUM


def _penalise(network: keras.Model, l2: float) -> None:
    """Adds the L2 penalty of all kernels to the loss; those of frozen layers are constant and left out by Keras."""
    for layer in network.layers:
        for variable in layer.weights:
            if variable.name == "kernel":
                variable.regularizer = keras.regularizers.L2(l2) if l2 > 0 else None


def _optimiser(phase: Phase, steps: int, plan: Plan) -> keras.optimizers.Optimizer:
    warm_up = max(math.ceil(steps * WARM_UP_SHARE), 1)
    rate = keras.optimizers.schedules.CosineDecay(
        phase.rate / 10, max(steps - warm_up, 1), alpha=0.01, warmup_target=phase.rate, warmup_steps=warm_up
    )
    if plan.optimiser == ADAMW:
        return keras.optimizers.AdamW(rate, weight_decay=plan.weight_decay, clipnorm=CLIP_NORM)
    return optimizer_of(plan.optimiser, rate, plan.momentum, clipnorm=CLIP_NORM)


def probabilities(network: keras.Model, pixels: Pixels, at: Sequence[int], batch: int = 32) -> Floats:
    """The network's answer to the crops at these positions, float32 (len(at), n_grades)."""
    parts = [
        network.predict_on_batch(pixels[np.asarray(at[start : start + batch])].astype(np.float32))
        for start in range(0, len(at), batch)
    ]
    if len(network.outputs) > 1:  # a network that learns action units answers with them as well
        parts = [answers[0] for answers in parts]
    return np.asarray(np.concatenate([np.asarray(part) for part in parts]), np.float32)
