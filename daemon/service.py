"""Puts a ward's daemon together from its settings and runs it: the one place that knows which part is which."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import audit
from archive.files import sweep_unfinished
from archive.identities import Identified
from archive.ledger import Ledger
from config.settings import Settings
from daemon.announcements import Announcements
from daemon.beginning import enter_start
from daemon.claims import Claims
from daemon.clock import Clock, MachineClock
from daemon.hindrances import Hindrances
from daemon.identities import Identities
from daemon.inbox import Place
from daemon.intake import Intake
from daemon.letter_box import open_doors, open_lists
from daemon.loop import Loop
from daemon.player import Player, player_for
from daemon.recipients import enough_recipients
from daemon.results import Results, results_of
from daemon.room import room_of
from daemon.sd_notify import Notifier
from daemon.sheets import Sheets
from daemon.steps import Grading, Reporting, Sealing, Steps
from daemon.stopping import Bell, stopped_by_signals
from daemon.tidying import Tidying
from daemon.voices import voice_for
from daemon.watcher import Watcher
from daemon.workplace import Workplace, WorkplaceError, held, holder_of
from grading.ports import Grades
from reports.speech import Voice

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Surroundings:
    """What a daemon meets outside its folders; tests bring their own."""

    clock: Clock
    voice: Voice | None
    player: Player
    notifier: Notifier


def surroundings(settings: Settings) -> Surroundings:
    """The machine's clock, voice, sound card and service manager."""
    return Surroundings(MachineClock(), voice_for(settings.speech), player_for(settings.speech.play), Notifier())


def serve(settings: Settings, ready_grades: Callable[[], Grades]) -> None:
    """Run the ward's daemon until SIGTERM or SIGINT.

    Raises: WorkplaceError, HeldElsewhereError, archive.keys.KeyFileError: it cannot begin; the message says what to do.
    """
    place = Workplace.of(settings.ward)
    check_recipients(settings)
    os.umask(os.umask(0o027) | 0o027)  # whatever is made from here on is nobody else's business
    place.make()
    place.check()
    for words in filter(None, (*open_doors(place), *open_lists(settings), place.strange_owner())):
        _LOG.warning(words)
    bell = Bell()
    with held(place.lock), stopped_by_signals(bell):
        outside = surroundings(settings)
        outside.notifier.status("loading the network")
        grades = ready_grades()
        watcher = None if settings.inbox.polling else Watcher(settings.ward.inbox, bell)
        with put_together(settings, grades, outside, bell, watcher) as loop:
            _LOG.info("at work, process %d, model %s", os.getpid(), grades.model)
            loop.run()
    _LOG.info("stopped")


@contextmanager
def put_together(
    settings: Settings, grades: Grades, outside: Surroundings, bell: Bell, watcher: Watcher | None = None
) -> Iterator[Loop]:
    """The ward's loop, with its ledger open until the block ends."""
    place = Workplace.of(settings.ward)
    clock, notifier = outside.clock, outside.notifier
    _sweep(place)
    with Ledger(place.ledger, audit.DAEMON) as ledger:
        enter_start(ledger, settings, grades.model, clock)
        claims = Claims(place.work)
        sheets = Sheets(settings.ward, place.stale, place.waiting_sheets, ledger, clock)
        inbox, room = Place(place.inbox, place.inbox_is_mounted), room_of(settings)
        results = results_of(settings, ledger, claims)
        identities = Identities(settings.ward, settings.inbox, ledger, clock, _Changes(sheets, results).mark)
        announcements = Announcements(place.announcements, outside.voice, outside.player, settings.ward.language)
        sealing = Sealing(place.archive, settings.archive, claims, ledger, clock)
        steps = Steps(
            Grading(grades, claims, ledger, clock, attempts=settings.archive.attempts, bell=bell, notifier=notifier),
            Reporting(sheets, results, announcements, ledger, clock),
            sealing,
        )
        try:
            yield Loop(
                inbox=settings.inbox,
                archive=settings.archive,
                language=settings.ward.language,
                ledger=ledger,
                intake=Intake(inbox, settings.inbox, claims, ledger, clock, identities, room),
                steps=steps,
                tidying=Tidying(claims, ledger, sealing.is_sealed, sealing.seal_again),
                sheets=sheets,
                results=results,
                watcher=watcher,
                bell=bell,
                notifier=notifier,
                clock=clock,
                hindrances=Hindrances(place.hindrances),
                folder_of=place.folder_of,
            )
        finally:
            if watcher is not None:
                watcher.close()


def _sweep(place: Workplace) -> None:
    """Remove the half files that a crash left, but not those of a command that changes sealed files just now."""
    of_results = [found for found in place.sheets.iterdir() if found.is_dir()]
    in_archive = _folders_in(place.archive) if holder_of(place.keeping_lock) is None else ()
    for folder in (place.sheets, place.state, *of_results, *in_archive, *_folders_in(place.announcements)):
        sweep_unfinished(folder)


def _folders_in(folder: Path) -> Iterator[Path]:
    yield folder
    yield from (found for found in folder.rglob("*") if found.is_dir())


class _Changes:
    """What must be written again when it turns out whose a recording is."""

    def __init__(self, sheets: Sheets, results: Results) -> None:
        self._sheets = sheets
        self._results = results

    def mark(self, changed: Identified) -> None:
        """The row of that recording, and its result sheet."""
        self._sheets.mark(changed.received_at)
        self._results.mark_changed(changed.id)


def check_recipients(settings: Settings) -> None:
    """Look whether recordings can be sealed at all, before the first one is taken.

    Raises: WorkplaceError: there is no file of public keys. archive.keys.KeyFileError: it holds something else.
            TooFewKeysError: one key only.
    """
    path = settings.archive.recipients_file
    for private in sorted(settings.ward.keys.glob("*.key")):
        _LOG.warning(
            "%s is a private key: take it off this machine, or the seal of the archive protects nothing", private
        )
    try:
        enough_recipients(settings.archive)
    except FileNotFoundError:
        raise WorkplaceError(
            f"{path} is missing: without public keys nothing can be sealed; run `peea setup {settings.ward.folder}`"
        ) from None
