"""A thousand harmed videos: none ends the daemon's process or hangs it, each ends with an outcome."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from daemon.worker import WorkerLostError
from daemon.worker_grades import WorkerGrades, WorkerLimits
from grading.types import Assessment, Reason, Rejection
from tests.daemon.mutants import Mutant, clips, mutants

N, SEED = 1_200, 20_261_125
LONGEST_S = 20.0  # for one of a second and a half, on a busy machine
COMMAND = [sys.executable, "-m", "tests.fast_worker", "1536"]
LIMITS = WorkerLimits(1536 * 1024 * 1024, silent_s=LONGEST_S, patience=10.0, longest_s=60.0)


def ended(grades: WorkerGrades, folder: Path, mutant: Mutant) -> str:
    """How it ended: "graded", the reason of a rejection, or "lost" with the worker (the ward then tries again)."""
    path = folder / f"mutant.{mutant.suffix}"
    path.write_bytes(mutant.content)
    try:
        outcome = grades.grade(path)
    except WorkerLostError as lost:
        return f"lost: {lost}"
    assert isinstance(outcome, Assessment | Rejection), mutant.name
    return "graded" if isinstance(outcome, Assessment) else str(outcome.reason)


@pytest.mark.slow
def test_each_of_a_thousand_harmed_videos_ends_graded_or_rejected(tmp_path: Path) -> None:
    ends: Counter[str] = Counter()
    slowest = (0.0, "")
    with WorkerGrades(COMMAND, b"{}\n", LIMITS) as grades:
        for mutant in mutants(tmp_path, N, SEED):
            began_s = time.monotonic()
            ends[ended(grades, tmp_path, mutant)] += 1
            slowest = max(slowest, (time.monotonic() - began_s, mutant.name))
    lost = sum(n for end, n in ends.items() if end.startswith("lost"))
    print(f"{N} mutants: {dict(ends)}; slowest {slowest[0]:.1f} s ({slowest[1]})")

    assert sum(ends.values()) == N
    assert slowest[0] < 2 * LONGEST_S + 10.0
    assert lost < N / 50  # of these each would have its tries, and be rejected as intractable in the end
    assert ends["graded"] < N / 2, "the harm is too small to tell anything"
    assert ends[Reason.UNREADABLE] > 0 and ends[Reason.TRUNCATED] > 0


@pytest.mark.slow
def test_the_clips_that_are_harmed_are_whole_before(tmp_path: Path) -> None:
    with WorkerGrades(COMMAND, b"{}\n", LIMITS) as grades:
        for kind, content in clips(tmp_path).items():
            end = ended(grades, tmp_path, Mutant(kind, kind.rpartition(".")[2], content))
            assert end in ("graded", Reason.TOO_SHORT, Reason.NOT_STABLE, Reason.NO_FACE), kind
