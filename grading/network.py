"""The network, in Keras: ResNet50 with a softmax over the grades (paper, section 2.3, eq. 5). The one definition.

Preprocessing is part of the network, so grading and training cannot disagree about it: pixels go in as RGB 0..255 and
are turned into what ImageNet's ResNet50 was trained on (BGR, mean subtracted, not scaled; "caffe" style).

Backend-neutral: keras.ops only, so it trains on TensorFlow, JAX or torch. The daemon does not import this file; it
serves the same weights through grading.serving.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from grading.crops import CROP_PX
from grading.serving import CHANNEL_MEANS_BGR
from grading.weights import HEAD_BIAS, Array, Weights

HEAD = "grades"
FEATURES = "avg_pool"  # the layer whose output, (n, 2048), a head is trained on
STAGES = ("conv1", "conv2", "conv3", "conv4", "conv5")

# variable names in the order in which Keras keeps them in a layer
_VARIABLES = {2: ("kernel", "bias"), 4: ("gamma", "beta", "moving_mean", "moving_variance")}


@keras.saving.register_keras_serializable(package="peea")
class ImageNetInput(keras.layers.Layer):  # type: ignore[misc]
    """RGB 0..255, (n, height, width, 3) -> BGR less ImageNet's mean."""

    def call(self, pixels: Any) -> Any:
        """The preprocessed batch, in the dtype of the layer."""
        turned = keras.ops.flip(keras.ops.cast(pixels, self.compute_dtype), axis=-1)
        return turned - keras.ops.convert_to_tensor(CHANNEL_MEANS_BGR, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape does not change."""
        return input_shape


def build(n_grades: int, dropout: float = 0.0, crop_px: int = CROP_PX) -> keras.Model:
    """A fresh network: (n, crop_px, crop_px, 3) RGB 0..255 -> (n, n_grades) probabilities, rows summing to 1.

    Args:
        n_grades: 4 (the paper's), or 5 with NONE first.
        dropout: share of features dropped before the softmax while training.
        crop_px: side of the crops.

    Raises:
        ValueError: n_grades is neither 4 nor 5.
    """
    if n_grades not in (4, 5):
        raise ValueError(f"a network tells 4 or 5 grades apart, not {n_grades}")
    pixels = keras.Input((crop_px, crop_px, 3), name="pixels")
    backbone = keras.applications.ResNet50(
        include_top=False,
        weights=None,
        input_tensor=ImageNetInput(name="imagenet_input", dtype="float32")(pixels),
        pooling="avg",
    )
    features = keras.layers.Dropout(dropout, name="dropout")(backbone.output)
    # pixels and probabilities stay float32 even where a training computes the rest in bfloat16
    grades = keras.layers.Dense(n_grades, activation="softmax", name=HEAD, dtype="float32")(features)
    return keras.Model(pixels, grades, name="peea_resnet50")


def stage_of(layer: keras.layers.Layer) -> str:
    """Which of the paper's five stages a layer belongs to ("conv1" .. "conv5"), or "head"."""
    first = str(layer.name).split("_")[0]
    return first if first in STAGES else "head"


def with_weights(weights: Weights, crop_px: int = CROP_PX) -> keras.Model:
    """The network with these weights, for crops of this side.

    Raises:
        ValueError: an array is missing or has another shape.
    """
    network = build(int(weights[HEAD_BIAS].shape[0]), crop_px=crop_px)
    put_weights(network, weights)
    return network


def put_weights(network: keras.Model, weights: Weights) -> list[str]:
    """Copies each array to the layer of its name; returns the layers that had no array and stay as they were.

    Raises:
        ValueError: an array has another shape than its place in the network.
    """
    left = []
    for layer in network.layers:
        names = _names(layer)
        if not names:
            continue
        if all(name in weights for name in names):
            layer.set_weights([weights[name] for name in names])
        else:
            left.append(str(layer.name))
    return left


def take_weights(network: keras.Model) -> dict[str, Array]:
    """The network's weights by name, float32."""
    taken = {}
    for layer in network.layers:
        for name, values in zip(_names(layer), layer.get_weights(), strict=True):
            taken[name] = np.asarray(values, dtype=np.float32)
    return taken


def _names(layer: keras.layers.Layer) -> list[str]:
    return [f"{layer.name}/{variable}" for variable in _VARIABLES.get(len(layer.weights), ())]
