"""Random weights of the right shapes for tests, and a whole model version made of them."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np

from grading.serving import BLOCKS
from grading.types import Grade
from grading.version import CARD_FILE, GOLDEN_FILE, WEIGHTS_FILE, Figure, ModelCard
from grading.weights import HEAD_BIAS, HEAD_KERNEL, Array, packed


def random_weights(n_grades: int = 5, seed: int = 0) -> dict[str, Array]:
    """ResNet50 with random weights whose answers depend on the picture; a mapping of the caller's own."""
    return dict(_drawn(n_grades, seed))


@cache
def packed_random_weights(seed: int = 0) -> bytes:
    """The bytes of their file."""
    return packed(random_weights(seed=seed))


@cache
def _drawn(n_grades: int, seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    weights: dict[str, Array] = {}

    def layer(name: str, height: int, ins: int, outs: int) -> None:
        spread = np.sqrt(2 / (height * height * ins))
        weights[f"{name}_conv/kernel"] = rng.normal(0, spread, (height, height, ins, outs)).astype(np.float32)
        weights[f"{name}_conv/bias"] = rng.normal(0, 0.1, outs).astype(np.float32)
        for part, values in {
            "gamma": rng.uniform(0.3, 0.7, outs),
            "beta": rng.normal(0, 0.1, outs),
            "moving_mean": rng.normal(0, 0.1, outs),
            "moving_variance": rng.uniform(0.5, 2, outs) * (70_000 if name == "conv1" else 1),
        }.items():
            weights[f"{name}_bn/{part}"] = values.astype(np.float32)

    layer("conv1", 7, 3, 64)
    ins = 64
    for stage, blocks in enumerate(BLOCKS, start=2):
        inner, outs = 64 * 2 ** (stage - 2), 256 * 2 ** (stage - 2)
        for block in range(1, blocks + 1):
            name = f"conv{stage}_block{block}"
            if block == 1:
                layer(f"{name}_0", 1, ins, outs)
            layer(f"{name}_1", 1, ins, inner)
            layer(f"{name}_2", 3, inner, inner)
            layer(f"{name}_3", 1, inner, outs)
            ins = outs
    weights[HEAD_KERNEL] = rng.normal(0, 0.3, (2048, n_grades)).astype(np.float32)
    weights[HEAD_BIAS] = rng.normal(0, 0.1, n_grades).astype(np.float32)
    for values in weights.values():
        values.flags.writeable = False
    return weights


def card(version: str, crop_px: int = 224) -> ModelCard:
    """A card for a version that nobody should grade with."""
    return ModelCard(
        version=version,
        made_at="2026-01-01T00:00:00Z",
        grades=tuple(grade.name.lower() for grade in Grade),
        synthetic_only=True,
        data="random weights",
        data_set="0",
        pictures={},
        patients={},
        split="none",
        started_from={},
        hyper_parameters={},
        figures={"accuracy": Figure(value=0.2, low=0.1, high=0.3)},
        confusion=(),
        environment={},
        seed=0,
        crop_px=crop_px,
    )


def random_version(folder: Path, probabilities: Array, crops: np.ndarray, seed: int = 0) -> Path:
    """A model version with random weights and this golden batch."""
    folder.mkdir(parents=True)
    (folder / WEIGHTS_FILE).write_bytes(packed_random_weights(seed))
    (folder / CARD_FILE).write_text(card(folder.name, crops.shape[1]).model_dump_json())
    out = io.BytesIO()
    np.savez(out, crops=crops, probabilities=probabilities)
    (folder / GOLDEN_FILE).write_bytes(out.getvalue())
    return folder
