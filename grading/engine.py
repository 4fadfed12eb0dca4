"""The serving engine, ONNX Runtime, and the building of graphs for it: the one home of both libraries."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

# ONNX Runtime may report its use over the network unless told not to; PEEA says nothing to anybody
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.capi import onnxruntime_pybind11_state

OPSET, IR_VERSION = 17, 9
UINT8, FLOAT = int(TensorProto.UINT8), int(TensorProto.FLOAT)

Array = NDArray[np.float32]

# the library's own errors have nothing in common but where they stand
_ENGINE_ERRORS = tuple(
    found
    for found in vars(onnxruntime_pybind11_state).values()
    if isinstance(found, type) and issubclass(found, Exception)
)


class GraphError(ValueError):
    """A graph that the engine cannot load or run: damaged, cut off, or for other inputs."""


class Session:
    """A loaded graph.

    Args:
        graph: the graph's bytes, or the file that holds them.
        threads: threads of the engine within one call.

    Raises: GraphError: it cannot be loaded.
    """

    def __init__(self, graph: bytes | Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # a worker that spins while it waits burns the core that decoding needs
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source = str(graph) if isinstance(graph, Path) else graph
        try:
            self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except _ENGINE_ERRORS as error:
            raise GraphError(f"the graph cannot be loaded ({type(error).__name__})") from error
        self._names = [output.name for output in self._session.get_outputs()]
        self._input = self._session.get_inputs()[0].name
        self.last_output_size = self._session.get_outputs()[0].shape[-1]
        self.input_shape = tuple(self._session.get_inputs()[0].shape)

    def run(self, batch: NDArray[np.generic]) -> list[Array]:
        """The outputs for a batch, in the order in which the graph names them. Raises: GraphError."""
        try:
            return list(self._session.run(self._names, {self._input: batch}))
        except _ENGINE_ERRORS as error:
            raise GraphError(f"the graph cannot be run ({type(error).__name__})") from error


class Graph:
    """A graph in the making; methods that add to it return the name of what they added."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, array: Array) -> str:
        """A constant, float32."""
        name = f"w{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array, dtype=np.float32), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: object) -> str:
        """An operation of this kind (ONNX opset 17); its output is named by itself unless `output` says how."""
        name = output or f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def finished(
        self, source: tuple[str, int, Sequence[int | str]], outputs: Mapping[str, Sequence[int | str] | None]
    ) -> bytes:
        """The graph's bytes.

        Args:
            source: name, element type (UINT8 or FLOAT) and shape of the input.
            outputs: names and shapes (None: as it comes) of the outputs.
        """
        graph = helper.make_graph(
            self._nodes,
            "peea",
            [helper.make_tensor_value_info(source[0], source[1], list(source[2]))],
            [helper.make_tensor_value_info(name, FLOAT, shape and list(shape)) for name, shape in outputs.items()],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        return bytes(model.SerializeToString())
