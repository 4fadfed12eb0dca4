"""From the inbox into the ledger: looks, waits until a file stands still, claims it, fingerprints it, receives it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from archive.files import content_to_disk, sha256_of
from archive.jobs import Arrival, State
from archive.ledger import Ledger
from config.settings import Inbox
from daemon.claims import Claim, Claims, NoRecordingError, is_being_written
from daemon.clock import Clock
from daemon.identities import Identities
from daemon.inbox import Listing, look
from daemon.settling import Settling
from grading.container import Wholeness, wholeness
from grading.made_at import made_at

_LOG = logging.getLogger(__name__)
MOST_AT_ONCE = 50
_INBOX = "/"  # no file is called so


class Intake:
    """The way in. Whatever fails stays where it is, is named once in the log, and is tried again at the next look."""

    def __init__(
        self, folder: Path, settings: Inbox, claims: Claims, ledger: Ledger, clock: Clock, identities: Identities
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._claims = claims
        self._ledger = ledger
        self._clock = clock
        self._identities = identities
        self._settling = Settling(settings.settle_s)
        self._told: dict[str, str] = {}
        self._growing_s: list[float] = []  # how much longer each file that lacks its end is waited for

    def look(self, heed: Callable[[], None] = lambda: None) -> bool:
        """Take in recordings that stand still; `heed` is called between two and may raise to stop.

        Returns: whether more of them stand still: of thousands, the first are graded before the last are hashed.
        """
        self._identities.keep_up()
        listing = self._listing()
        self._growing_s = []
        now_s = self._clock.monotonic_s()
        still = [path for path in self._settling.settled(listing.recordings, now_s) if not self._may_grow(path, now_s)]
        for path in still[:MOST_AT_ONCE]:
            heed()
            self._quietly(path.name, partial(self._take, path))
        unknown = self._claims.unknown()  # claimed before, but the disk or the ledger would not have it
        for claim in unknown:
            self._quietly(claim.file.name, partial(self._receive, claim))
        present = {_INBOX, *(path.name for path in listing.recordings), *(claim.file.name for claim in unknown)}
        self._told = {name: words for name, words in self._told.items() if name in present}
        return len(still) > MOST_AT_ONCE

    def next_s(self) -> float | None:
        """How long until a file that is being waited for may be taken; None if none is."""
        waits = [self._settling.next_s(self._clock.monotonic_s()), *self._growing_s]
        return min((wait for wait in waits if wait is not None), default=None)

    def take_up(self) -> None:
        """At a start: receive what a crash left claimed but unknown to the ledger, whichever way that came about."""
        self._identities.keep_up()
        self._claims.sweep()
        for claim in self._claims.all():
            if not claim.id or self._ledger.find(claim.id) is None:
                self._quietly(claim.file.name, partial(self._receive, claim))

    def _may_grow(self, path: Path, now_s: float) -> bool:
        """Whether the file says that its end is missing, and has not stood still long enough to be believed lost."""
        left_s = self._settings.incomplete_s - self._settling.still_s(path, now_s)
        try:
            may_grow = left_s > 0 and wholeness(path) is Wholeness.CUT
        except OSError:
            return False  # taken away, or not to be read: the claim will tell
        if may_grow:
            self._growing_s.append(left_s)
        return may_grow

    def _take(self, path: Path) -> None:
        if is_being_written(path):
            return
        came_from = path.parent.relative_to(self._folder).as_posix()
        self._receive(self._claims.claim(path, "" if came_from == "." else came_from))

    def _receive(self, claim: Claim) -> None:
        """Fingerprint, ledger, and then the folder's name says what it is. Every order of crashes ends here again."""
        content_to_disk(
            claim.file
        )  # whoever copied it need not have waited for the disk; we answer for it from here on
        id = sha256_of(claim.file)
        job = self._ledger.find(id)
        if job is None:
            job = self._ledger.receive(self._arrival(claim, id, self._clock.now()))
            self._claims.keep(claim, id)
            _LOG.info("%s received as number %d, %d bytes", id[:8], job.number, job.size_bytes)
        elif job.state is not State.ARCHIVED and self._claims.file_of(id) is None:
            self._claims.keep(claim, id)
            _LOG.info("%s is here again for number %d", id[:8], job.number)
            if job.parked:
                self._ledger.release(id, self._clock.now())
        else:
            self._claims.keep_as_copy(claim, id)
            _LOG.info("%s is one more copy of number %d; it has its row already", id[:8], job.number)

    def _arrival(self, claim: Claim, id: str, now: datetime) -> Arrival:
        source = claim.file.name
        made = made_at(claim.file, now)
        identity = self._identities.of_arrival(source, claim.came_from, made or now)
        return Arrival(id, source, claim.file.stat().st_size, now, made, identity, claim.came_from)

    def _listing(self) -> Listing:
        try:
            listing = look(self._folder, self._settings.suffixes)
        except OSError as error:
            self._tell_once(
                _INBOX, f"the inbox cannot be looked at ({error.strerror}); nothing is taken in until it can"
            )
            return Listing({}, ())
        self._told.pop(_INBOX, None)
        return listing

    def _quietly(self, name: str, take: Callable[[], None]) -> None:
        try:
            take()
        except FileNotFoundError:
            return  # taken away again before we came
        except (OSError, NoRecordingError) as error:
            words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._tell_once(name, f"a file in the inbox cannot be taken in ({words}); it is tried again at every look")

    def _tell_once(self, name: str, words: str) -> None:
        if self._told.get(name) != words:
            _LOG.warning(words)
        self._told[name] = words
