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
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 9

Array = NDArray[np.float32]


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


class _Graph:
    """Builds an ONNX graph layer by layer from a list of Keras weights."""

    def __init__(self, weights: list[Array]) -> None:
        self.weights = list(weights)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.last = "patches"

    def _constant(self, array: Array) -> str:
        name = f"w{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str | None = None, **attributes: object) -> str:
        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def conv(self, source: str | None = None) -> str:
        kernel, bias = self.weights.pop(0), self.weights.pop(0)
        inputs = [source or self.last, self._constant(kernel.transpose(3, 2, 0, 1)), self._constant(bias)]
        self.last = self._node("Conv", inputs, kernel_shape=list(kernel.shape[:2]))
        return self.last

    def prelu(self) -> None:
        slope = self.weights.pop(0)
        shape = (-1, 1, 1) if slope.ndim == 3 else (-1,)
        self.last = self._node("PRelu", [self.last, self._constant(slope.reshape(shape))])

    def pool(self, size: int, *, same: bool) -> None:
        pad = "SAME_UPPER" if same else "VALID"
        self.last = self._node("MaxPool", [self.last], kernel_shape=[size, size], strides=[2, 2], auto_pad=pad)

    def flatten(self) -> None:
        # the package transposes to (width, height, channels) before it flattens: its weights came from Caffe
        turned = self._node("Transpose", [self.last], perm=[0, 3, 2, 1])
        self.last = self._node("Flatten", [turned])

    def dense(self, source: str) -> str:
        kernel, bias = self.weights.pop(0), self.weights.pop(0)
        return self._node("Gemm", [source, self._constant(kernel), self._constant(bias)])

    def softmax(self, source: str, axis: int) -> str:
        return self._node("Softmax", [source], axis=axis)

    def session(self, shape: list[int | str], outputs: dict[str, str], threads: int) -> onnxruntime.InferenceSession:
        for name, source in outputs.items():
            self._node("Identity", [source], output=name)
        assert not self.weights, "weights left over: not the network that this graph describes"  # noqa: S101
        graph = helper.make_graph(
            self.nodes,
            "mtcnn",
            [helper.make_tensor_value_info("patches", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # a worker that spins while it waits burns the core that decoding needs
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


class ProposalNetwork:
    """P-Net: slides a 12 x 12 window with stride 2 over a picture of any size."""

    def __init__(self, threads: int = 1) -> None:
        graph = _Graph(_weights("pnet"))
        graph.conv()
        graph.prelu()
        graph.pool(2, same=True)
        graph.conv()
        graph.prelu()
        graph.conv()
        graph.prelu()
        trunk = graph.last
        offsets = graph.conv(trunk)
        score = graph.softmax(graph.conv(trunk), axis=1)
        self._session = graph.session([1, 3, "height", "width"], {"offsets": offsets, "score": score}, threads)

    def __call__(self, picture: Array) -> Answer:
        """Offsets (rows, columns, 4) and scores (rows, columns) of a normalised picture, float32 (height, width, 3)."""
        batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
        offsets, score = self._session.run(["offsets", "score"], {"patches": batch})
        return Answer(offsets[0].transpose(1, 2, 0), score[0, 1], np.empty((0, 0), np.float32))


def _refine_graph() -> tuple[_Graph, dict[str, str]]:
    graph = _Graph(_weights("rnet"))
    graph.conv()
    graph.prelu()
    graph.pool(3, same=True)
    graph.conv()
    graph.prelu()
    graph.pool(3, same=False)
    graph.conv()
    graph.prelu()
    graph.flatten()
    graph.last = graph.dense(graph.last)
    graph.prelu()
    trunk = graph.last
    return graph, {"offsets": graph.dense(trunk), "score": graph.softmax(graph.dense(trunk), axis=1)}


def _output_graph() -> tuple[_Graph, dict[str, str]]:
    graph = _Graph(_weights("onet"))
    for pool, same in ((3, True), (3, False), (2, True)):
        graph.conv()
        graph.prelu()
        graph.pool(pool, same=same)
    graph.conv()
    graph.prelu()
    graph.flatten()
    graph.last = graph.dense(graph.last)
    graph.prelu()
    trunk = graph.last
    outputs = {"offsets": graph.dense(trunk), "landmarks": graph.dense(trunk)}
    return graph, outputs | {"score": graph.softmax(graph.dense(trunk), axis=1)}


class PatchNetwork:
    """R-Net (24 x 24) or O-Net (48 x 48, with landmarks): judges patches cut out around proposals."""

    def __init__(self, size_px: int, threads: int = 1) -> None:
        self.size_px = size_px
        graph, outputs = _refine_graph() if size_px == 24 else _output_graph()
        self._names = list(outputs)
        self._session = graph.session(["n", 3, size_px, size_px], outputs, threads)

    def __call__(self, patches: Array) -> Answer:
        """The answer for normalised patches, float32 (n, size_px, size_px, 3)."""
        batch = np.ascontiguousarray(patches.transpose(0, 3, 1, 2))
        said = dict(zip(self._names, self._session.run(self._names, {"patches": batch}), strict=True))
        nothing = np.empty((len(patches), 0), np.float32)
        return Answer(said["offsets"], said["score"][:, 1], said.get("landmarks", nothing))
