"""Times a whole search and fit on as many pictures as the paper had: python -m benchmarks.search LABELS.csv START

LABELS.csv lists pictures with patient and grade; START is what the network starts from. The set has the paper's 4,538
pictures in its balance, 2,247 mild, 735 obvious, 729 severe, 827 intense: each is one of the listed pictures of that
grade, turned, shifted and lit a little, so that no two are the same and nothing is found in a cache. 60 trials of the
profile `paper`, then the fit with what they found: the head, and as many passes over stage 5 as PASSES says (0 if left
out). Each step is told with the time that it took and the time that all processors spent on it.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np

from benchmarks.machine import machine
from grading.faces import CascadeFinder
from grading.types import Grade
from trainer.augment import Augmentation, augmented
from trainer.cases import Case, read_cases
from trainer.fit import default_plan
from trainer.optimise import SearchRequest, search
from trainer.pictures import crops_of, read_picture
from trainer.retrain import Request, Watcher, train
from trainer.search import PAPER, read_trials

COUNTS = {Grade.MILD: 2247, Grade.OBVIOUS: 735, Grade.SEVERE: 729, Grade.INTENSE: 827}
CHANGE = Augmentation(rotation_degrees=4, scale_share=0.03, shift_share=0.02, mirror_share=0.5, light_share=0.1)
PAPER_MINUTES = 24


def main(labels: Path, start: str, passes: int) -> None:
    """Prints the machine and a line per step."""
    found = machine()
    print(
        f"{found.processor}, {found.processors} processors, load {found.load:.1f}, {found.float32_gflops:.0f} GFLOP/s"
    )
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        cases = read_cases(made(read_cases(labels), work / "set"))
        finder = CascadeFinder(0.10, threads=found.processors)
        watcher = Watcher(lambda line: print(f"  {line}", flush=True), lambda: None)
        with told(f"faces in {len(cases)} pictures found"):
            crops_of(cases, finder, work / "crops", 224)
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        with told("search: features of the frozen part, 60 trials"):
            result = search(SearchRequest(start, work, PAPER), cases, finder, watcher)
        trials = read_trials(result.path)
        print(f"    of these the fits of the trials {sum(trial.took_s for trial in trials):.0f} s")
        with told(f"fit with what was found: head, {passes} passes over stage 5, judged, written"):
            plan = replace(default_plan(passes, 0), head=result.trial.recipe, is_balanced=True)
            train(Request("phantom-timed", start, "", True, plan, work, work / "made"), cases, finder, now(), watcher)
        took, cpu = (time.monotonic() - began_s) / 60, (time.process_time() - began_cpu_s) / 60
        print(f"search and fit: {took:.1f} minutes, {cpu:.1f} of processors; the paper's fit alone: {PAPER_MINUTES}")


def now() -> datetime:
    """The moment for the card."""
    return datetime.now(UTC)


def made(cases: list[Case], folder: Path) -> Path:
    """Writes the set and its list."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    path = folder / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "patient", "grade"])
        for grade, count in COUNTS.items():
            of_grade = [case for case in cases if case.grade is grade]
            for number in range(count):
                case = of_grade[number % len(of_grade)]
                pixels = augmented(read_picture(case.picture), CHANGE, rng)
                name = f"{case.patient}_{int(grade)}_{number}.jpg"
                cv2.imwrite(str(folder / name), pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
                rows.writerow([name, case.patient, int(grade)])
    return path


@contextmanager
def told(what: str) -> Iterator[None]:
    """Says how long something took."""
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    yield
    print(
        f"{what}: {time.monotonic() - began_s:.0f} s, {time.process_time() - began_cpu_s:.0f} s of processors",
        flush=True,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
