"""The serving form of a network: the same arithmetic as grading.network as an ONNX graph, made without TensorFlow.

Batch normalisation is folded into the convolution before it (exact up to rounding), pixels go in as uint8. The form is
checked against what Keras said about a golden batch when the network was made (`check`), and cached by the fingerprint
of the weights. Why not a converter package: docs/adr/0002.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading.crops import CROP_PX
from grading.engine import FLOAT, UINT8, Graph
from grading.weights import HEAD_BIAS, HEAD_KERNEL, Array, Weights, WeightsError

BATCH_NORMALISATION_EPSILON = 1.001e-5  # of keras.applications.ResNet50
BLOCKS = (3, 4, 6, 3)  # residual blocks of stages 2 to 5
# of ImageNet, as in keras.applications.resnet.preprocess_input; grading.network takes them from here
CHANNEL_MEANS_BGR = np.array([103.939, 116.779, 123.68], np.float32)

LARGEST_DIFFERENCE = 1e-3
# of an int8 form from what it said where it was made: another processor adds float32 in another order, which now and
# then rounds a value to the next of 256 steps, and the steps add up
LARGEST_DIFFERENCE_INT8 = 0.05


class ServingFormError(ValueError):
    """The serving form does not give the answers that Keras gave."""


def check(
    probabilities: NDArray[np.float32],
    golden: NDArray[np.float32],
    name: str,
    allowed: float = LARGEST_DIFFERENCE,
) -> float:
    """The largest difference between the serving form's answers to the golden batch and those stored with it.

    Stored are Keras' answers; of an int8 form its own, from where it was made and let pass.

    Raises:
        ServingFormError: it is over `allowed`, so that this form must not grade.
    """
    difference = float(np.abs(probabilities - golden).max())
    if not difference <= allowed:  # also catches NaN
        raise ServingFormError(
            f"network {name}: its serving form differs by {difference:.2g} from what is stored for the golden batch "
            f"(allowed {allowed:g}): the version's files do not belong together; install it again"
        )
    return difference


def write_serving_form(weights: Weights, path: Path, crop_px: int = CROP_PX) -> None:
    """Writes the ONNX file whole: under another name first, then renamed.

    Raises:
        WeightsError: an array is missing.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished.open("wb") as out:
        out.write(serving_form(weights, crop_px))
        out.flush()
        os.fsync(out.fileno())  # a power cut after the rename must not leave half a form under the final name
    unfinished.replace(path)


def serving_form(weights: Weights, crop_px: int = CROP_PX) -> bytes:
    """The ONNX model: uint8 (n, crop_px, crop_px, 3) RGB -> float32 (n, n_grades) probabilities."""
    net = _ResNet(weights)
    flat = net.features("pixels")
    kernel, bias = net.weight(HEAD_KERNEL), net.weight(HEAD_BIAS)
    logits = net.graph.node("Gemm", [flat, net.graph.constant(kernel), net.graph.constant(bias)])
    net.graph.node("Softmax", [logits], "grades", axis=1)
    shape: list[int | str] = ["n", crop_px, crop_px, 3]
    return net.graph.finished(("pixels", UINT8, shape), {"grades": ["n", len(bias)]})


def feature_form(weights: Weights, last_stage: int = 5) -> bytes:
    """The ONNX model up to a stage: uint8 (n, side, side, 3) RGB -> float32 (n, channels), averaged over places.

    After stage 5 these are the 2,048 numbers that the head grades by; training keeps them where that part is frozen.

    Raises:
        WeightsError: an array is missing.
    """
    net = _ResNet(weights)
    net.features("pixels", last_stage, "features")
    return net.graph.finished(("pixels", UINT8, ["n", "height", "width", 3]), {"features": None})


class _ResNet:
    """Builds the graph; every method returns the name of its output."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.graph = Graph()

    def weight(self, name: str) -> Array:
        if name not in self.weights:
            raise WeightsError(f"the array {name} is missing: not the weights of a whole ResNet50")
        return self.weights[name]

    def features(self, source: str, last_stage: int = 5, output: str = "") -> str:
        """Everything before the head, cut after a stage (2 to 5) and averaged over places: (n, channels)."""
        source = self.convolved(self.preprocessed(source), "conv1", stride=2, pad=3)
        source = self.graph.node("MaxPool", [source], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        for stage, blocks in enumerate(BLOCKS[: last_stage - 1], start=2):
            for block in range(1, blocks + 1):
                stride = 2 if block == 1 and stage > 2 else 1
                source = self.residual(source, f"conv{stage}_block{block}", stride)
        pooled = self.graph.node("GlobalAveragePool", [source])
        return self.graph.node("Flatten", [pooled], output)

    def preprocessed(self, source: str) -> str:
        numbers = self.graph.node("Cast", [source], to=FLOAT)
        # the means are turned to RGB here and conv1's input channels there, so that no pixel is moved
        less_mean = self.graph.node("Sub", [numbers, self.graph.constant(CHANNEL_MEANS_BGR[::-1])])
        return self.graph.node("Transpose", [less_mean], perm=[0, 3, 1, 2])

    def convolved(self, source: str, name: str, *, stride: int, pad: int, relu: bool = True) -> str:
        kernel, bias = self._folded(name)
        if name == "conv1":
            kernel = kernel[:, :, ::-1]
        arrays = [source, self.graph.constant(kernel.transpose(3, 2, 0, 1)), self.graph.constant(bias)]
        shape = list(kernel.shape[:2])
        out = self.graph.node("Conv", arrays, kernel_shape=shape, strides=[stride, stride], pads=[pad] * 4)
        return self.graph.node("Relu", [out]) if relu else out

    def residual(self, source: str, name: str, stride: int) -> str:
        """H(x) = F(x) + x (paper, section 2.3), with a projection of x in the first block of a stage."""
        projected = f"{name}_0_conv/kernel" in self.weights
        shortcut = self.convolved(source, f"{name}_0", stride=stride, pad=0, relu=False) if projected else source
        inner = self.convolved(source, f"{name}_1", stride=stride, pad=0)
        inner = self.convolved(inner, f"{name}_2", stride=1, pad=1)
        inner = self.convolved(inner, f"{name}_3", stride=1, pad=0, relu=False)
        return self.graph.node("Relu", [self.graph.node("Add", [shortcut, inner])])

    def _folded(self, name: str) -> tuple[Array, Array]:
        gamma, beta = self.weight(f"{name}_bn/gamma"), self.weight(f"{name}_bn/beta")
        mean, variance = self.weight(f"{name}_bn/moving_mean"), self.weight(f"{name}_bn/moving_variance")
        scale = gamma / np.sqrt(variance + np.float32(BATCH_NORMALISATION_EPSILON))
        bias = (self.weight(f"{name}_conv/bias") - mean) * scale + beta
        return self.weight(f"{name}_conv/kernel") * scale, bias
