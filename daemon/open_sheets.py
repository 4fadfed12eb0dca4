"""Who has a workbook open, by the lock files that Excel and LibreOffice leave beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_EXCEL, _LIBREOFFICE = "Excel", "LibreOffice"


@dataclass(frozen=True)
class Opened:
    """A workbook under somebody's hands. since: the time of the lock file."""

    workbook: str
    program: str
    since: datetime


def opened_elsewhere(path: Path, believed_s: float, now_s: float) -> Opened | None:
    """Whether a program has this workbook open; None: nobody, or a lock older than believed_s.

    Args: now_s: seconds since 1970, as the lock file's own time is.
    """
    for name in (f"~${path.name}", f".~lock.{path.name}#"):
        found = _of_lock(path.with_name(name), believed_s, now_s)
        if found is not None:
            return found
    return None


def open_in(folder: Path, believed_s: float, now_s: float) -> tuple[Opened, ...]:
    """All workbooks of a folder that somebody has open. Raises: OSError: the folder cannot be listed."""
    found = (_of_lock(lock, believed_s, now_s) for lock in folder.iterdir())
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.workbook, each.program)))


def _of_lock(lock: Path, believed_s: float, now_s: float) -> Opened | None:
    name = lock.name
    if name.startswith("~$"):
        workbook, program = name.removeprefix("~$"), _EXCEL
    elif name.startswith(".~lock.") and name.endswith("#"):
        workbook, program = name.removeprefix(".~lock.").removesuffix("#"), _LIBREOFFICE
    else:
        return None
    try:
        since_s = lock.lstat().st_mtime
    except OSError:
        return None
    # also one from far in the future is believed no longer: the clock of the machine that left it is wrong
    if not workbook.endswith(".xlsx") or abs(now_s - since_s) >= believed_s:
        return None
    return Opened(workbook, program, datetime.fromtimestamp(since_s, UTC))
