"""What is measured, as values that travel from the process that measured to the one that writes the page."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

STAGES = ("decode", "detect", "align", "grade")
Row = tuple[float, ...]


@dataclass(frozen=True)
class Stages:
    """One way to grade, frame by frame: mean ms of each stage, wall and CPU; faces as x1, y1, x2, y2 and ten points."""

    way: str
    frames: int
    wall_ms: dict[str, float]
    cpu_ms: dict[str, float]
    peak_mb: float
    faces: tuple[Row, ...] = ()
    missing: str = ""

    @property
    def wall(self) -> float:
        """Mean ms per frame, all stages one after the other."""
        return sum(self.wall_ms.values())

    @property
    def cpu(self) -> float:
        """Mean processor ms per frame."""
        return sum(self.cpu_ms.values())


@dataclass(frozen=True)
class Whole:
    """A whole recording graded by the daemon's grader."""

    film: str
    precision: str
    frames_per_s: float
    graded: int
    length_s: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    said: str

    @property
    def real_time_factor(self) -> float:
        """Seconds of recording graded in a second; over 1 is faster than it plays."""
        return self.length_s / self.wall_s


@dataclass(frozen=True)
class Pairs:
    """The same faces in two ways, row by row."""

    one: tuple[Row, ...]
    other: tuple[Row, ...]


@dataclass(frozen=True)
class Ready:
    """A grader has been made ready; so much memory was needed for it."""

    peak_mb: float


@dataclass(frozen=True)
class Said:
    """What the exact way (every frame by the whole cascade, then Keras) and the fast way say of one recording."""

    recording: str
    exact: str
    fast: str
    most_seconds_apart: float


@dataclass
class Watch:
    """A stopwatch with names."""

    wall_s: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Adds what happens within to this name."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall_s[name] = self.wall_s.get(name, 0.0) + time.perf_counter() - wall
        self.cpu_s[name] = self.cpu_s.get(name, 0.0) + time.process_time() - cpu

    def stages(self, way: str, frames: int, faces: list[Row]) -> Stages:
        """Means over so many frames."""
        wall_ms = {name: seconds / frames * 1000 for name, seconds in self.wall_s.items()}
        cpu_ms = {name: seconds / frames * 1000 for name, seconds in self.cpu_s.items()}
        return Stages(way, frames, wall_ms, cpu_ms, peak_mb(), tuple(faces))


def peak_mb() -> float:
    """Most memory that this process has had resident, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # ru_maxrss also counts what the parent had when it started us
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def told(value: Stages | Whole | Ready | Said | Pairs) -> None:
    """Hands the value to the parent process, as the last line on stdout."""
    print(json.dumps(asdict(value)), flush=True)
