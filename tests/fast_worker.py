"""The real worker process with the real decoding and story of grading, between a toy finder and a toy scorer."""

from __future__ import annotations

import sys

from daemon.grading_process import confine, own_channel, work
from grading.grader import Grader, GradingSettings
from grading.types import Box
from tests.grading.toys import ToyFinder, ToyScorer


def main() -> None:
    """Work until there are no more requests."""
    answers = own_channel()
    sys.stdin.buffer.readline()
    confine(int(sys.argv[1]))
    finder = ToyFinder({scene: [Box(40, 20, 60, 70)] for scene in range(200)})
    work(lambda: Grader(finder, ToyScorer(), GradingSettings()), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
