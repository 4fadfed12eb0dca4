"""`peea run`."""

from __future__ import annotations

from pathlib import Path

from config import logs
from daemon.settings_file import found_settings
from daemon.worker_grades import WorkerGrades
from daemon.workplace import Workplace, holder_of


def run(settings_file: Path | None, ward: Path | None) -> None:
    """Run the ward's daemon until it is stopped. Raises: as `daemon.service.serve`."""
    settings = found_settings(settings_file, ward)
    logs.set_up(settings.logging.level)
    with WorkerGrades.of(settings) as grades:
        place = Workplace.of(settings.ward)
        place.check(may_be_missing=True)  # first: whoever may not look in cannot be told who is at work there
        if place.state.is_dir() and holder_of(place.lock) is None:
            grades.begin()  # the worker loads the network while this process loads the rest
        from daemon.service import serve

        serve(settings, grades.started)
