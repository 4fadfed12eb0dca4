"""A ward in one folder: the real daemon between toy grades, a toy voice and a clock to turn.

    with Hospital(tmp_path) as ward:
        ward.drop("bed12.mp4", SEVERE)
        ward.work()
        assert ward.rows()[0].state is State.ARCHIVED

Everything on the disk is real: inbox, ledger, workbook, sealed files. A recording is a line of text: see ToyGrades.
"""

from __future__ import annotations

import io
import wave
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from openpyxl import load_workbook

from archive.jobs import Job
from archive.keys import generate
from archive.ledger import Ledger
from archive.vault import unseal_file
from config.settings import Settings, load
from daemon.loop import Loop
from daemon.sd_notify import Notifier
from daemon.service import Surroundings, put_together
from daemon.stopping import Bell
from daemon.workplace import Workplace
from reports.words import Language
from tests.toy_grades import (
    BREAKS,
    DIM,
    GARBAGE,
    INTENSE,
    KILLS,
    MILD,
    OBVIOUS,
    RESTING,
    SEVERE,
    ToyGrades,
    assessment,
)

__all__ = [
    "BREAKS",
    "DIM",
    "GARBAGE",
    "INTENSE",
    "KILLS",
    "MILD",
    "MORNING",
    "OBVIOUS",
    "RESTING",
    "SEVERE",
    "Hospital",
    "ToyGrades",
    "ToyPlayer",
    "ToyVoice",
    "TurnableClock",
    "assessment",
]

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class TurnableClock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self._now = MORNING
        self._monotonic_s = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def turn(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds


@dataclass
class ToyVoice:
    """Speaks a tenth of a second of silence; remembers what it was asked to say."""

    said: list[str] = field(default_factory=list)

    def wav(self, text: str, language: Language) -> bytes:
        self.said.append(text)
        sound = io.BytesIO()
        with wave.open(sound, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(bytes(1600))
        return sound.getvalue()


@dataclass
class ToyPlayer:
    """Remembers what was played."""

    played: list[Path] = field(default_factory=list)

    def play(self, path: Path) -> bool:
        self.played.append(path)
        return True


class Hospital:
    """One ward. Enter it to start the daemon; leave it to end the daemon; enter again to restart it."""

    def __init__(self, folder: Path, toml: str = "", *, zone: str = "UTC") -> None:
        self.custodian, self.recovery = generate(), generate()
        path = folder / "peea.toml"
        path.write_text(f'[ward]\nname = "Ward 3"\nzone = "{zone}"\n{toml}', encoding="utf-8")
        self.settings: Settings = load(path)
        self.place = Workplace.of(self.settings.ward)
        self.place.make()
        self.settings.archive.recipients_file.write_text(
            f"{self.custodian.recipient}\n{self.recovery.recipient}\n", encoding="ascii"
        )
        self.grades = ToyGrades()
        self.clock = TurnableClock()
        self.voice = ToyVoice()
        self.player = ToyPlayer()
        self.bell = Bell()
        self._started = ExitStack()
        self._loop: Loop | None = None

    def __enter__(self) -> Hospital:
        outside = Surroundings(self.clock, self.voice, self.player, Notifier({}))
        self._loop = self._started.enter_context(put_together(self.settings, self.grades, outside, self.bell))
        self._loop.take_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._started.close()
        self._loop = None

    @property
    def loop(self) -> Loop:
        assert self._loop is not None, "enter the hospital first"
        return self._loop

    def drop(self, name: str, data: bytes) -> Path:
        """Put a file into the inbox, as a nurse does."""
        path = self.place.inbox / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(data)
        return path

    def work(self, most_turns: int = 50) -> None:
        """Let everything in the inbox settle, and turn until there is nothing to do."""
        self.loop.turn()
        self.clock.turn(self.settings.inbox.settle_s)
        for _ in range(most_turns):
            if not self.loop.turn():
                return
        raise AssertionError(f"still busy after {most_turns} turns")

    def rows(self) -> tuple[Job, ...]:
        """All rows of the ledger, the first received first."""
        with Ledger(self.place.ledger) as ledger:
            return tuple(reversed(ledger.latest(1000)))

    def row(self, number: int = 1) -> Job:
        """The row of that number."""
        return self.rows()[number - 1]

    def work_files(self) -> list[str]:
        """What lies in the work folder, folders too."""
        return sorted(str(path.relative_to(self.place.work)) for path in self.place.work.rglob("*"))

    def inbox_files(self) -> list[str]:
        """What lies in the inbox."""
        return sorted(path.name for path in self.place.inbox.iterdir())

    def sealed(self) -> list[Path]:
        """All sealed files."""
        return sorted(path for path in self.place.archive.rglob("*") if path.is_file())

    def opened(self, sealed: Path) -> bytes:
        """What a sealed file holds, opened with the custodian's key."""
        target = self.place.state / "opened"
        unseal_file(sealed, target, [self.custodian])
        try:
            return target.read_bytes()
        finally:
            target.unlink()

    def sheet_text(self) -> str:
        """All words on all sheets of all workbooks, one line per row."""
        lines = []
        for path in sorted(self.place.sheets.glob("*.xlsx")):
            workbook = load_workbook(path)
            for sheet in workbook:
                lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in sheet.values]
        return "\n".join(lines)
