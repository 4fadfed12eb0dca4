"""A note of which network the daemon grades with, left for `peea status`: the two meet on the disk only."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from archive.files import write_whole
from daemon.active_grades import InUse

_LOG = logging.getLogger(__name__)


def write_in_use(path: Path, used: InUse) -> None:
    """Replaces the note, where there is a ward to leave it in. A note that cannot be written costs no grade."""
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return
    try:
        write_whole(path, json.dumps({"model": used.model, "trouble": used.trouble}).encode())
    except OSError as problem:
        _LOG.warning("%s cannot be written: %s", path, problem.strerror)


def read_in_use(path: Path) -> InUse:
    """The note; an empty one if there is none that can be read."""
    try:
        noted = json.loads(path.read_bytes())
        return InUse(str(noted["model"]), str(noted["trouble"]))
    except (OSError, ValueError, KeyError, TypeError):
        return InUse("", "")
