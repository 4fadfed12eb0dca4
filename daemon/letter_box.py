"""Whether the ward's folders keep strangers out, and whether the inbox is a letter box: put in, never look in."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from config.settings import Settings
from daemon.workplace import INBOX_MODE, Workplace

_OTHERS = stat.S_IRWXO
_GROUP = stat.S_IRWXG


def open_doors(place: Workplace) -> tuple[str, ...]:
    """What is open that should not be, one sentence each, with the command that closes it."""
    return tuple(_open_doors(place))


def open_lists(settings: Settings) -> tuple[str, ...]:
    """As `open_doors`, of what holds names and faces and is kept by people: the roster, the trainer's cases."""
    return tuple(_open_lists(settings))


def _open_lists(settings: Settings) -> Iterator[str]:
    roster, cases = settings.ward.roster, settings.trainer.cases
    mode, around = _mode_of(roster), _mode_of(roster.parent)
    if mode is not None and around is not None and mode & _OTHERS and around & stat.S_IXOTH:
        yield (
            f"{roster}, with patients' names, is open to every user of this machine (mode {mode:04o}): "
            f"chmod o-rwx {roster.parent} {roster}"
        )
    mode = _mode_of(cases)
    if mode is not None and mode & _OTHERS:
        yield f"{cases}, with faces, is open to every user of this machine (mode {mode:04o}): chmod o-rwx {cases}"


def _open_doors(place: Workplace) -> Iterator[str]:
    for folder in (place.state, place.work, place.archive, place.keys):
        yield from _private(folder)
    for folder in (place.sheets, place.announcements):
        mode = _mode_of(folder)
        if mode is not None and mode & _OTHERS:
            yield f"{folder} is open to every user of this machine (mode {mode:04o}): chmod o-rwx {folder}"
    yield from _inbox(place.inbox)


def _private(folder: Path) -> Iterator[str]:
    mode = _mode_of(folder)
    if mode is not None and mode & (_OTHERS | _GROUP):
        yield f"{folder} is open to others than PEEA (mode {mode:04o}): chmod 0700 {folder}"


def _inbox(inbox: Path) -> Iterator[str]:
    mode = _mode_of(inbox)
    if mode is None:
        return
    if mode & stat.S_IRWXO:
        yield f"{inbox} is open to every user of this machine (mode {mode:04o}): chmod {INBOX_MODE:04o} {inbox}"
    if mode & (stat.S_IWOTH | stat.S_IWGRP) and not mode & stat.S_ISVTX:
        yield f"{inbox} lets one user rename or remove another's recordings (mode {mode:04o}): chmod +t {inbox}"


def _mode_of(folder: Path) -> int | None:
    try:
        return stat.S_IMODE(folder.stat().st_mode)
    except OSError:
        return None  # missing or out of reach: Workplace.check tells
