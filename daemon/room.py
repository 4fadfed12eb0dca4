"""Whether there is room for one more recording: what is taken in must also fit sealed, reported and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings

TIMES_ITS_SIZE = 3  # itself, its sealed copy, and the sealed copy while it is written again
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Disk:
    """A disk's size and what is free on it for this user."""

    total_bytes: int
    free_bytes: int


def disk_of(folder: Path) -> Disk:
    """The disk that holds the folder. Raises: OSError."""
    usage = shutil.disk_usage(folder)
    return Disk(usage.total, usage.free)


def room_of(settings: Settings) -> Room:
    """The room of a ward: where recordings are worked on, where they are sealed, where sheets are written."""
    ward, inbox = settings.ward, settings.inbox
    return Room((ward.state, ward.archive, ward.sheets), inbox.reserve_mib, inbox.reserve_share)


class Room:
    """Room on the disks of these folders, with a reserve that no recording may take.

    Args:
        reserve_mib, reserve_share: the reserve is so much, or this share of the disk if that is less.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        reserve_mib: int,
        reserve_share: float,
        disk_of: Callable[[Path], Disk] = disk_of,
    ) -> None:
        self._folders = tuple(folders)
        self._reserve_mib, self._reserve_share = reserve_mib, reserve_share
        self._disk_of = disk_of

    def trouble_with(self, size_bytes: int) -> str:
        """Why a recording of this size may not be taken in now; "" if it may. A folder that is away is left out."""
        for folder in self._folders:
            try:
                disk = self._disk_of(folder)
            except OSError:
                continue
            reserve_bytes = min(self._reserve_mib * _MIB, int(disk.total_bytes * self._reserve_share))
            if disk.free_bytes < reserve_bytes + TIMES_ITS_SIZE * size_bytes:
                return (
                    f"the disk of {folder} is nearly full ({disk.free_bytes // _MIB} MiB free); recordings stay in the "
                    f"inbox until {(reserve_bytes + TIMES_ITS_SIZE * size_bytes) // _MIB + 1} MiB are free"
                )
        return ""
