"""Whose recordings are: told when one comes in, and once more when the roster has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from archive.identities import Identified
from archive.jobs import Identity
from archive.ledger import Ledger
from config.settings import Inbox, Ward
from daemon.clock import Clock
from daemon.roster import RosterFile
from reports.identity import Patterns, read_named
from reports.matching import Who, later, on_arrival
from reports.patient import Check, Outside

_LOG = logging.getLogger(__name__)

REACH = timedelta(days=31)  # recordings older than this are left as they are; people have long looked at their rows


class Identities:
    """The identities of a ward's recordings.

    Args: mark: told of each recording whose identity is about to change.
    """

    def __init__(
        self, ward: Ward, inbox: Inbox, ledger: Ledger, clock: Clock, mark: Callable[[Identified], None]
    ) -> None:
        self._patterns = Patterns(inbox.identity_pattern, inbox.folder_pattern)
        self._zone = ward.zone_info
        self._ledger = ledger
        self._clock = clock
        self._mark = mark
        self._file = RosterFile(ward, clock)

    def of_arrival(self, source: str, folder: str, at: datetime) -> Identity:
        """Whose recording it is that comes in now, made at that moment."""
        named = read_named(source, folder, self._patterns)
        return _identity(on_arrival(named, (source, *folder.split("/")), self._file.roster, at, self._zone))

    def keep_up(self) -> None:
        """Look whether the roster has changed; what follows from it is corrected, and its rows are written again."""
        if not self._file.changed():
            return
        corrected = 0
        for each in self._ledger.identities_since(self._clock.now() - REACH):
            identity = self._by_now(each)
            if identity != each.identity:
                self._mark(each)  # before the ledger: a crash in between costs one rewriting too many
                self._ledger.correct(each.id, identity)
                corrected += 1
        if corrected:
            _LOG.info("the roster told more about %d recordings", corrected)

    def _by_now(self, each: Identified) -> Identity:
        texts = (each.source, *each.folder.split("/"))
        return _identity(later(_who(each.identity), texts, self._file.roster, each.at, self._zone))


def _who(identity: Identity) -> Who:
    return Who(
        identity.bed,
        identity.patient,
        identity.activity,
        identity.injured_at,
        tuple(Outside(each) for each in identity.outside),
        tuple(Check(each) for each in identity.checks),
    )


def _identity(who: Who) -> Identity:
    return Identity(
        who.bed,
        who.patient,
        who.activity,
        who.injured_at,
        tuple(str(each) for each in who.outside),
        tuple(str(each) for each in who.checks),
    )
