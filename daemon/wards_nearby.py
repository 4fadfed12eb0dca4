"""Whose ward a file belongs to, when no ward was named: looks for settings files around it and in the usual places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.settings import Settings, load
from daemon.settings_file import USUAL_PLACES


def ward_of(file: Path) -> Settings | None:
    """The settings of the ward whose archive the file lies in. Raises: config.settings.SettingsError."""
    whole = file.resolve()
    return next((each for each in _around(whole) if whole.is_relative_to(each.ward.archive.resolve())), None)


def ward_with(path: Path) -> Settings | None:
    """The settings of the ward that the path lies within. Raises: config.settings.SettingsError."""
    whole = path.resolve()
    return next((each for each in _around(whole) if is_within(whole, each)), None)


def is_within(path: Path, settings: Settings) -> bool:
    """Whether the path is within a ward: in its folder or in one that its settings put elsewhere."""
    ward = settings.ward
    folders = (ward.folder, ward.inbox, ward.sheets, ward.announcements, ward.archive, ward.keys, ward.state)
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)


def _around(whole: Path) -> Iterator[Settings]:
    found = [load(place) for place in USUAL_PLACES if place.is_file()]
    for folder in whole.parents:
        if (folder / "peea.toml").is_file():
            found.append(load(folder / "peea.toml"))
            found.append(load(folder / "peea.toml", ward_folder=folder))  # as `--ward FOLDER` has it
    yield from (settings for settings in found if settings.ward.state.is_dir())
