"""`peea status`: what a ward's folder tells, without disturbing the daemon at work there."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from time import time

from archive.jobs import Job
from archive.ledger import Counts, LedgerError, Lookup
from config.settings import Settings
from daemon.clock import MachineClock
from daemon.grades import choice, in_use_file
from daemon.hindrances import read_hindrances
from daemon.inbox import Place, look
from daemon.model_in_use import read_in_use
from daemon.open_sheets import Opened, open_in
from daemon.roster import read_file
from daemon.settings_file import existing_workplace, found_settings
from daemon.sheets import is_workbook_of
from daemon.terminal import print_facts, print_table, print_warning
from daemon.troubles import troubles_of
from daemon.waiting_sheets import WaitingSheet, read_waiting
from daemon.workplace import Workplace, holder_of
from grading.types import Assessment
from reports.words import grade_words, reason_words

LATEST = 10


@dataclass(frozen=True)
class Line:
    """One recording as the status shows it; no name and no bed. received_at: the ward's time, ISO 8601."""

    number: int
    id: str
    received_at: str
    state: str
    result: str
    attempts: int
    trouble: str
    parked: str


@dataclass(frozen=True)
class OpenSheet:
    """A workbook that somebody has open. since: the ward's time, ISO 8601, from the lock file."""

    workbook: str
    program: str
    since: str


@dataclass(frozen=True)
class RosterStanding:
    """The list of patients. trouble: why the file cannot be used. problems: what in it could not be used. No names."""

    file: str
    is_there: bool
    patients: int
    trouble: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How a ward is doing. daemon_process: None if no daemon is at work, 0 if it cannot be told which.

    counts: None if the ledger cannot be read; troubles then say why.
    troubles: of disks and folders, each with what to do; what the daemon at work says hinders it.
    model: the version that shall grade; model_trouble: why another one does, "" if none.
    """

    ward: str
    folder: str
    daemon_process: int | None
    counts: Counts | None
    in_inbox: int
    left_alone: int
    inbox_trouble: str
    troubles: tuple[str, ...]
    sheets_to_write: tuple[str, ...]
    sheets_waiting: tuple[WaitingSheet, ...]
    open_sheets: tuple[OpenSheet, ...]
    roster: RosterStanding
    parked: tuple[Line, ...]
    latest: tuple[Line, ...]
    model: str
    model_trouble: str


def status(settings_file: Path | None, ward: Path | None, *, as_json: bool) -> None:
    """Print the ward's standing. Raises: RefusedError: there is no ward."""
    standing = standing_of(found_settings(settings_file, ward))
    if as_json:
        print(json.dumps(asdict(standing), ensure_ascii=False, indent=1))
    else:
        _print(standing)


def standing_of(settings: Settings) -> Standing:
    """How the ward is doing right now. Raises: RefusedError: there is no ward in the folder."""
    place = existing_workplace(settings)
    counts: Counts | None = Counts(0, 0, 0, 0, 0)
    unfinished: tuple[Job, ...] = ()
    latest: tuple[Job, ...] = ()
    troubles = list(troubles_of(settings, place))
    try:
        if place.ledger.exists():
            with Lookup(place.ledger) as ledger:
                counts, unfinished, latest = ledger.counts(), ledger.unfinished(), ledger.latest(LATEST)
    except LedgerError as error:
        counts = None
        troubles.append(str(error))
    recordings, left_alone, trouble = _inbox(settings, place)
    process = holder_of(place.lock)
    if process is not None:
        said = read_hindrances(place.hindrances)
        troubles += [f"the daemon says: {words}" for words in said if words not in troubles]
    return Standing(
        ward=settings.ward.name,
        folder=str(settings.ward.folder),
        daemon_process=process,
        counts=counts,
        in_inbox=recordings,
        left_alone=left_alone,
        inbox_trouble=trouble,
        troubles=tuple(troubles),
        sheets_to_write=tuple(sorted(marker.name for marker in place.stale.iterdir())) if place.stale.is_dir() else (),
        sheets_waiting=_waiting_sheets(settings, place),
        open_sheets=_open_sheets(settings),
        roster=_roster(settings),
        parked=tuple(_line(job, settings) for job in unfinished if job.parked),
        latest=tuple(_line(job, settings) for job in latest),
        model=choice(settings).wanted,
        model_trouble=_model_trouble(settings),
    )


