"""The ward's roster as the daemon knows it: read when it has changed, and the last good one kept while it is broken.

Nothing that is logged or shown here has a name in it: `reports.roster` speaks of rows and columns only.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

from archive.files import Seen, read_whole, seen, write_whole
from config.settings import Ward
from daemon.clock import Clock
from reports.roster import Roster, RosterError, read_roster

_LOG = logging.getLogger(__name__)

SAVING_S = 10.0  # what cannot be read and is younger may still be on its way to the disk
MOST_BYTES = 32 * 1024 * 1024  # many times a roster of ours
KEPT_NAME = "roster-last-good.xlsx"


@dataclass(frozen=True)
class Reading:
    """What reading a roster's file gave. trouble: why it cannot be used, without a name in it; "" if it can."""

    roster: Roster
    trouble: str = ""


class RosterFile:
    """The roster of one ward. A ward without one has an empty roster."""

    def __init__(self, ward: Ward, clock: Clock) -> None:
        self._path = ward.roster
        self._kept = ward.state / KEPT_NAME
        self._zone = ward.zone_info
        self._clock = clock
        self._seen: Seen | None = None
        self._trouble = ""
        self.roster = read_file(self._kept, self._zone, clock).roster

    def changed(self) -> bool:
        """Look at the file; whether there is another roster now than before. Cheap while nobody touches the file."""
        try:
            now = seen(self._path)
        except OSError as error:
            self._tell(f"cannot be looked at ({error.strerror})")
            return False
        if now == self._seen:
            return False
        if now is None:  # taken away, or between two renames of a program that saves: the last one counts on
            self._seen = None
            return False
        reading = read_file(self._path, self._zone, self._clock)
        if reading.trouble and 0 <= time() - now.changed_ns / 1e9 < SAVING_S:
            return False
        self._seen = now
        self._tell(reading.trouble)
        if reading.trouble:
            return False
        self._keep()
        before, self.roster = self.roster, reading.roster
        _LOG.info("the roster has %d patients and %d problems", len(self.roster.patients), len(self.roster.problems))
        return self.roster.patients != before.patients

    def _keep(self) -> None:
        try:
            write_whole(self._kept, read_whole(self._path)[0])
        except OSError as error:
            _LOG.warning("the roster cannot be kept for a time when it is broken (%s)", error.strerror)

    def _tell(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            _LOG.warning("the roster %s; the last one that could be read counts until it is mended", trouble)
        self._trouble = trouble


def read_file(path: Path, zone: ZoneInfo, clock: Clock) -> Reading:
    """The roster in a file; an empty one if there is no file, or if it cannot be used."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return Reading(Roster(), f"has more than {MOST_BYTES} bytes, as no roster has")
        data, _ = read_whole(path)
        return Reading(read_roster(data, zone, clock.now().astimezone(zone).date()))
    except FileNotFoundError:
        return Reading(Roster())
    except RosterError as error:
        return Reading(Roster(), f"cannot be used: {error}")
    except OSError as error:
        return Reading(Roster(), f"cannot be read ({error.strerror})")
