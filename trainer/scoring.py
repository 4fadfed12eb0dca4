"""Many crops through the serving form of a network, as the daemon does it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grading.ports import Scorer
from grading.types import Crop, Pixels

AT_A_TIME = 64  # so that memory does not grow with the number of crops


def scored(scorer: Scorer, pixels: Pixels) -> NDArray[np.float32]:
    """Probabilities, float32 (n, n_grades), for crops uint8 (n, side, side, 3) RGB of the scorer's size; n over 0."""
    rows = [
        scorer.score([Crop(0.0, np.asarray(each, np.uint8), 0.0) for each in pixels[start : start + AT_A_TIME]])
        for start in range(0, len(pixels), AT_A_TIME)
    ]
    return np.asarray(np.concatenate(rows), np.float32)
