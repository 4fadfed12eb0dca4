"""The real worker process with toy grades: recordings that hang, eat memory, chatter, break or kill, as a text says.

python -m tests.toy_worker MEMORY_MIB
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from daemon.grading_process import confine, own_channel, work
from grading.ports import Grades, OnFrame
from grading.types import Outcome
from tests.toy_grades import ToyGrades

HANGS, EATS, CHATTERS, SWALLOWS = b"toy hangs", b"toy eats", b"toy chatters", b"toy swallows"


class HostileGrades(ToyGrades):
    """As ToyGrades, with some more ways to misbehave."""

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        line = path.read_bytes().split(b"\n")[0]
        while line == HANGS:
            time.sleep(60)
        kept = []
        while line == EATS:
            kept.append(bytearray(8 * 1024 * 1024))
        if line == SWALLOWS:  # more than the daemon allows, but less than the process itself may have
            kept.append(bytearray(b"x") * (700 * 1024 * 1024))
            time.sleep(60)
        while line == CHATTERS:
            assert on_frame is not None
            print("decoders print things", flush=True)
            on_frame(0.1, 1.0)
            time.sleep(0.01)
        return super().grade(path, on_frame)


def main() -> None:
    """Work until there are no more requests."""
    answers = own_channel()
    sys.stdin.buffer.readline()

    def ready() -> Grades:
        if sys.argv[2:] == ["refuse"]:
            raise FileNotFoundError(2, "No such file or directory", "network")
        return HostileGrades()

    confine(int(sys.argv[1]))
    work(ready, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
