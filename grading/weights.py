"""A network's weights as named arrays in one file, so that the network can be built with Keras or served without it.

Names are `<Keras layer>/<variable>`: `conv2_block1_1_conv/kernel`, `grades/bias`. The file is a plain .npz, read with
pickling off. Kernels are kept in half precision, which makes it 47 MB; arithmetic is float32 everywhere.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Weights = Mapping[str, Array]

HEAD_KERNEL, HEAD_BIAS = "grades/kernel", "grades/bias"


# what a damaged or hostile .npz makes numpy stumble over: a size that no memory holds, a header that is no header
DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class WeightsError(ValueError):
    """The file holds no weights of PEEA's network."""


def read_weights(path: Path) -> Weights:
    """All arrays of the file as float32.

    Raises:
        FileNotFoundError: there is no such file.
        WeightsError: it is not a whole weights file.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: np.asarray(stored[name], dtype=np.float32) for name in stored.files}
    except DAMAGED as problem:
        raise WeightsError(f"{path} is not a whole weights file ({problem}): copy it again") from problem
    if HEAD_KERNEL not in arrays or HEAD_BIAS not in arrays:
        raise WeightsError(f"{path} has no arrays {HEAD_KERNEL} and {HEAD_BIAS}: it is not a network of PEEA's")
    return MappingProxyType(arrays)


def packed(weights: Weights) -> bytes:
    """The weights as the bytes of a file, kernels in half precision; the same weights give the same bytes.

    Raises:
        WeightsError: a kernel does not fit into half precision (over 65504, or not a number).
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(weights):
            single = io.BytesIO()
            np.lib.format.write_array(single, _narrowed(name, weights[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), single.getvalue())
    return out.getvalue()


def _narrowed(name: str, values: Array) -> NDArray[np.float16] | Array:
    # the variances of ImageNet's first layer are over 65504, and vectors are few: only kernels are halved
    if values.ndim < 2:
        return np.asarray(values, np.float32)
    if not np.abs(values).max() <= np.finfo(np.float16).max:
        raise WeightsError(f"{name} does not fit into half precision, or is not finite: the fit has diverged")
    return np.asarray(values, np.float16)


def n_grades(weights: Weights) -> int:
    """How many grades the network tells apart: 4, or 5 with NONE first."""
    return int(weights[HEAD_BIAS].shape[0])


def file_fingerprint(path: Path) -> str:
    """SHA-256 (hex) of the weights file: what a cached serving form belongs to."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
