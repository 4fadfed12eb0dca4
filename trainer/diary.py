"""What the trainer remembers between its runs: when it last looked, what it last trained with, what it has begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from archive.files import write_whole


class DiaryError(ValueError):
    """The trainer's diary cannot be read."""


@dataclass(frozen=True)
class Entry:
    """One look back.

    looked_at: when a training was last considered. learnt: digests of the cases of the last one that was finished.
    begun: the version that was begun and not finished, which goes on at the next run; "" if none. begun_with: digests
    of the cases that it is made from.
    """

    looked_at: datetime | None = None
    learnt: frozenset[str] = frozenset()
    begun: str = ""
    begun_with: frozenset[str] = frozenset()


class _Stored(BaseModel):
    looked_at: AwareDatetime | None
    learnt: tuple[str, ...] = ()
    begun: str = ""
    begun_with: tuple[str, ...] = ()


def read_diary(path: Path) -> Entry:
    """The last entry; an empty one if there is none yet.

    Raises:
        DiaryError: the file is damaged.
    """
    if not path.is_file():
        return Entry()
    try:
        stored = _Stored.model_validate_json(path.read_bytes())
    except ValidationError as problem:
        raise DiaryError(f"{path} is damaged: remove it, the next training then counts all cases as new") from problem
    return Entry(stored.looked_at, frozenset(stored.learnt), stored.begun, frozenset(stored.begun_with))


def write_diary(path: Path, entry: Entry) -> None:
    """Replaces the entry, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = _Stored(
        looked_at=entry.looked_at,
        learnt=tuple(sorted(entry.learnt)),
        begun=entry.begun,
        begun_with=tuple(sorted(entry.begun_with)),
    )
    write_whole(path, stored.model_dump_json().encode())
