"""Changes training crops at random: rotation, crop, translation (paper, section 3.1), and what cameras do (pure).

Only ever applied to the training part, after the split.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from grading.types import Pixels


@dataclass(frozen=True)
class Augmentation:
    """How far a crop may be changed; all zero leaves it as it is."""

    rotation_degrees: float = 8.0
    scale_share: float = 0.09
    shift_share: float = 0.04
    mirror_share: float = 0.5
    light_share: float = 0.2
    blur_px: float = 1.4
    noise_levels: float = 16.0


NO_CHANGE = Augmentation(0, 0, 0, 0, 0, 0, 0)
# what the paper names; it gives no amounts, so these are those of the whole
PAPER_CHANGES = replace(NO_CHANGE, rotation_degrees=8.0, scale_share=0.09, shift_share=0.04)
# where there are many pictures and few passes: less is wiped off a face than it would take to learn one by heart
HALF = Augmentation(4.0, 0.045, 0.02, 0.5, 0.1, 0.7, 8.0)
CHANGES = {"all": Augmentation(), "half": HALF, "paper": PAPER_CHANGES, "none": NO_CHANGE}


def augmented(pixels: Pixels, change: Augmentation, rng: np.random.Generator) -> Pixels:
    """The crop, turned, scaled, shifted, perhaps mirrored, blurred, lit and made noisy; same shape, uint8 RGB."""
    moved = _moved(pixels, change, rng)
    if change.blur_px and rng.random() < 0.5:
        moved = np.asarray(cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.3, change.blur_px)), np.uint8)
    gain = rng.uniform(1 - change.light_share, 1 + change.light_share) * rng.normal(1, change.light_share / 5, 3)
    lit = moved.astype(np.float32) * gain.astype(np.float32) + rng.uniform(-60, 60) * change.light_share
    if change.noise_levels and rng.random() < 0.5:
        grain = rng.standard_normal(pixels.shape, dtype=np.float32)
        coarse = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.3, 1.0))
        lit += coarse * np.float32(rng.uniform(0, change.noise_levels))
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def _moved(pixels: Pixels, change: Augmentation, rng: np.random.Generator) -> Pixels:
    side = pixels.shape[0]
    turn = rng.uniform(-change.rotation_degrees, change.rotation_degrees)
    scale = rng.uniform(1 - change.scale_share, 1 + change.scale_share)
    matrix = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), turn, scale), np.float64)
    matrix[:, 2] += rng.uniform(-change.shift_share * side, change.shift_share * side, 2)
    if rng.random() < change.mirror_share:
        matrix = matrix @ np.array([[-1, 0, side - 1], [0, 1, 0], [0, 0, 1]], np.float64)
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border), np.uint8)