def _inbox(settings: Settings, place: Workplace) -> tuple[int, int, str]:
    if trouble := Place(place.inbox, place.inbox_is_mounted).trouble():
        return 0, 0, trouble
    try:
        listing = look(settings.ward.inbox, settings.inbox.suffixes)
    except OSError as error:
        return 0, 0, error.strerror or str(error)
    return len(listing.recordings), len(listing.left_alone), ""


def _open_sheets(settings: Settings) -> tuple[OpenSheet, ...]:
    opened: tuple[Opened, ...] = ()
    with suppress(OSError):  # a folder that is away has nothing open in it
        opened = open_in(settings.ward.sheets, settings.ward.open_sheet_s, time())
    zone = settings.ward.zone_info
    return tuple(
        OpenSheet(each.workbook, each.program, each.since.astimezone(zone).isoformat(timespec="seconds"))
        for each in opened
        if is_workbook_of(settings.ward, each.workbook)  # what else lies there may be called by a patient's name
    )


def _waiting_sheets(settings: Settings, place: Workplace) -> tuple[WaitingSheet, ...]:
    zone = settings.ward.zone_info
    waiting = []
    for sheet in read_waiting(place.waiting_sheets):
        with suppress(ValueError):  # a moment that somebody spoiled
            since = datetime.fromisoformat(sheet.since).astimezone(zone).isoformat(timespec="seconds")
            waiting.append(replace(sheet, since=since))
    return tuple(waiting)


def _model_trouble(settings: Settings) -> str:
    used = read_in_use(in_use_file(settings))
    return f"{used.trouble} So {used.model} grades." if used.trouble else ""


def _roster(settings: Settings) -> RosterStanding:
    path = settings.ward.roster
    read = read_file(path, settings.ward.zone_info, MachineClock())
    return RosterStanding(str(path), path.exists(), len(read.roster.patients), read.trouble, read.roster.problems)


def _line(job: Job, settings: Settings) -> Line:
    received = job.received_at.astimezone(settings.ward.zone_info).isoformat(timespec="seconds")
    state = "lost" if job.lost_at and not job.receipt else str(job.state)
    return Line(job.number, job.id[:12], received, state, _result(job), job.attempts, job.trouble, job.parked)


def _result(job: Job) -> str:
    if job.outcome is None:
        return ""
    if isinstance(job.outcome, Assessment):
        return f"{job.outcome.grade:d} {grade_words(job.outcome.grade, 'en')}"
    return reason_words(job.outcome.reason, "en")


def _recordings(counts: Counts | None) -> str:
    if counts is None:
        return "not known, see below"
    waiting = counts.received + counts.graded + counts.reported - counts.parked
    return f"{counts.archived} done, {waiting} under way, {counts.parked} set aside"


def _print(standing: Standing) -> None:
    process = standing.daemon_process
    facts = [
        ("Ward", f"{standing.ward} ({standing.folder})"),
        (
            "Daemon",
            f"at work, process {process or 'unknown'}"
            if process is not None
            else "not at work; start it: systemctl start peea",
        ),
        ("Recordings", _recordings(standing.counts)),
        ("Model", standing.model),
        ("Inbox", standing.inbox_trouble or f"{standing.in_inbox} waiting, {standing.left_alone} left alone"),
    ]
    if standing.left_alone:
        facts.append(("", "left alone: other endings, links, or not readable; inbox.suffixes names what is taken"))
    if standing.sheets_to_write:
        facts.append(("Sheets", f"to be written: {', '.join(standing.sheets_to_write)}"))
    facts.extend(("", f"since {each.since}: {each.why}") for each in standing.sheets_waiting)
    for sheet in standing.open_sheets:
        facts.append(("Open", f"{sheet.workbook}, in {sheet.program} since {sheet.since}; written again once closed"))
    roster = standing.roster
    if roster.is_there:
        facts.append(("Roster", f"{roster.patients} patients" if not roster.trouble else "not usable, see below"))
    print_facts(facts)
    for words in standing.troubles:
        print_warning(f"Trouble: {words}")
    if standing.model_trouble:
        print_warning(standing.model_trouble)

    if roster.trouble:
        print_warning(
            f"Roster: {roster.file} {roster.trouble}. The last one that could be read counts until it is mended."
        )
    for problem in roster.problems:
        print_warning(f"Roster: {problem}.")
    for line in standing.parked:
        again = f"peea release {line.number}"
        print_warning(f"Set aside: number {line.number}. {line.parked} Once mended: {again}; to give it up: --reject")
    rows = [(str(line.number), line.received_at, line.state, line.result, line.trouble) for line in standing.latest]
    print_table(("Number", "Received", "State", "Result", "Trouble"), rows)
