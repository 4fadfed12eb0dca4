"""A daemon in one process that does what there is to do and ends: what `tests/power.py` watches from outside.

python -m tests.power_program FOLDER_OF_THE_SETTINGS
"""

from __future__ import annotations

import sys
from pathlib import Path

from config.settings import Settings, load
from daemon.sd_notify import Notifier
from daemon.service import Surroundings, put_together
from daemon.stopping import Bell
from tests.hospital import ToyPlayer, ToyVoice, TurnableClock
from tests.toy_grades import ToyGrades


def work(settings: Settings, grades: ToyGrades) -> None:
    """Start, take up what was left, take in what is there, and go on until there is nothing to do."""
    clock, bell = TurnableClock(), Bell()
    outside = Surroundings(clock, ToyVoice(), ToyPlayer(), Notifier({}))
    with put_together(settings, grades, outside, bell) as loop:
        loop.take_up()
        loop.turn()
        clock.turn(settings.inbox.settle_s)
        for _ in range(50):
            if not loop.turn():
                break
    bell.close()


if __name__ == "__main__":
    work(load(Path(sys.argv[1]) / "peea.toml"), ToyGrades())
