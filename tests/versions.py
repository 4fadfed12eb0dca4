"""Model versions for tests: the bundled one under another name, its files linked rather than copied."""

from __future__ import annotations

import os
from pathlib import Path

from archive.models import bundled
from archive.sums import write_sums
from grading.version import CARD_FILE, Figure, read_version


def renamed_version(folder: Path, **changes: object) -> Path:
    """The version that came with PEEA as a version of the folder's name; changes: of its card."""
    source = read_version(bundled())
    folder.mkdir(parents=True)
    for path in source.folder.iterdir():
        if path.name not in (CARD_FILE, "SHA256SUMS"):
            os.link(path, folder / path.name)
    card = source.card.model_copy(update={"version": folder.name, **changes})
    (folder / CARD_FILE).write_text(card.model_dump_json(), encoding="utf-8")
    write_sums(folder)
    return folder


def spoilt(path: Path) -> None:
    """Changes one byte in the middle of a file; a link to it elsewhere stays as it was."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)


def figure(value: float) -> Figure:
    """A figure with an interval."""
    return Figure(value=value, low=value - 0.1, high=min(value + 0.1, 1.0))
