"""Keeps how a fit goes, epoch by epoch, in a file beside its checkpoints: for learning curves, also after a kill."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from archive.files import write_whole


class Epoch(BaseModel):
    """One pass: mean training loss, shares graded right (0..1) afterwards, and what it took (without the judging)."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")  # a diverged fit has no loss

    phase: int
    epoch: int
    loss: float
    training: float
    validation: float
    seconds: float
    processor_seconds: float


class Curve(BaseModel):
    """All passes of a fit, in order."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")  # a diverged fit has no loss

    epochs: tuple[Epoch, ...] = ()

    @property
    def minutes(self) -> float:
        """Time that learning took, wall clock."""
        return sum(one.seconds for one in self.epochs) / 60

    @property
    def processor_minutes(self) -> float:
        """Processor time that learning took, all cores together; does not depend on what else the machine does."""
        return sum(one.processor_seconds for one in self.epochs) / 60


def read_curve(path: Path) -> Curve:
    """The curve kept so far; an empty one if there is none that can be read."""
    try:
        return Curve.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Curve()


class CurveKeeper(keras.callbacks.Callback):  # type: ignore[misc]
    """Adds to the file at the end of each epoch.

    Args:
        path: the file; what it holds of epochs that are done again is replaced.
        judge: the share of training and of validation pictures that the network grades right, 0..1.
    """

    def __init__(self, path: Path, judge: Callable[[keras.Model], tuple[float, float]]) -> None:
        super().__init__()
        self._path, self._judge = path, judge
        self._phase = 0
        self._began = (0.0, 0.0)

    def begin_phase(self, number: int) -> None:
        """What comes now is of this phase, counted from 0; a fit that goes on need not begin with the first."""
        self._phase = number

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Notes the time."""
        self._began = (time.monotonic(), time.process_time())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Judges, and keeps the pass."""
        seconds, processor_seconds = time.monotonic() - self._began[0], time.process_time() - self._began[1]
        training, validation = self._judge(self.model)
        one = Epoch(
            phase=self._phase,
            epoch=epoch,
            loss=float((logs or {}).get("loss", float("nan"))),
            training=training,
            validation=validation,
            seconds=seconds,
            processor_seconds=processor_seconds,
        )
        # what a kill left of passes that are done again from an earlier state is of no course any more
        before = [each for each in read_curve(self._path).epochs if (each.phase, each.epoch) < (self._phase, epoch)]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, Curve(epochs=(*before, one)).model_dump_json(indent=1).encode())


def share_right(said: NDArray[np.float32], true: NDArray[np.int64], first_grade: int) -> float:
    """The share of pictures whose likeliest grade is the true one, 0..1 (paper, eq. 4)."""
    return float((said.argmax(axis=1) + first_grade == true).mean())
