"""`peea run`."""

from __future__ import annotations

from pathlib import Path

from config import logs
from daemon.settings_file import found_settings
from daemon.worker_grades import WorkerGrades


def run(settings_file: Path | None, ward: Path | None) -> None:
    """Run the ward's daemon until it is stopped. Raises: as `daemon.service.serve`."""
    settings = found_settings(settings_file, ward)
    logs.set_up(settings.logging.level)
    with WorkerGrades.of(settings) as grades:
        if settings.ward.state.is_dir():
            grades.begin()  # the worker loads the network while this process loads the rest
        from daemon.service import serve

        serve(settings, grades.started)
