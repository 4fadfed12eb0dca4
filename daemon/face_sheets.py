"""Result sheets with frames of recordings that were purged: a face must not outlive its recording.

Such a sheet is removed, and marked so that the daemon writes it again without frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from archive.files import mark_surely, remove_surely
from archive.receipts import Kept
from config.settings import Ward
from daemon.workplace import Workplace

_PICTURES = "xl/media/"
_WITHOUT_FACES = 1  # the picture of grades over the seconds


@dataclass(frozen=True)
class FaceSheet:
    """A result sheet that may show frames of a recording."""

    kept: Kept
    path: Path


def face_sheets(ward: Ward, kept: Iterable[Kept]) -> Iterator[FaceSheet]:
    """Of these recordings the result sheets, of whatever day, ward name or language, with frames on them.

    Raises: OSError: the folder of sheets cannot be listed.
    """
    of = {f"{one.number}-{one.record_id}.xlsx": one for one in kept}
    for path in sorted(ward.sheets.glob("*/*.xlsx")):
        if path.name in of and _may_show_faces(path):
            yield FaceSheet(of[path.name], path)


def remove_faces(sheet: FaceSheet, place: Workplace) -> None:
    """Remove the sheet; the daemon's next look writes it anew, without frames.

    Raises: OSError: it cannot be removed.
    """
    place.unwritten_results.mkdir(mode=0o700, exist_ok=True)
    mark_surely(place.unwritten_results / sheet.kept.id)
    remove_surely(sheet.path)


def _may_show_faces(path: Path) -> bool:
    """Whether it has more pictures than a sheet without faces, or cannot be looked into."""
    try:
        with ZipFile(path) as archive:
            return sum(name.startswith(_PICTURES) for name in archive.namelist()) > _WITHOUT_FACES
    except BadZipFile:
        return True
