"""Which files have stood still long enough to be complete (pure: time and sightings come in as arguments).

A file is complete once its size, its times and its identity have not changed for `settle_s` by the monotonic clock.
Age is no sign: copying tools keep old times. Nothing is ever given up: a file that grows for a day settles after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sighting:
    """What one look saw of a file. ctime also moves when a copying tool sets the other times back."""

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int


class Settling:
    """Remembers since when each file has looked the way it looks now."""

    def __init__(self, settle_s: float) -> None:
        self.settle_s = settle_s
        self._since: dict[Path, tuple[Sighting, float]] = {}

    def settled(self, sightings: Mapping[Path, Sighting], now_s: float) -> tuple[Path, ...]:
        """The files that stand still, oldest first; `now_s` by the monotonic clock."""
        self._since = {
            path: (seen, self._still_since(path, seen, now_s)) for path, seen in sightings.items()
        }  # what is gone is forgotten: a file that comes back starts anew
        still = [path for path, (_, since_s) in self._since.items() if now_s - since_s >= self.settle_s]
        return tuple(sorted(still, key=lambda path: (sightings[path].modified_ns, str(path))))

    def still_s(self, path: Path, now_s: float) -> float:
        """How long the file has stood still, as far as it was looked at; 0 if it never was."""
        return now_s - self._since[path][1] if path in self._since else 0.0

    def next_s(self, now_s: float) -> float | None:
        """How long until the next file may have settled; None if none is waited for."""
        waits = [self.settle_s - (now_s - since_s) for _, since_s in self._since.values()]
        return min((wait for wait in waits if wait > 0), default=None)

    def _still_since(self, path: Path, seen: Sighting, now_s: float) -> float:
        before, since_s = self._since.get(path, (None, now_s))
        return since_s if before == seen else now_s
