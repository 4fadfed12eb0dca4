"""What a head learns from: the features of crops and of changed copies of them, with targets and weights.

Copies are made of training crops only, after the split; each is a function of seed, number and crop, so that its
features are found in the cache the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from grading.types import Pixels
from trainer.augment import Augmentation, augmented
from trainer.features import Features, picture_digest
from trainer.head import Floats, HeadLessons

AT_A_TIME = 256  # copies in memory at once


@dataclass(frozen=True)
class Copies:
    """How many changed copies are made of each training crop, and how they may be changed."""

    number: int
    change: Augmentation
    seed: int


def head_lessons(
    pixels: Pixels,
    targets: Floats,
    weights: Floats,
    at: Sequence[int],
    features: Features,
    copies: Copies,
    step: Callable[[], None] = lambda: None,
) -> HeadLessons:
    """The lessons for the crops at these positions, which are of the training part, and for their copies.

    Args:
        pixels, targets, weights: of all crops: uint8 (n, side, side, 3), float32 (n, n_grades), float32 (n,).
        step: called once a crop and copy.
    """
    positions = np.asarray(at)
    found = [_in_turns(pixels, positions, features, lambda crop: crop, step)]
    for number in range(1, copies.number + 1):

        def changed(crop: Pixels, number: int = number) -> Pixels:
            drawn_for = int.from_bytes(picture_digest(crop)[:8], "big")
            return augmented(crop, copies.change, np.random.default_rng((copies.seed, number, drawn_for)))

        found.append(_in_turns(pixels, positions, features, changed, step))
    times = copies.number + 1
    return HeadLessons(
        np.concatenate(found), np.tile(targets[positions], (times, 1)), np.tile(weights[positions], times)
    )


def _in_turns(
    pixels: Pixels,
    at: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    features: Features,
    change: Callable[[Pixels], Pixels],
    step: Callable[[], None],
) -> Floats:
    parts = []
    for start in range(0, len(at), AT_A_TIME):
        some = np.stack([change(pixels[position]) for position in at[start : start + AT_A_TIME]])
        parts.append(features.of(some, step))
    return np.concatenate(parts)
