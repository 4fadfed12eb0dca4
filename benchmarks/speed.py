"""How fast grading is here, beside the named packages: python -m benchmarks.speed (--help tells its options).

Makes two recordings out of a bundled sample, measures every way on them in a process of its own, and writes
performance.md and performance.png. Takes some minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.models import bundled
from benchmarks.films import HEIGHTS_PX, film
from benchmarks.machine import machine
from benchmarks.measured import Pairs, Row, Said, Stages, Whole
from benchmarks.page import Findings, write_page
from grading.version import read_version

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
FILMED = "bed05_P3214_turning.mp4"
SPREAD_FRAMES, NAIVE_FRAMES = 10, 10
DEFAULT_FRAMES_PER_S = 10.0


class PartError(RuntimeError):
    """A measurement's process failed."""


@dataclass(frozen=True)
class Parts:
    """Runs parts with one model and one cache."""

    model: Path
    cache: Path

    def run(self, part: str, film_: Path, number: float = 0) -> dict[str, Any]:
        """What the part's process told.

        Raises:
            PartError: it failed.
        """
        print(f"{part} {film_.stem if film_.suffix else ''} {number or ''}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks.part", part, str(film_), str(self.model), str(self.cache)]
        done = subprocess.run([*command, str(number)], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PartError(f"{part} failed: {done.stderr[-2000:]}")
        last = done.stdout.splitlines()[-1]
        print(last, file=sys.stderr, flush=True)  # a run that is ended early has told what it measured
        told: dict[str, Any] = json.loads(last)
        return told

    def stages(self, part: str, film_: Path, number: float = 0) -> Stages:
        """What a part told about stages."""
        return Stages(**self.run(part, film_, number))


def main() -> None:
    """Measures and writes the page."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--model", type=Path, help="a model version (default: the bundled one)")
    reader.add_argument("--int8", type=Path, help="its int8 version, made by `peea-trainer quantise`, if there is one")
    reader.add_argument("--compare", type=int, default=99, help="so many bundled recordings in the exact way too")
    reader.add_argument("--output", type=Path, default=ROOT / "docs", help="where performance.md goes")
    asked = reader.parse_args()
    model = (asked.model or bundled()).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = [Parts(asked.int8.resolve(), folder / "cache")] if asked.int8 else []
        findings = measured(Parts(model, folder / "cache"), small, folder, asked.compare)
    page = write_page(findings, asked.output)
    print(page.read_text("utf-8"))


def measured(parts: Parts, small: list[Parts], folder: Path, compare: int) -> Findings:
    """Every measurement, one after the other, so that none disturbs another; small: the int8 version, or nothing."""
    found = machine()
    films = {name: film(SAMPLES / FILMED, name, folder) for name in HEIGHTS_PX}
    first_s = _start_s(parts)
    start_s = min(_start_s(parts) for _ in range(3))
    stages = {name: _ways(parts, small, path) for name, path in films.items()}
    wholes = [
        Whole(**each.run("whole", path, rate))
        for path in films.values()
        for each in (parts, *small)
        for rate in (0.0, DEFAULT_FRAMES_PER_S)
    ]
    samples = sorted(SAMPLES.glob("*.mp4"))[:compare]
    return Findings(
        datetime.now(UTC),
        parts.model.name,
        read_version(parts.model).card.crop_px,
        [read_version(each.model).card.gate for each in small],
        found,
        stages,
        wholes,
        first_s,
        start_s,
        parts.run("ready", Path())["peak_mb"],
        _deviations(parts, stages, films),
        [Said(**parts.run("compared", path)) for path in samples],
        os.getloadavg()[0],
    )


def _start_s(parts: Parts) -> float:
    start = time.perf_counter()
    parts.run("ready", Path())
    return time.perf_counter() - start


def _ways(parts: Parts, small: list[Parts], path: Path) -> list[Stages]:
    return [
        parts.stages("naive", path, NAIVE_FRAMES),
        parts.stages("facenet", path, SPREAD_FRAMES),
        parts.stages("exact", path, SPREAD_FRAMES),
        parts.stages("fast", path, SPREAD_FRAMES),
        *(each.stages("following", path) for each in (parts, *small)),
    ]


def _deviations(parts: Parts, stages: dict[str, list[Stages]], films: dict[str, Path]) -> dict[str, Pairs]:
    """Against our exact mode; where a way missed a face that another found, rows cannot be compared: none are."""
    pairs = {}
    for name, (naive, facenet, exact, fast, *_) in stages.items():
        for way, faces in (("mtcnn package", naive.faces), (facenet.way, facenet.faces), (fast.way, fast.faces)):
            whole = len(faces) == len(exact.faces)
            pairs[f"{way}, {name}"] = Pairs(_rows(faces), _rows(exact.faces)) if whole else Pairs((), ())
        told = parts.run("deviation", films[name])
        pairs[f"ours, fast, following, {name}"] = Pairs(_rows(told["one"]), _rows(told["other"]))
    return pairs


def _rows(faces: Any) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in faces)


if __name__ == "__main__":
    main()
