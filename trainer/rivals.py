"""The networks that the paper's Table 3 compares, with the same input and the same softmax over the grades.

AlexNet and the 15-layer ResNet start from random weights: no ImageNet weights of theirs come with Keras. Neither is
described in the paper beyond its name; how they are built here:

- AlexNet: the five convolutions and three dense layers of Krizhevsky et al. (2012) in one stream, with their strides
  and pools. Local response normalisation is batch normalisation here, as is usual since: without it nothing is learnt
  in few passes. The dense layers have 1,024 units instead of 4,096, which were sized for 1,000 classes.
- ResNet15: there is no standard one. Fifteen layers with weights, counted as He et al. (2016) do (without shortcuts): a
  stem of two 3x3 convolutions, six basic blocks of two 3x3 convolutions (two each of 64, 128 and 256 channels, the
  first of each later pair halving the picture), and the softmax layer. 2 + 6 x 2 + 1 = 15.

keras.ops only: trains on TensorFlow, JAX and torch.
"""

from __future__ import annotations

from typing import Any

import keras

from grading.network import HEAD, ImageNetInput

ALEXNET_DENSE = 1024
RESNET15_CHANNELS = (64, 128, 256)


def alexnet(n_grades: int, crop_px: int, dropout: float = 0.5) -> keras.Model:
    """(n, crop_px, crop_px, 3) RGB 0..255 -> (n, n_grades) probabilities."""
    pixels, x = _input(crop_px)
    for number, (channels, kernel, stride) in enumerate(
        ((96, 11, 4), (256, 5, 1), (384, 3, 1), (384, 3, 1), (256, 3, 1))
    ):
        x = keras.layers.Conv2D(channels, kernel, strides=stride, padding="same", name=f"alex{number}_conv")(x)
        if number < 2:
            x = keras.layers.BatchNormalization(name=f"alex{number}_bn")(x)
        x = keras.layers.Activation("relu", name=f"alex{number}_relu")(x)
        if number in (0, 1, 4):
            x = keras.layers.MaxPooling2D(3, strides=2, name=f"alex{number}_pool")(x)
    x = keras.layers.Flatten(name="alex_flat")(x)
    for number in (5, 6):
        x = keras.layers.Dense(ALEXNET_DENSE, activation="relu", name=f"alex{number}_dense")(x)
        x = keras.layers.Dropout(dropout, name=f"alex{number}_dropout")(x)
    return keras.Model(pixels, _softmax(x, n_grades), name="alexnet")


def resnet15(n_grades: int, crop_px: int) -> keras.Model:
    """(n, crop_px, crop_px, 3) RGB 0..255 -> (n, n_grades) probabilities."""
    pixels, x = _input(crop_px)
    x = _convolved(x, 32, 2, "res_stem1")
    x = _convolved(x, 64, 1, "res_stem2")
    x = keras.layers.MaxPooling2D(3, strides=2, padding="same", name="res_pool")(x)
    for stage, channels in enumerate(RESNET15_CHANNELS):
        for block in (0, 1):
            x = _block(x, channels, 2 if stage and not block else 1, f"res{stage}_{block}")
    x = keras.layers.GlobalAveragePooling2D(name="res_average")(x)
    return keras.Model(pixels, _softmax(x, n_grades), name="resnet15")


def layers_with_weights(network: keras.Model) -> int:
    """Convolutions and dense layers, shortcuts not counted: what the literature calls a network's depth."""
    counted = (keras.layers.Conv2D, keras.layers.Dense)
    return sum(isinstance(layer, counted) and not layer.name.endswith("_shortcut") for layer in network.layers)


def _block(x: Any, channels: int, stride: int, name: str) -> Any:
    """H(x) = F(x) + x (paper, Fig. 2); where size or channels change, x goes through a 1x1 convolution."""
    inner = _convolved(x, channels, stride, f"{name}_1")
    inner = _convolved(inner, channels, 1, f"{name}_2", activated=False)
    if stride != 1 or x.shape[-1] != channels:
        shortcut = keras.layers.Conv2D(channels, 1, strides=stride, use_bias=False, name=f"{name}_shortcut")
        x = keras.layers.BatchNormalization(name=f"{name}_shortcut_bn")(shortcut(x))
    return keras.layers.Activation("relu", name=f"{name}_relu")(keras.layers.Add(name=f"{name}_add")([inner, x]))


def _convolved(x: Any, channels: int, stride: int, name: str, *, activated: bool = True) -> Any:
    convolution = keras.layers.Conv2D(
        channels, 3, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )
    x = keras.layers.BatchNormalization(name=f"{name}_bn")(convolution(x))
    return keras.layers.Activation("relu", name=f"{name}_relu")(x) if activated else x


def _input(crop_px: int) -> tuple[Any, Any]:
    """RGB 0..255, ImageNet's means taken off, then about -1..1: fresh weights expect numbers of that size."""
    pixels = keras.Input((crop_px, crop_px, 3), name="pixels")
    centred = ImageNetInput(name="imagenet_input", dtype="float32")(pixels)
    return pixels, keras.layers.Rescaling(1 / 128, name="rescaled")(centred)


def _softmax(x: Any, n_grades: int) -> Any:
    return keras.layers.Dense(n_grades, activation="softmax", name=HEAD, dtype="float32")(x)
