"""What hinders a ward as a whole: folders that are closed, disks that are full, doors that stand open. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from config.settings import Settings
from daemon.letter_box import open_doors, open_lists
from daemon.room import room_of
from daemon.workplace import Workplace, WorkplaceError


def troubles_of(settings: Settings, place: Workplace) -> Iterator[str]:
    """One sentence each, in English, with what to do."""
    try:
        place.check()
    except WorkplaceError as error:
        yield str(error)
    if full := room_of(settings).trouble_with(0):
        yield full
    yield from open_doors(place)
    yield from open_lists(settings)
