"""Model versions for tests: the bundled one under another name, its files linked rather than copied."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from archive.models import bundled
from archive.sums import write_sums
from grading.scorer import OnnxScorer
from grading.serving import write_serving_form
from grading.types import Crop
from grading.version import CARD_FILE, GOLDEN_FILE, WEIGHTS_FILE, Figure, read_version
from grading.weights import Array, packed, read_weights


def renamed_version(folder: Path, **changes: object) -> Path:
    """The version that came with PEEA as a version of the folder's name; changes: of its card."""
    source = read_version(bundled())
    folder.mkdir(parents=True)
    for path in source.folder.iterdir():
        if path.name not in (CARD_FILE, "SHA256SUMS"):
            os.link(path, folder / path.name)
    card = source.card.model_copy(update={"version": folder.name, **changes})
    (folder / CARD_FILE).write_text(card.model_dump_json(), encoding="utf-8")
    write_sums(folder)
    return folder


def changed_version(folder: Path, change: Callable[[dict[str, Array]], None], **changes: object) -> Path:
    """The version that came with PEEA with other weights, and a golden batch that says what they answer."""
    source = read_version(bundled())
    weights = dict(read_weights(source.weights))
    change(weights)
    folder.mkdir(parents=True)
    (folder / WEIGHTS_FILE).write_bytes(packed(weights))
    card = source.card.model_copy(update={"version": folder.name, **changes})
    (folder / CARD_FILE).write_text(card.model_dump_json(), encoding="utf-8")
    form = folder.parent / f"{folder.name}.onnx"
    write_serving_form(read_weights(folder / WEIGHTS_FILE), form, card.crop_px)
    crops = source.golden().crops
    said = OnnxScorer(form, "").score([Crop(0.0, np.asarray(each, np.uint8), 0.0) for each in crops])
    form.unlink()
    out = io.BytesIO()
    np.savez(out, crops=crops, probabilities=said)
    (folder / GOLDEN_FILE).write_bytes(out.getvalue())
    write_sums(folder)
    return folder


def spoilt(path: Path) -> None:
    """Changes one byte in the middle of a file; a link to it elsewhere stays as it was."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)


def figure(value: float) -> Figure:
    """A figure with an interval."""
    return Figure(value=value, low=value - 0.1, high=min(value + 0.1, 1.0))
