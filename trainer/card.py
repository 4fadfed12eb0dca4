"""Writes a model version: weights, card and golden batch into one folder, whole or not at all."""

from __future__ import annotations

import io
import platform
import shutil
from datetime import datetime
from importlib.metadata import version as installed
from pathlib import Path

import keras
import numpy as np

from archive.files import put_folder_in_place, write_whole
from archive.sums import write_sums
from grading.network import take_weights, with_weights
from grading.types import Grade, Pixels
from grading.version import CARD_FILE, GOLDEN_FILE, WEIGHTS_FILE, ModelCard
from grading.weights import HEAD_BIAS, HEAD_KERNEL, Array, packed, read_weights
from trainer.calibration import Calibration
from trainer.curves import Curve
from trainer.fit import ADAMW, Plan

CURVE_FILE = "learning.json"


def corrected(weights: dict[str, Array], correction: Calibration) -> dict[str, Array]:
    """The weights with the correction of the logits taken into the head: nothing that serves needs to know of it."""
    kernel = weights[HEAD_KERNEL] / np.float32(correction.temperature)
    bias = weights[HEAD_BIAS] / np.float32(correction.temperature) + np.array(correction.offsets, np.float32)
    return weights | {HEAD_KERNEL: kernel, HEAD_BIAS: bias}


def environment() -> dict[str, str]:
    """What the network was made with."""
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": f"{keras.backend.backend()} {installed(_package())}",
        "machine": platform.machine(),
    }


def _package() -> str:
    backend = str(keras.backend.backend())
    if backend != "tensorflow":
        return backend
    return "tensorflow-cpu" if platform.machine() == "x86_64" else "tensorflow"


def stored_network(network: keras.Model, correction: Calibration, crop_px: int, folder: Path) -> keras.Model:
    """Writes the weights in half precision and returns the network as read back: the one to be judged."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / WEIGHTS_FILE, packed(corrected(take_weights(network), correction)))
    return with_weights(read_weights(folder / WEIGHTS_FILE), crop_px)


def finish_version(network: keras.Model, golden: Pixels, card: ModelCard, unfinished: Path, folder: Path) -> None:
    """Adds golden batch and card to the folder with the weights, and gives it its final name.

    Raises:
        FileExistsError: there is such a version already; versions never change.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already: a model version never changes, choose another name")
    said = np.asarray(network.predict_on_batch(golden.astype(np.float32)), np.float32)
    out = io.BytesIO()
    np.savez_compressed(out, crops=golden, probabilities=said)
    write_whole(unfinished / GOLDEN_FILE, out.getvalue())
    write_whole(unfinished / CARD_FILE, card.model_dump_json(indent=2).encode() + b"\n")
    write_sums(unfinished)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # first beside it: from another disk it is copied, and a kill half-way must not leave a version of a few files
    nearby = folder.parent / f".{folder.name}.unfinished"
    shutil.rmtree(nearby, ignore_errors=True)
    shutil.move(unfinished, nearby)
    put_folder_in_place(nearby, folder)


def moment(at: datetime) -> str:
    """A moment as the card writes it: UTC to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def draw(card: ModelCard, curve: Curve, folder: Path) -> None:
    """Learning curves and confusion matrix, beside the card."""
    from trainer.figures import Course, confusion_picture, course_picture  # noqa: PLC0415 - matplotlib takes a second

    first = len(Grade) - len(card.grades)
    title = f"{card.version}: {card.pictures['test']} pictures of {card.patients['test']} test patients"
    write_whole(folder / "confusion.png", confusion_picture(card.confusion, title, first))
    write_whole(folder / CURVE_FILE, curve.model_dump_json(indent=1).encode() + b"\n")
    if curve.epochs:
        ways = [[getattr(epoch, name) for epoch in curve.epochs] for name in ("training", "validation", "loss")]
        write_whole(folder / "learning.png", course_picture([Course("", *ways)], f"{card.version}: learning"))


def hyper_parameters(plan: Plan) -> dict[str, float | int | str]:
    """How a network was fitted, as the card writes it."""
    phases: dict[str, float | int | str] = {}
    for number, phase in enumerate(plan.phases, start=1):
        phases |= {f"phase_{number}": phase.name, f"epochs_{number}": phase.epochs, f"rate_{number}": phase.rate}
    if plan.head is not None:
        phases |= {f"head_{name}": value for name, value in vars(plan.head).items()} | {"head_copies": plan.copies}
    if plan.optimiser != ADAMW:
        phases |= {"momentum": plan.momentum}
    return phases | {
        "optimiser": plan.optimiser,
        "batch": plan.batch,
        "weight_decay": plan.weight_decay if plan.optimiser == ADAMW else 0.0,
        "l2": plan.l2,
        "class_weights": "balanced" if plan.is_balanced else "none",
        "dropout": plan.dropout,
        "softness": plan.softness,
        "units_weight": plan.units_weight,
        "precision": plan.precision,
    }
