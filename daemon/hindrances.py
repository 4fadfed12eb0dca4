"""What hinders the daemon at work right now, in words, left on the disk for `peea status`: the two meet there only."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from archive.files import write_whole


class Hindrances:
    """Writes the note whenever it says something else than before. Args: file: where; names no person and no file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written: tuple[str, ...] | None = None

    def note(self, words: tuple[str, ...]) -> None:
        """These hinder now, and no others. A disk that takes no note costs nothing; it is tried again."""
        if words == self._written or (self._written is None and not words and not self._file.exists()):
            return
        with suppress(OSError):
            write_whole(self._file, json.dumps(words, ensure_ascii=False).encode())
            self._written = words


def read_hindrances(file: Path) -> tuple[str, ...]:
    """What the note says; nothing if there is none that can be read."""
    try:
        noted = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return ()
    return tuple(str(each) for each in noted) if isinstance(noted, list) else ()
