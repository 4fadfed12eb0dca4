"""`peea run`."""

from __future__ import annotations

from pathlib import Path

from config import logs
from daemon.grades import ready_grades
from daemon.service import serve
from daemon.settings_file import found_settings


def run(settings_file: Path | None, ward: Path | None) -> None:
    """Run the ward's daemon until it is stopped. Raises: as `daemon.service.serve`."""
    settings = found_settings(settings_file, ward)
    logs.set_up(settings.logging.level)
    serve(settings, lambda: ready_grades(settings))
