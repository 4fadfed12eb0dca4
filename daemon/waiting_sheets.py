"""Which workbooks wait, since when and why: written by the daemon, read by `peea status`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.files import write_whole


@dataclass(frozen=True)
class WaitingSheet:
    """A workbook that could not be written. day: ISO 8601. since: of the first try, ISO 8601 with time zone."""

    day: str
    since: str
    why: str


def write_waiting(file: Path, sheets: Iterable[WaitingSheet]) -> None:
    """Put these in place of those that were noted before."""
    write_whole(file, json.dumps([asdict(sheet) for sheet in sheets], ensure_ascii=False, indent=1).encode())


def read_waiting(file: Path) -> tuple[WaitingSheet, ...]:
    """Those that are noted; none if nothing can be read: the sheets are written all the same."""
    try:
        noted = json.loads(file.read_bytes())
        return tuple(WaitingSheet(str(each["day"]), str(each["since"]), str(each["why"])) for each in noted)
    except (OSError, ValueError, TypeError, KeyError):
        return ()
