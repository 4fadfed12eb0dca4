"""Turns crops into probabilities over grades, on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading.engine import Session
from grading.types import Crop

BATCH = 8  # larger batches save nothing on a CPU and hold more memory


class OnnxScorer:
    """Scores crops with the serving form of a network.

    Args:
        serving_form: the ONNX file that grading.serving wrote.
        version: name of the model version, for sheets and logs.
        threads: threads of the engine.
    """

    def __init__(self, serving_form: Path, version: str, threads: int = 2) -> None:
        self.version = version
        self._session = Session(serving_form, threads)
        self.n_grades = int(self._session.last_output_size)

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """Probabilities, float32 (len(crops), n_grades); rows sum to 1."""
        out = np.empty((len(crops), self.n_grades), np.float32)
        for start in range(0, len(crops), BATCH):
            batch = np.stack([crop.pixels for crop in crops[start : start + BATCH]])
            out[start : start + len(batch)] = self._session.run(batch)[0]
        return out
