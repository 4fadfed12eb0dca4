"""Which settings file and which ward count for a command."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings, load
from daemon.refusals import RefusedError
from daemon.workplace import Workplace

USUAL_PLACES = (Path("peea.toml"), Path("ward/peea.toml"), Path("/etc/peea/peea.toml"))


def found_settings(settings_file: Path | None, ward: Path | None) -> Settings:
    """The settings by what the command line named: a file, a ward's folder, both, or neither.

    Raises: config.settings.SettingsError: they cannot be used.
    """
    if settings_file is None and ward is not None:
        own = ward / "peea.toml"
        return load(own if own.is_file() else None, ward_folder=ward)
    if settings_file is None:
        settings_file = next((place for place in USUAL_PLACES if place.is_file()), None)
    return load(settings_file, ward_folder=ward)


def existing_workplace(settings: Settings) -> Workplace:
    """The ward's folders. Raises: RefusedError: there is no ward in the folder."""
    place = Workplace.of(settings.ward)
    if not place.state.is_dir():
        folder = settings.ward.folder
        raise RefusedError(f"{folder} is no ward's folder; name one with --ward, or make it: peea setup {folder}")
    return place
