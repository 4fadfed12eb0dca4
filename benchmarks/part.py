"""One measurement in a process of its own, so that memory and threads of one way do not count for another.

python -m benchmarks.part PART FILM MODEL CACHE NUMBER; started by benchmarks.speed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.measured import Pairs, Ready, Said, Stages, Whole, peak_mb, told

Measured = Stages | Whole | Ready | Said | Pairs


def measure(part: str, film: Path, model: Path, cache: Path, number: float) -> Measured:
    """Runs the part of this name; libraries are imported by the part that needs them."""
    if part in ("naive", "facenet"):
        from benchmarks import peers

        return peers.naive(film, model, int(number)) if part == "naive" else peers.facenet(film, int(number))
    if part == "ready":
        return _ready(model, cache)
    from benchmarks import ours

    parts: dict[str, Callable[[], Measured]] = {
        "exact": lambda: ours.exact(film, model, cache, int(number)),
        "fast": lambda: ours.fast(film, model, cache, int(number)),
        "following": lambda: ours.following(film, model, cache),
        "whole": lambda: ours.whole(film, model, cache, number),
        "compared": lambda: ours.compared(film, model, cache),
        "deviation": lambda: ours.deviation(film),
    }
    return parts[part]()


def _ready(model: Path, cache: Path) -> Ready:
    from grading.grader import GradingSettings
    from grading.ready import ready_grader

    ready_grader(model, cache, GradingSettings())
    return Ready(peak_mb())


if __name__ == "__main__":
    told(measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), float(sys.argv[5])))
