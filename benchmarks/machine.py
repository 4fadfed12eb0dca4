"""The machine that was measured on: its processor, its load, and the arithmetic it can do."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

MATRIX = 2048
TRIES = 12
PACKAGES = ("numpy", "onnxruntime", "opencv-python-headless", "mtcnn", "keras", "tensorflow-cpu", "facenet-pytorch")


@dataclass(frozen=True)
class Machine:
    """What was found. float32_gflops: the most that a product of matrices reached with all processors."""

    processor: str
    processors: int
    load: float
    float32_gflops: float
    versions: dict[str, str]


def machine() -> Machine:
    """Measures and reads; the load is that of the last minute, before anything was measured."""
    load = os.getloadavg()[0]
    return Machine(_processor(), len(os.sched_getaffinity(0)), load, float32_gflops(), _versions())


def float32_gflops() -> float:
    """The best of several products of two float32 matrices, in 10^9 operations a second."""
    rng = np.random.default_rng(0)
    one, other = (rng.random((MATRIX, MATRIX), np.float32) for _ in range(2))
    best_s = np.inf
    for _ in range(TRIES):
        start = time.perf_counter()
        one @ other
        best_s = min(best_s, time.perf_counter() - start)
    return float(2 * MATRIX**3 / best_s / 1e9)


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
