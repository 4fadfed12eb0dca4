"""Makes an int8 form of a model version, about twice as fast, and keeps it only if the grades stay: the gate.

crops of the version's training patients -> ranges of all activations -> weights and activations in 8 bits ->
judged beside float32 on patients that neither training nor ranges saw, and on recordings -> refused in words, or a
new version with the form beside the weights and the gate's figures on its card.

ONNX Runtime's own quantiser does the arithmetic. Weights keep to 7 bits: processors without VNNI add two 8-bit products
in 16 bits and would saturate in silence, so answers would depend on the processor.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from archive.files import write_whole
from archive.sums import write_sums
from grading.ports import Scorer
from grading.ready import ready_scorer
from grading.scorer import OnnxScorer
from grading.types import Assessment, Crop, Outcome, Pixels
from grading.version import CARD_FILE, GOLDEN_FILE, INT8_FILE, WEIGHTS_FILE, ModelCard, ModelVersion, in_words
from trainer.metrics import confusion, judge, quadratic_kappa
from trainer.pictures import Crops

SUFFIX = "-int8"
CALIBRATION_CROPS = 256  # of training patients; ranges no longer move beyond that
QUANTISED = ["Conv", "Add", "MaxPool", "GlobalAveragePool"]  # the head stays float32: it costs nothing

# The gate. Raters who grade one picture twice agree with themselves less often than 97 in 100; a recording's grade is
# what the ward acts on, so not one may change; and agreement with the truth may fall by no more than its second digit.
LEAST_SAME_PICTURES = 0.97
LEAST_SAME_RECORDINGS = 1.0
MOST_KAPPA_LOST = 0.01


class PrecisionRefusedError(ValueError):
    """Int8 changes grades by more than the gate allows; nothing was kept."""


@dataclass(frozen=True)
class Places:
    """Folders: output for the version's folder, work for what can be made again."""

    work: Path
    output: Path


@dataclass(frozen=True)
class Gate:
    """What int8 changed on held-out patients. Shares 0..1; kappa as against the truth; recordings may be none."""

    pictures: int
    same_pictures: float
    kappa_float32: float
    kappa_int8: float
    recordings: int
    same_recordings: float

    def faults(self) -> list[str]:
        """Why int8 is refused, in words; empty if it is not."""
        said = []
        if self.same_pictures < LEAST_SAME_PICTURES:
            said.append(
                f"the grade of {1 - self.same_pictures:.1%} of {self.pictures} pictures of held-out patients changes "
                f"(allowed: {1 - LEAST_SAME_PICTURES:.0%})"
            )
        if self.kappa_float32 - self.kappa_int8 > MOST_KAPPA_LOST:
            said.append(
                f"agreement with the truth (quadratic kappa) falls from {self.kappa_float32:.3f} to "
                f"{self.kappa_int8:.3f} (allowed: by {MOST_KAPPA_LOST})"
            )
        if self.recordings and self.same_recordings < LEAST_SAME_RECORDINGS:
            changed = round((1 - self.same_recordings) * self.recordings)
            said.append(f"the grade of {changed} of {self.recordings} recordings changes (allowed: none)")
        return said

    def figures(self) -> dict[str, float]:
        """For the card."""
        return {name: round(float(value), 4) for name, value in vars(self).items()}


Grading = Callable[[Scorer, Path], Outcome]


