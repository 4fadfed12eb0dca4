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
from daemon.inbox import Listing, Place, look
from daemon.room import Room
from daemon.settling import Settling
from daemon.telling import Telling
from grading.container import Wholeness, wholeness
from grading.made_at import made_at

_LOG = logging.getLogger(__name__)
MOST_AT_ONCE = 50


class Intake:
    """The way in. Whatever fails stays where it is, is named once in the log, and is tried again at the next look."""

    def __init__(
        self,
        place: Place,
        settings: Inbox,
        claims: Claims,
        ledger: Ledger,
        clock: Clock,
        identities: Identities,
        room: Room,
    ) -> None:
        self._place = place
        self._settings = settings
        self._claims = claims
        self._ledger = ledger
        self._clock = clock
        self._identities = identities
        self._room = room
        self._settling = Settling(settings.settle_s)
        self._telling = Telling(_LOG, clock.monotonic_s)
        self._growing_s: list[float] = []  # how much longer each file that lacks its end is waited for
        self.troubles: tuple[str, ...] = ()  # of the last look

    def look(self, heed: Callable[[], None] = lambda: None, *, polled: bool = False) -> bool:
        """Take in recordings that stand still; `heed` is called between two and may raise to stop.

        Args:    polled: no change notices are heard; what is on a network mount stands still later (settle_polled_s).
        Returns: whether more of them stand still: of thousands, the first are graded before the last are hashed.
        """
        self._identities.keep_up()
        listing = self._listing()
        self._growing_s = []
        slow = polled and self._place.is_network
        self._settling.settle_s = max(self._settings.settle_s, self._settings.settle_polled_s if slow else 0.0)
        now_s = self._clock.monotonic_s()
        taken, more = 0, False
        for path in self._settling.settled(listing.recordings, now_s):
            if taken >= MOST_AT_ONCE:
                more = True
                break
            if self._may_grow(path, now_s) or not self._has_room(listing.recordings[path].size_bytes):
                continue
            heed()
            taken += self._quietly(partial(self._take, path))
        for claim in self._claims.unknown():  # claimed before, but the disk or the ledger would not have it
            self._quietly(partial(self._receive, claim))
        self.troubles = self._telling.end_round()
        return more

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
                self._quietly(partial(self._receive, claim))

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

    def _has_room(self, size_bytes: int) -> bool:
        if trouble := self._room.trouble_with(size_bytes):
            self._telling.note(trouble)
        return not trouble

    def _take(self, path: Path) -> None:
        if is_being_written(path):
            return
        came_from = path.parent.relative_to(self._place.folder).as_posix()
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
        self._place.remember()
        trouble = self._place.trouble()
        if not trouble:
            try:
                return look(self._place.folder, self._settings.suffixes)
            except OSError as error:
                trouble = f"the inbox cannot be looked at ({error.strerror})"
        self._telling.note(f"{trouble}; nothing is taken in until it can")
        return Listing({}, ())

    def _quietly(self, take: Callable[[], None]) -> bool:
        """Whether it was taken; what went wrong is noted."""
        try:
            take()
        except FileNotFoundError:
            return False  # taken away again before we came
        except (OSError, NoRecordingError) as error:
            words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._telling.note(
                f"{{n}} files in the inbox cannot be taken in ({words}); they are tried again at every look"
            )
            return False
        return True
