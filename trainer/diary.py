"""What the trainer remembers between its runs: when it last looked, and how many cases it last trained with."""

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
    """looked_at: when a training was last considered; cases: how many there were when one was last finished."""

    looked_at: datetime | None
    cases: int


class _Stored(BaseModel):
    looked_at: AwareDatetime | None
    cases: int


def read_diary(path: Path) -> Entry:
    """The last entry; an empty one if there is none yet.

    Raises:
        DiaryError: the file is damaged.
    """
    if not path.is_file():
        return Entry(None, 0)
    try:
        stored = _Stored.model_validate_json(path.read_bytes())
    except ValidationError as problem:
        raise DiaryError(f"{path} is damaged: remove it, the next training then counts all cases as new") from problem
    return Entry(stored.looked_at, stored.cases)


def write_diary(path: Path, entry: Entry) -> None:
    """Replaces the entry, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, _Stored(looked_at=entry.looked_at, cases=entry.cases).model_dump_json().encode())
