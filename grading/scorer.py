"""Turns crops into probabilities over grades, on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading.engine import GraphError, Session
from grading.types import Crop


class OnnxScorer:
    """Scores crops with the serving form of a network.

    Args:
        serving_form: the ONNX file that grading.serving wrote.
        version: name of the model version, for sheets and logs.
        threads: crops scored at the same time, each by one thread. That keeps cores busier than sharing a batch
            among threads, which wait for each other after every layer, and holds no batch in memory.

    Raises: grading.engine.GraphError: the file is no whole serving form.
    """

    def __init__(self, serving_form: Path, version: str, threads: int = 2) -> None:
        self.version = version
        self._session = Session(serving_form, threads=1)
        self._threads = threads
        n_grades, shape = self._session.last_output_size, self._session.input_shape
        if not isinstance(n_grades, int) or len(shape) != 4 or not isinstance(shape[1], int):
            raise GraphError(f"the graph takes {shape} and gives {n_grades}: it is not one that grades crops")
        self.n_grades, self.crop_px = n_grades, shape[1]

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """Probabilities, float32 (len(crops), n_grades); rows sum to 1."""
        out = np.empty((len(crops), self.n_grades), np.float32)
        with ThreadPoolExecutor(self._threads) as workers:
            for at, row in enumerate(workers.map(self._score_one, crops)):
                out[at] = row
        return out

    def _score_one(self, crop: Crop) -> NDArray[np.float32]:
        return np.asarray(self._session.run(crop.pixels[None])[0][0])
