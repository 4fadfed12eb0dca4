"""MTCNN's three networks, with the weights that the `mtcnn` package ships, on ONNX Runtime.

The package stores each network as a plain list of arrays (joblib + lz4) in the order of its Keras layers, kernels as
(height, width, in, out). The graphs below compute the same numbers in channels-first order; importing `mtcnn` itself
would import TensorFlow, so the files are found without importing it.

Source of the architecture: Zhang et al. 2016, "Joint face detection and alignment using multitask cascaded
convolutional networks"; layer for layer as in mtcnn 1.0.0 (network/pnet.py, rnet.py, onet.py).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np

from grading.engine import FLOAT, Array, Graph, Session


class WeightsNotFoundError(FileNotFoundError):
    """The `mtcnn` package, or its weights, are not installed."""


@dataclass(frozen=True)
class Answer:
    """What a network said about n patches or n cells.

    offsets: float32 (..., 4), box corrections in box sizes; score: float32 (...), probability of a face;
    landmarks: float32 (n, 10) in box sizes, five x then five y; empty (n, 0) where the network has none.
    """

    offsets: Array
    score: Array
    landmarks: Array


def _weights(name: str) -> list[Array]:
    spec = importlib.util.find_spec("mtcnn")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    path = folder / "assets" / "weights" / f"{name}.lz4" if folder else None
    if path is None or not path.is_file():
        raise WeightsNotFoundError(f"the weights {name}.lz4 of the package mtcnn were not found: pip install mtcnn")
    return [np.asarray(array, dtype=np.float32) for array in joblib.load(path)]


class _Network:
    """Builds a network layer by layer from the list of its Keras weights; `last` is what the next layer reads."""

    def __init__(self, name: str) -> None:
        self.weights = _weights(name)
        self.graph = Graph()
        self.last = "patches"

    def conv(self, source: str = "") -> str:
        kernel, bias = self.weights.pop(0), self.weights.pop(0)
        arrays = [source or self.last, self.graph.constant(kernel.transpose(3, 2, 0, 1)), self.graph.constant(bias)]
        self.last = self.graph.node("Conv", arrays, kernel_shape=list(kernel.shape[:2]))
        return self.last

    def prelu(self) -> None:
        slope = self.weights.pop(0)
        shape = (-1, 1, 1) if slope.ndim == 3 else (-1,)
        self.last = self.graph.node("PRelu", [self.last, self.graph.constant(slope.reshape(shape))])

    def pool(self, size: int, *, same: bool) -> None:
        pad = "SAME_UPPER" if same else "VALID"
        self.last = self.graph.node("MaxPool", [self.last], kernel_shape=[size, size], strides=[2, 2], auto_pad=pad)

    def flatten(self) -> None:
        # the package transposes to (width, height, channels) before it flattens: its weights came from Caffe
        turned = self.graph.node("Transpose", [self.last], perm=[0, 3, 2, 1])
        self.last = self.graph.node("Flatten", [turned])

    def dense(self, source: str = "") -> str:
        kernel, bias = self.weights.pop(0), self.weights.pop(0)
        self.last = self.graph.node(
            "Gemm", [source or self.last, self.graph.constant(kernel), self.graph.constant(bias)]
        )
        return self.last

    def session(self, shape: list[int | str], outputs: dict[str, str], threads: int) -> Session:
        """The network ready to run; outputs in the order given, the score as a softmax over (no face, face)."""
        for name, source in outputs.items():
            if name == "score":
                self.graph.node("Softmax", [source], name, axis=1)
            else:
                self.graph.node("Identity", [source], name)
        if self.weights:
            raise WeightsNotFoundError(f"{len(self.weights)} arrays too many: not the weights of mtcnn 1.0.0")
        return Session(self.graph.finished(("patches", FLOAT, shape), dict.fromkeys(outputs)), threads)


class ProposalNetwork:
    """P-Net: slides a 12 x 12 window with stride 2 over a picture of any size."""

    def __init__(self, threads: int = 1) -> None:
        net = _Network("pnet")
        net.conv()
        net.prelu()
        net.pool(2, same=True)
        net.conv()
        net.prelu()
        net.conv()
        net.prelu()
        trunk = net.last
        outputs = {"offsets": net.conv(trunk), "score": net.conv(trunk)}
        self._session = net.session([1, 3, "height", "width"], outputs, threads)

    def __call__(self, picture: Array) -> Answer:
        """Offsets (rows, columns, 4) and scores (rows, columns) of a normalised picture, float32 (height, width, 3)."""
        batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
        offsets, score = self._session.run(batch)
        return Answer(offsets[0].transpose(1, 2, 0), score[0, 1], np.empty((0, 0), np.float32))


def _refining() -> tuple[_Network, dict[str, str]]:
    net = _Network("rnet")
    for same in (True, False):
        net.conv()
        net.prelu()
        net.pool(3, same=same)
    net.conv()
    net.prelu()
    net.flatten()
    net.dense()
    net.prelu()
    trunk = net.last
    return net, {"offsets": net.dense(trunk), "score": net.dense(trunk)}


def _landmarking() -> tuple[_Network, dict[str, str]]:
    net = _Network("onet")
    for pool, same in ((3, True), (3, False), (2, True)):
        net.conv()
        net.prelu()
        net.pool(pool, same=same)
    net.conv()
    net.prelu()
    net.flatten()
    net.dense()
    net.prelu()
    trunk = net.last
    return net, {"offsets": net.dense(trunk), "landmarks": net.dense(trunk), "score": net.dense(trunk)}


class PatchNetwork:
    """R-Net (24 x 24) or O-Net (48 x 48, with landmarks): judges patches cut out around proposals."""

    def __init__(self, size_px: int, threads: int = 1) -> None:
        self.size_px = size_px
        net, outputs = _refining() if size_px == 24 else _landmarking()
        self._names = list(outputs)
        self._session = net.session(["n", 3, size_px, size_px], outputs, threads)

    def __call__(self, patches: Array) -> Answer:
        """The answer for normalised patches, float32 (n, size_px, size_px, 3)."""
        batch = np.ascontiguousarray(patches.transpose(0, 3, 1, 2))
        said = dict(zip(self._names, self._session.run(batch), strict=True))
        nothing = np.empty((len(patches), 0), np.float32)
        return Answer(said["offsets"], said["score"][:, 1], said.get("landmarks", nothing))
