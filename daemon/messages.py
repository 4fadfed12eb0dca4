"""What the daemon and its worker process tell each other: values, one line of JSON each (pure).

JSON and not pickle: the worker decodes files from strangers, and what it sends is only ever read as values.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from archive import outcomes
from grading.types import Outcome


class MessageError(ValueError):
    """A line that is no message."""


@dataclass(frozen=True)
class Ready:
    """The network is loaded; recordings may be sent. model: its version."""

    model: str


@dataclass(frozen=True)
class Refused:
    """The worker cannot begin, and ends: words that say what to do."""

    words: str


@dataclass(frozen=True)
class Progress:
    """A frame was read: its presentation time, and the length that the container claims (0 if unknown)."""

    time_s: float
    length_s: float


@dataclass(frozen=True)
class Done:
    """The outcome of the recording. model: the version that is in use now."""

    outcome: Outcome
    model: str


@dataclass(frozen=True)
class Unread:
    """The disk would not give the recording: the system's number (0: none) and its words. The worker goes on."""

    number: int
    words: str


@dataclass(frozen=True)
class Failed:
    """Something unforeseen was raised, and the worker ends. Words without a file name; place: `file.py:line`."""

    words: str
    place: str


Message: TypeAlias = Ready | Refused | Progress | Done | Unread | Failed

_KINDS: dict[str, type[Ready | Refused | Progress | Unread | Failed]] = {
    "ready": Ready,
    "refused": Refused,
    "progress": Progress,
    "unread": Unread,
    "failed": Failed,
}


def encoded(message: Message) -> bytes:
    """The message as one line."""
    if isinstance(message, Done):
        plain: dict[str, object] = {"outcome": outcomes.to_json(message.outcome), "model": message.model}
    else:
        plain = asdict(message)
    return json.dumps({"kind": type(message).__name__.lower(), **plain}).encode() + b"\n"


def decoded(line: bytes) -> Message:
    """The message of that line. Raises: MessageError."""
    try:
        plain = json.loads(line)
        kind = plain.pop("kind")
        if kind == "done":
            return Done(outcomes.from_json(plain["outcome"]), str(plain["model"]))
        return _KINDS[kind](**plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MessageError(f"no message: {line[:60]!r}") from error


def request(path: Path) -> bytes:
    """The line that asks for a recording to be graded; its name may hold any bytes."""
    return json.dumps({"path": os.fsencode(path.absolute()).hex()}).encode() + b"\n"


def path_of(line: bytes) -> Path:
    """The recording that a request names."""
    return Path(os.fsdecode(bytes.fromhex(json.loads(line)["path"])))
