"""A model version: an immutable folder with weights, the card that says where they come from, and a golden batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grading.crops import CROP_PX
from grading.types import Pixels
from grading.weights import DAMAGED

WEIGHTS_FILE, CARD_FILE, GOLDEN_FILE = "network.npz", "card.json", "golden.npz"
INT8_FILE = "int8.onnx"  # only in versions of that precision
LEAST_CROP_PX, MOST_CROP_PX = 64, 512

Precision: TypeAlias = Literal["float32", "int8"]


class VersionError(ValueError):
    """The folder is not a whole model version."""


class Figure(BaseModel):
    """A measured figure with its 95 % interval (bootstrap over patients); nan-free."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    low: float
    high: float


class ModelCard(BaseModel):
    """What a network is, as its card.json says it. Figures are on patients that it was not trained on.

    gate: for int8, what it changed against float32 on those patients when it was let pass.
    crop_px: side of the crops that it was trained on and grades.
    learnt_from, held_out: marks (trainer.patients) of the patients that this network, or one that it started from, was
    fitted or calibrated on, and of those that it was judged on. unlisted: versions among its ancestors that do not say.
    calibrated_on: of learnt_from, those that this network was calibrated on and not fitted on; none: it does not say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    made_at: str
    grades: tuple[str, ...]
    synthetic_only: bool
    data: str
    data_set: str
    pictures: dict[str, int]
    patients: dict[str, int]
    split: str
    started_from: dict[str, str]
    hyper_parameters: dict[str, float | int | str]
    figures: dict[str, Figure]
    confusion: tuple[tuple[int, ...], ...]
    environment: dict[str, str]
    seed: int
    limits: tuple[str, ...] = ()
    precision: Precision = "float32"
    crop_px: int = Field(CROP_PX, ge=LEAST_CROP_PX, le=MOST_CROP_PX)
    gate: dict[str, float] = {}
    learnt_from: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    calibrated_on: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Golden:
    """Crops, uint8 (n, crop_px, crop_px, 3), and what Keras said of them at the making, float32 (n, n_grades)."""

    crops: Pixels
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class ModelVersion:
    """A model version on disk."""

    folder: Path
    card: ModelCard

    @property
    def weights(self) -> Path:
        """The file with the weights."""
        return self.folder / WEIGHTS_FILE

    @property
    def shown(self) -> str:
        """The version's name for sheets and logs, with its precision unless that is the usual one."""
        return in_words(self.card.version, self.card.precision)

    def golden(self) -> Golden:
        """The golden batch.

        Raises:
            VersionError: it is missing or damaged.
        """
        path = self.folder / GOLDEN_FILE
        try:
            with np.load(path, allow_pickle=False) as stored:
                return Golden(np.asarray(stored["crops"], np.uint8), np.asarray(stored["probabilities"], np.float32))
        except (OSError, *DAMAGED) as problem:
            raise VersionError(f"{path} is missing or damaged ({problem}): install the version again") from problem


def in_words(name: str, precision: Precision) -> str:
    """A version's name with its precision, which is only told where it is not float32."""
    return name if precision == "float32" else f"{name} ({precision})"


def read_version(folder: Path) -> ModelVersion:
    """The model version in this folder.

    Raises:
        VersionError: a file is missing or the card cannot be understood.
    """
    for name in (WEIGHTS_FILE, CARD_FILE, GOLDEN_FILE):
        if not (folder / name).is_file():
            raise VersionError(f"{folder} is no model version: {name} is missing")
    try:
        card = ModelCard.model_validate_json((folder / CARD_FILE).read_text("utf-8"))
    except (ValidationError, UnicodeDecodeError) as problem:
        raise VersionError(f"{folder / CARD_FILE} cannot be understood: {problem}") from problem
    if card.precision == "int8" and not (folder / INT8_FILE).is_file():
        raise VersionError(f"{folder} is no whole model version: its card says int8, but {INT8_FILE} is missing")
    return ModelVersion(folder, card)
