"""Turns crops into probabilities over grades, on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading.engine import Session
from grading.types import Crop


class OnnxScorer:
    """Scores crops with the serving form of a network.

    Args:
        serving_form: the ONNX file that grading.serving wrote.
        version: name of the model version, for sheets and logs.
        threads: crops scored at the same time, each by one thread. That keeps cores busier than sharing a batch
            among threads, which wait for each other after every layer, and holds no batch in memory.
    """

    def __init__(self, serving_form: Path, version: str, threads: int = 2) -> None:
        self.version = version
        self._session = Session(serving_form, threads=1)
        self._threads = threads
        self.n_grades = int(self._session.last_output_size)
        self.crop_px = int(self._session.input_shape[1])

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """Probabilities, float32 (len(crops), n_grades); rows sum to 1."""
        out = np.empty((len(crops), self.n_grades), np.float32)
        with ThreadPoolExecutor(self._threads) as workers:
            for at, row in enumerate(workers.map(self._score_one, crops)):
                out[at] = row
        return out

    def _score_one(self, crop: Crop) -> NDArray[np.float32]:
        return np.asarray(self._session.run(crop.pixels[None])[0][0])