def quantise(
    version: ModelVersion, crops: Crops, recordings: Sequence[Path], grade: Grading, places: Places, made_at: datetime
) -> ModelCard:
    """Writes the version's int8 form as a version of its own, if the gate lets it pass; returns its card.

    Args:
        version: the float32 version.
        crops: the cases that it was made from, in the same parts.
        recordings: judged as well, float32 beside int8; none of them of a training patient.
        grade: grades one of them with a scorer.

    Raises:
        ValueError: the version is int8 already, or was made from other cases.
        FileExistsError: it has been quantised before.
        PrecisionRefusedError: the gate refuses int8.
    """
    name = f"{version.card.version}{SUFFIX}"  # begins as before: sheets warn of synthetic patients by it
    _refuse_unfit(version, crops, places.output / name)
    unfinished = places.work / f"{name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    exact = ready_scorer(version, places.work / "forms" / name)
    _write_form(places.work / "forms" / name, _calibrating(crops), unfinished / INT8_FILE)
    small = OnnxScorer(unfinished / INT8_FILE, in_words(name, "int8"))
    test = crops.part("test")
    said_exact, said_small = (_said(scorer, crops.pixels[test]) for scorer in (exact, small))
    first = 5 - small.n_grades
    true = np.array([int(crops.cases[at].grade) for at in test], np.int64)
    gate = _gate(true, said_exact, said_small, first, _changes(exact, small, recordings, grade))
    if faults := gate.faults():
        shutil.rmtree(unfinished)
        raise PrecisionRefusedError(f"int8 is refused for {version.card.version}: {'; '.join(faults)}")
    changed = {
        "version": name,
        "made_at": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "precision": "int8",
        "gate": gate.figures(),
        "figures": judge(true, said_small, [crops.cases[at].patient for at in test], first),
        "confusion": confusion(true, said_small.argmax(axis=1) + first),
        "started_from": {"float32": version.card.version},
    }
    card = version.card.model_copy(update=changed)
    _finish(version, small, card, unfinished, places.output / name)
    return card


def _refuse_unfit(version: ModelVersion, crops: Crops, target: Path) -> None:
    card = version.card
    if card.precision != "float32":
        raise ValueError(f"{card.version} is {card.precision} already: name the version that it was made from")
    if card.data_set != crops.data_set:
        raise ValueError(
            f"{card.version} was made from data set {card.data_set}, and these lists are {crops.data_set}: "
            "patients that it was trained on could count as held out; give the lists that it was made from"
        )
    if target.exists():
        raise FileExistsError(f"{target} exists already: a model version never changes")


def _calibrating(crops: Crops) -> Pixels:
    of_training = np.asarray(crops.part("train"))
    chosen = of_training[np.linspace(0, len(of_training) - 1, min(CALIBRATION_CROPS, len(of_training))).astype(int)]
    return np.asarray(crops.pixels[chosen], np.uint8)


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands the quantiser one crop after the other."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels: Iterator[Pixels] = iter(pixels)

    def get_next(self) -> dict[str, Pixels] | None:
        """The next crop as a batch of one, None after the last."""
        pixels = next(self._pixels, None)
        return None if pixels is None else {"pixels": pixels[None]}


def _write_form(forms: Path, calibrating: Pixels, target: Path) -> None:
    (float_form,) = forms.rglob("float32-*.onnx")
    quantize_static(
        float_form,
        target,
        _Reader(calibrating),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=QUANTISED,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
    )


def _said(scorer: Scorer, pixels: Pixels) -> NDArray[np.float32]:
    return scorer.score([Crop(0.0, each, 0.0) for each in pixels])


def _changes(exact: Scorer, small: Scorer, recordings: Sequence[Path], grade: Grading) -> list[bool]:
    """Whether each recording's grade (or that it has none) is the same."""
    same = []
    for path in recordings:
        one, other = grade(exact, path), grade(small, path)
        if isinstance(one, Assessment) and isinstance(other, Assessment):
            same.append(one.grade == other.grade)
        else:
            same.append(type(one) is type(other))
    return same


def _gate(
    true: NDArray[np.int64],
    exact: NDArray[np.float32],
    small: NDArray[np.float32],
    first: int,
    same_recordings: Sequence[bool],
) -> Gate:
    said_exact, said_small = exact.argmax(axis=1) + first, small.argmax(axis=1) + first
    return Gate(
        pictures=len(true),
        same_pictures=float((said_exact == said_small).mean()),
        kappa_float32=quadratic_kappa(true, said_exact),
        kappa_int8=quadratic_kappa(true, said_small),
        recordings=len(same_recordings),
        same_recordings=float(np.mean(same_recordings)) if same_recordings else 1.0,
    )


def _finish(version: ModelVersion, small: Scorer, card: ModelCard, unfinished: Path, folder: Path) -> None:
    golden = version.golden().crops
    out = io.BytesIO()
    np.savez_compressed(out, crops=golden, probabilities=_said(small, golden))
    write_whole(unfinished / GOLDEN_FILE, out.getvalue())
    shutil.copyfile(version.weights, unfinished / WEIGHTS_FILE)
    write_whole(unfinished / CARD_FILE, card.model_dump_json(indent=2).encode() + b"\n")
    write_sums(unfinished)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(unfinished, folder)
