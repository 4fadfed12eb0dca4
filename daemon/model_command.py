"""`peea model show`."""

from __future__ import annotations

from pathlib import Path

from daemon.grades import model_folder
from daemon.settings_file import found_settings
from daemon.terminal import print_facts, print_warning
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
            ("Data", card.data),
            ("Split", card.split),
            *((name, f"{one.value:.3f} (95 %: {one.low:.3f} to {one.high:.3f})") for name, one in card.figures.items()),
            *(("Limit", limit) for limit in card.limits),
        ]
    )
    if card.synthetic_only:
        print_warning("Trained on synthetic patients only: its grades have not been tested on real people.")
