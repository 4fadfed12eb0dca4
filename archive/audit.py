"""The audit trail as the ledger's rows: who did what, and when; entries are added, never changed (docs/audit.md).

An entry about a recording's move is written in the transaction of that move: neither is ever there without the other.
An act outside the database (a file opened, a model exchanged) is entered before it is done: a crash may leave an entry
without its act, never an act without its entry.

No patient is named: a recording is its fingerprint, a person is an account of the operating system.
"""

from __future__ import annotations

import json
import os
import pwd
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from archive import chain, rows

DAEMON, TRAINER = "daemon", "trainer"
_LOGIN = Path("/proc/self/loginuid")
_NOBODY_LOGGED_IN = 2**32 - 1


class Deed(StrEnum):
    """What was done."""

    BEGUN = "begun"  # the trail itself
    STARTED = "started"  # the daemon
    RECEIVED = "received"
    GRADED = "graded"
    REPORTED = "reported"
    ARCHIVED = "archived"
    PARKED = "parked"
    RELEASED = "released"
    LOST = "lost"  # a recording that is nowhere any more was given up
    CORRECTED = "corrected"  # whose a recording is
    TYPED = "typed"  # somebody into a sheet
    SETTINGS = "settings"  # changed
    MODEL = "model"  # exchanged
    UNSEALED = "unsealed"
    DRILLED = "drilled"  # sealed files opened for a test
    REKEYED = "rekeyed"
    PURGED = "purged"
    FAILED = "failed"  # what the entry before it announced


@dataclass(frozen=True)
class Entry:
    """One line of the trail.

    number: 1, 2, 3 ... without gaps. at: ISO 8601 in UTC, 32 characters.
    who: "daemon", "trainer" or an account of the operating system.
    about: what it was done to: a recording's fingerprint, a row of a sheet, a model; "" if nothing.
    details: JSON object in one line. previous: the link of the entry before. link: SHA-256, see `chain`.
    """

    number: int
    at: str
    who: str
    what: str
    about: str
    details: str
    previous: str
    link: str

    def right_link(self) -> str:
        """The link that an entry of this content has."""
        return chain.link(self.previous, self.number, self.at, self.who, self.what, self.about, self.details)


@dataclass(frozen=True)
class Head:
    """The last entry: its number (0: there is none) and its link."""

    number: int
    link: str

    def __str__(self) -> str:
        """For paper: the number, and enough of the link that nobody can make another chain end so."""
        return f"{self.number}-{self.link[:24]}"


def append(database: sqlite3.Connection, at: datetime, who: str, what: Deed, about: str, **details: str | int) -> None:
    """Add an entry, within a transaction of the caller's. Raises: ValueError: a moment without time zone."""
    before = head(database)
    fields = (
        before.number + 1,
        rows.moment_text(at),
        rows.words(who),
        what.value,
        rows.words(about),
        json.dumps({name: _plain(value) for name, value in details.items()}, ensure_ascii=False),
    )
    database.execute(
        "INSERT INTO audit (number, at, who, what, about, details, previous, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*fields, before.link, chain.link(before.link, *fields)),
    )


def head(database: sqlite3.Connection) -> Head:
    """Where the trail ends now."""
    row = database.execute("SELECT number, link FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    return Head(0, chain.FIRST) if row is None else Head(row["number"], row["link"])


def entries(database: sqlite3.Connection, after: int = 0) -> Iterator[Entry]:
    """All entries with higher numbers, in order."""
    for row in database.execute("SELECT * FROM audit WHERE number > ? ORDER BY number", (after,)):
        yield Entry(**dict(row))


def note_settings(database: sqlite3.Connection, at: datetime, who: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Compare with the values seen last, enter what differs, and remember these; the keys that differ, sorted.

    The first time everything is remembered, one entry says so, and nothing differs.
    """
    known = {row["key"]: row["value"] for row in database.execute("SELECT key, value FROM settings_seen")}
    changed = tuple(sorted(key for key in {*known, *values} if known.get(key) != values.get(key)))
    if not changed:
        return ()
    database.execute("DELETE FROM settings_seen")
    database.executemany("INSERT INTO settings_seen VALUES (?, ?)", sorted(values.items()))
    if not known:
        append(database, at, who, Deed.SETTINGS, "", first_seen=len(values))
        return ()
    told = {key: f"{known.get(key, '(none)')} -> {values.get(key, '(none)')}" for key in changed}
    append(database, at, who, Deed.SETTINGS, "", **told)
    return changed


def note_setting(database: sqlite3.Connection, at: datetime, who: str, key: str, value: str) -> None:
    """As `note_settings`, for one that may change while the daemon is at work; before its first start nothing."""
    known = {row["key"]: row["value"] for row in database.execute("SELECT key, value FROM settings_seen")}
    if known:
        note_settings(database, at, who, {**known, key: value})


def person() -> str:
    """The account that this process works for; who logged in or called sudo stands behind it where that is known."""
    own = os.getuid()
    login = _login()
    return _account(own) if login in (None, own) else f"{_account(own)} for {_account(login or 0)}"


def _login() -> int | None:
    """The account that logged in, which no later su or sudo changes; else the one that called sudo."""
    try:
        uid = int(_LOGIN.read_text("ascii"))
    except (OSError, ValueError):
        uid = _NOBODY_LOGGED_IN
    if uid != _NOBODY_LOGGED_IN:
        return uid
    by_sudo = os.environ.get("SUDO_UID", "")
    return int(by_sudo) if by_sudo.isascii() and by_sudo.isdecimal() else None


def _account(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name} ({uid})"
    except (KeyError, OverflowError):
        return f"user {uid}"


def _plain(value: str | int) -> str | int:
    return rows.words(value) if isinstance(value, str) else int(value)
