"""`peea model show`, `list`, `activate` and `rollback`."""

from __future__ import annotations

from pathlib import Path

from archive.audit import Deed
from archive.models import ModelStore
from config.settings import Settings
from daemon.entering import entered
from daemon.grades import model_folder
from daemon.settings_file import existing_workplace, found_settings
from daemon.terminal import print_facts, print_warning
from daemon.workplace import Workplace
from grading.version import read_version


def show(settings_file: Path | None, ward: Path | None) -> None:
    """Print what the network in use is. Raises: grading.version.VersionError: it is not whole."""
    version = read_version(model_folder(found_settings(settings_file, ward)))
    card = version.card
    print_facts(
        [
            ("Version", card.version),
            ("Folder", str(version.folder)),
            ("Made", card.made_at),
            ("Grades", ", ".join(card.grades)),
            ("Precision", card.precision),
            ("Data", card.data),
            ("Split", card.split),
            *((name, f"{one.value:.3f} (95 %: {one.low:.3f} to {one.high:.3f})") for name, one in card.figures.items()),
            *((f"int8: {name}", f"{value:g}") for name, value in card.gate.items()),
            *(("Limit", limit) for limit in card.limits),
        ]
    )
    if card.synthetic_only:
        print_warning("Trained on synthetic patients only: its grades have not been tested on real people.")


def list_(settings_file: Path | None, ward: Path | None) -> None:
    """Print all versions, the one that grades marked."""
    settings = found_settings(settings_file, ward)
    active = model_folder(settings).name
    for name in _store(settings).names():
        print(f"{'*' if name == active else ' '} {name}")


def activate(name: str, settings_file: Path | None, ward: Path | None) -> None:
    """Make a version the one that grades. Raises: archive.models.ModelStoreError: there is no such version."""
    settings = found_settings(settings_file, ward)
    with entered(existing_workplace(settings).ledger, Deed.MODEL, name, how="activated"):
        _store(settings).activate(name)
    _print_active(settings, name)


def rollback(settings_file: Path | None, ward: Path | None) -> None:
    """Go back to the version before. Raises: archive.models.ModelStoreError: there was none."""
    settings = found_settings(settings_file, ward)
    store = _store(settings)
    with entered(existing_workplace(settings).ledger, Deed.MODEL, store.champion().name, how="rolled back"):
        name = store.rollback()
    _print_active(settings, name)


def _store(settings: Settings) -> ModelStore:
    return ModelStore(Workplace.of(settings.ward).models)


def _print_active(settings: Settings, name: str) -> None:
    print(f"{name} grades from the next start of the daemon on (systemctl restart peea)")
    if settings.grading.model:
        print_warning("[grading] model in the settings names another version, which is used instead: remove that line")
