"""Fits a network to crops, in phases: first what is new, then the whole (paper, section 2.3; transfer learning).

Chapters: plan, batches, phase, fit. Batch normalisation stays in inference mode where a stage was pre-trained; a fresh
stage must learn its statistics, and quickly, so its momentum is lowered. A fit that is killed goes on after its last
whole epoch.
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

from grading.crops import CROP_PX
from grading.network import STAGES, stage_of
from grading.types import Pixels
from trainer.augment import Augmentation, augmented

Floats = NDArray[np.float32]
FRESH_MOMENTUM = 0.9
WARM_UP_SHARE = 0.05


@dataclass(frozen=True)
class Phase:
    """One part of the fit. stages: those that learn; rate: the highest learning rate, reached after a short warm-up."""

    name: str
    stages: tuple[str, ...]
    epochs: int
    rate: float


@dataclass(frozen=True)
class Plan:
    """How a network is fitted."""

    phases: tuple[Phase, ...]
    batch: int = 32
    weight_decay: float = 1e-4
    dropout: float = 0.3
    softness: float = 0.5
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
) -> Plan:
    """Stage 5 and the head first, the pre-trained stages as they are; then all from `learn_from` on at a lower rate.

    Raises:
        ValueError: learn_from is none of the five stages.
    """
    new = Phase("stage 5 and head", ("conv5", "head"), new_epochs, 1e-3)
    later = STAGES[STAGES.index(learn_from) :]
    name = "whole network" if later == STAGES else f"{learn_from} to head"
    whole = Phase(name, (*later, "head"), whole_epochs, 3e-4)
    return Plan(tuple(phase for phase in (new, whole) if phase.epochs > 0), batch=batch, seed=seed, crop_px=crop_px)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled, augmented batches of crops; float32 RGB 0..255 with target probabilities."""

    def __init__(self, pixels: Pixels, at: Sequence[int], targets: Floats, plan: Plan, seed: int) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self._pixels, self._targets, self._plan = pixels, targets, plan
        self._rng = np.random.default_rng(seed)
        self._order = self._rng.permutation(np.asarray(at))

    def __len__(self) -> int:
        return max(len(self._order) // self._plan.batch, 1)

    def __getitem__(self, index: int) -> tuple[Floats, Floats]:
        at = self._order[index * self._plan.batch : (index + 1) * self._plan.batch]
        batch = [augmented(self._pixels[position], self._plan.augmentation, self._rng) for position in at]
        return np.stack(batch).astype(np.float32), self._targets[at]

    def on_epoch_end(self) -> None:
        """Another order for the next epoch."""
        self._order = self._rng.permutation(self._order)


def fit(
    network: keras.Model,
    pixels: Pixels,
    targets: Floats,
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
    for number, phase in enumerate(plan.phases):
        _free(network, phase, fresh)
        batches = Batches(pixels, at, targets, plan, seed=plan.seed + number)
        steps = len(batches) * phase.epochs
        network.compile(_optimiser(phase, steps, plan.weight_decay), loss="categorical_crossentropy")
        done = kept_in / f"phase_{number}.weights.h5"
        if done.is_file():
            network.load_weights(done)
            continue
        backup = keras.callbacks.BackupAndRestore(str(kept_in / f"phase_{number}"), delete_checkpoint=True)
        network.fit(batches, epochs=phase.epochs, callbacks=[backup, *callbacks], verbose=0)
        unfinished = done.with_name(f"unfinished_{number}.weights.h5")
        network.save_weights(unfinished)
        unfinished.replace(done)


def _free(network: keras.Model, phase: Phase, fresh: Sequence[str]) -> None:
    """Lets the phase's stages learn; pre-trained batch normalisation keeps its statistics and its scale."""
    for layer in network.layers:
        stage = stage_of(layer)
        is_normalisation = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = stage in phase.stages and not (is_normalisation and stage not in fresh)
        if is_normalisation and stage in fresh:
            layer.momentum = FRESH_MOMENTUM


def _optimiser(phase: Phase, steps: int, weight_decay: float) -> keras.optimizers.Optimizer:
    warm_up = max(math.ceil(steps * WARM_UP_SHARE), 1)
    rate = keras.optimizers.schedules.CosineDecay(
        phase.rate / 10, max(steps - warm_up, 1), alpha=0.01, warmup_target=phase.rate, warmup_steps=warm_up
    )
    return keras.optimizers.AdamW(rate, weight_decay=weight_decay, clipnorm=1.0)


def probabilities(network: keras.Model, pixels: Pixels, at: Sequence[int], batch: int = 32) -> Floats:
    """The network's answer to the crops at these positions, float32 (len(at), n_grades)."""
    parts = [
        np.asarray(network.predict_on_batch(pixels[np.asarray(at[start : start + batch])].astype(np.float32)))
        for start in range(0, len(at), batch)
    ]
    return np.asarray(np.concatenate(parts), np.float32)
