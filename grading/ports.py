"""What grading asks of its parts (protocols): the real parts and the toys of the tests both keep these contracts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grading.types import Crop, Face, Outcome, Pixels


class FaceFinder(Protocol):
    """Finds faces in one picture."""

    def find(self, pixels: Pixels) -> list[Face]:
        """All faces in the picture (uint8 RGB, any size), most confident first; an empty list if there is none."""
        ...

    def follow(self, pixels: Pixels, face: Face, least_score: float) -> Face | None:
        """The same face a moment later, looked for where it was; None if its score (0..1) is not over least_score."""
        ...


class Scorer(Protocol):
    """Turns crops of the side crop_px into probabilities over grades."""

    version: str
    n_grades: int
    crop_px: int

    def score(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """Probabilities, float32 (len(crops), n_grades), each row summing to 1; n_grades is 4, or 5 with NONE first."""
        ...


class OnFrame(Protocol):
    """Is told about progress once a frame, so that the work itself says it is alive; may raise to stop the work."""

    def __call__(self, time_s: float, length_s: float) -> None:
        """Presentation time of the frame just read, and the length that the container claims (0 if unknown)."""
        ...


class Grades(Protocol):
    """Grades a recording: what the daemon asks of grading."""

    @property
    def model(self) -> str:
        """The version of the network in use."""
        ...

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        """Grade the recording at `path`; a recording that cannot be graded is a Rejection, not an exception."""
        ...
