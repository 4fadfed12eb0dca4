"""What `peea doctor` looks at on the machine: folders, keys, clock, disk, locks. Reads only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from archive.files import TEMPORARY_PREFIX, TEMPORARY_SUFFIX
from archive.inspection import Inspection
from archive.keys import SECRET_PREFIX, KeyFileError, read_recipients
from archive.ledger import LedgerError
from config.settings import Settings
from daemon.findings import Finding, fault, fine, remark
from daemon.inbox import look
from daemon.letter_box import open_lists
from daemon.open_sheets import open_in
from daemon.recipients import TooFewKeysError, check_enough
from daemon.room import room_of
from daemon.sheets import is_workbook_of
from daemon.workplace import Workplace, holder_of

_KEY_FILE_BYTES = 64 * 1024  # a file of keys is smaller
_SYSTEM_SETTINGS = Path("/etc/peea")
_LEAST_SHARE = 0.1
_BACK_S = 60.0  # a clock may be set right by so much


def folders(settings: Settings) -> Iterator[Finding]:
    """Whether each folder is there, whether this user may work in it, and whether others may look into it."""
    place = Workplace.of(settings.ward)
    wrong = False
    for folder in (place.inbox, place.sheets, place.announcements, place.archive, place.keys, place.state, place.work):
        if not folder.is_dir():
            wrong = True
            yield fault("folders", f"{folder} is missing; run `peea setup {settings.ward.folder}`, or mount its disk")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            wrong = True
            yield fault(
                "folders", f"{folder} is closed to user {os.geteuid()}: chown it, or run this as the daemon's user"
            )
    for private in (place.archive, place.keys, place.state, place.work, place.ledger):
        if private.exists() and private.stat().st_mode & 0o007:
            wrong = True
            yield fault("folders", f"{private} is open to every user of this machine: chmod o-rwx {private}")
    for words in open_lists(settings):
        wrong = True
        yield fault("folders", words)
    if place.state.is_dir() and place.state.stat().st_uid != os.geteuid():
        yield remark(
            "folders",
            f"they belong to user {place.state.stat().st_uid}, and this is user {os.geteuid()}: whether that one may"
            " work in them was not looked at",
        )
    if not wrong:
        yield fine("folders", "all there, and closed to other users where they have to be")


def keys(settings: Settings) -> Iterator[Finding]:
    """Whether there are enough public keys, and no private one."""
    path = settings.archive.recipients_file
    try:
        found = read_recipients(path)
        check_enough(found, settings.archive)
        alone = " (archive.single_recipient)" if len(found) == 1 else ""
        yield fine("keys", f"recordings are sealed for {len(found)} public keys{alone}")
    except (KeyFileError, TooFewKeysError) as error:
        yield fault("keys", str(error))
    except OSError as error:
        yield fault("keys", f"{path} cannot be read ({error.strerror}); nothing can be sealed")
    private = [file for file in _small_files(settings) if _holds_a_secret_key(file)]
    for file in private:
        yield fault("keys", f"{file} holds a PRIVATE key: take it off this machine, or the seal protects nothing")
    if not private:
        yield fine("keys", "no private key was found in the ward's folder or in /etc/peea")


def clock(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether the clock stands before what the ledger knows has happened."""
    try:
        with Inspection(Workplace.of(settings.ward).ledger) as inspection:
            last = inspection.last_moment()
    except LedgerError:
        last = None
    zone = settings.ward.zone_info
    shown = now.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    if last is not None and now < last - timedelta(seconds=_BACK_S):
        was = last.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        yield fault("clock", f"it says {shown}, but the ledger knows of {was}: set the clock (timedatectl)")
    else:
        yield fine("clock", f"{shown} in {zone.key}, not before the last moment in the ledger")


def disk(settings: Settings) -> Iterator[Finding]:
    """How much room each disk of the ward has."""
    place = Workplace.of(settings.ward)
    seen: set[int] = set()
    for folder in (place.state, place.archive, place.inbox, place.sheets, place.announcements):
        if not folder.is_dir() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        usage = shutil.disk_usage(folder)
        words = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f} on the disk of {folder}"
        if usage.free < _LEAST_SHARE * usage.total:
            yield remark("disk", f"{words}: it is getting full")
        else:
            yield fine("disk", words)
    trouble = room_of(settings).trouble_with(0)  # where the daemon itself stops taking recordings
    if trouble:
        yield fault("disk", trouble)


def locks(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Who is at work, which workbooks are open, and what a crash has left."""
    place = Workplace.of(settings.ward)
    process = holder_of(place.lock)
    if process is None:
        yield remark("daemon", "not at work; start it: systemctl start peea")
    else:
        yield fine("daemon", f"at work, process {process}")
    yield from _inbox(settings)
    if place.sheets.is_dir():
        for opened in open_in(place.sheets, settings.ward.open_sheet_s, now.timestamp()):
            book = opened.workbook
            if is_workbook_of(settings.ward, book):  # what else lies there may be called by a patient's name
                yield remark("sheets", f"{book} is open in {opened.program}; it is written once it is closed")
    waiting = sorted(marker.name for marker in place.stale.iterdir()) if place.stale.is_dir() else []
    if waiting:
        yield remark("sheets", f"still to be written: {', '.join(waiting)}")
    if process is None:
        for folder in (place.state, place.sheets, place.archive):
            for left in folder.rglob(f"{TEMPORARY_PREFIX}*{TEMPORARY_SUFFIX}") if folder.is_dir() else ():
                yield remark("crash", f"{left} is half of a file that a crash left; it goes at the next start")


def _inbox(settings: Settings) -> Iterator[Finding]:
    try:
        listing = look(settings.ward.inbox, settings.inbox.suffixes)
    except OSError as error:
        yield fault("inbox", f"it cannot be looked at ({error.strerror})")
        return
    words = f"{len(listing.recordings)} recordings wait, {len(listing.left_alone)} files are left alone"
    yield remark("inbox", words) if listing.left_alone else fine("inbox", words)


def _small_files(settings: Settings) -> Iterator[Path]:
    """Where somebody would leave a file of keys: the ward's folder, its keys folder, /etc/peea; not in recordings."""
    ward = settings.ward
    for folder in sorted({ward.folder, ward.keys, settings.archive.recipients_file.parent, _SYSTEM_SETTINGS}):
        if folder.is_dir():
            yield from (file for file in sorted(folder.iterdir()) if file.is_file() and not file.is_symlink())


def _holds_a_secret_key(file: Path) -> bool:
    try:
        if file.stat().st_size > _KEY_FILE_BYTES:
            return False
        return SECRET_PREFIX.encode() + b"1" in file.read_bytes().upper()
    except OSError:
        return False  # closed to us: then it is not the daemon's either
