"""The loop of starts and kills."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.keys import SecretKey, generate
from benchmarks.torture.proof import Left, Whereabouts, is_at_work, problems_in_the_end
from benchmarks.torture.stream import Stream
from config.settings import load
from daemon.workplace import Workplace

ROOT = Path(__file__).parents[2]
TOML = """
[ward]
zone = "UTC"
[inbox]
settle_s = 0.05
rescan_s = 1.0
[archive]
attempts = 100
retry_s = 0.05
[speech]
engine = "off"
play = "never"
"""
ORPHAN_S = 10.0
AT_LAST_S = 600.0


@dataclass
class Figures:
    """What happened."""

    kills: int = 0
    workers_killed: int = 0
    recordings: int = 0
    copies: int = 0
    seconds: float = 0.0
    hits: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    wards: int = 0

    def add(self, more: Figures) -> None:
        """Count these too."""
        self.kills += more.kills
        self.workers_killed += more.workers_killed
        self.recordings += more.recordings
        self.copies += more.copies
        self.seconds += more.seconds
        self.hits += more.hits
        self.problems += more.problems
        self.wards += 1


class Torture:
    """One ward under torture. Args: folder: an empty one. grades: toy, worker or real."""

    def __init__(self, folder: Path, grades: str, seed: int, clips: tuple[Path, ...] = ()) -> None:
        self.keys = [generate(), generate()]
        self.place = _made(folder, self.keys)
        self.figures = Figures()
        self._folder, self._grades, self._seed, self._clips = folder, grades, seed, clips
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        self._whereabouts = Whereabouts(self.place)
        self._mean_s, self._longest_s = (5.0, 20.0) if grades == "real" else (0.3, 2.0)

    def run(self, kills: int, per_kill: float = 1.0) -> Figures:
        """Kill so many daemons while recordings stream in, let the last one finish, and look at everything."""
        began_s = time.monotonic()
        stream = Stream(self.place.inbox, int(kills * per_kill) + 5, self._seed, self._waiting, self._clips)
        self._stream = stream
        with _nursery(self._folder, self._grades) as nursery:
            stream.start()
            while self.figures.kills < kills and len(self.figures.problems) < 20:
                self._kill_one(nursery)
            stream.stop()
            self._finish(nursery)
        figures = self.figures
        figures.problems += problems_in_the_end(self.place, stream.dropped, stream.kinds, self.keys)
        figures.recordings, figures.copies = len(stream.dropped), stream.copies
        figures.seconds = time.monotonic() - began_s
        return figures

    def _waiting(self) -> int:
        return len(self._stream.dropped) - len(self._whereabouts.sealed)

    def _kill_one(self, nursery: subprocess.Popen[str]) -> None:
        pid = _started(nursery)
        process = os.pidfd_open(pid)
        if _has_ended(process, self._chance.expovariate(1 / self._mean_s)):
            self.figures.problems.append(f"daemon {pid} ended by itself; see its log")
        workers = _children(pid)
        if workers and self._chance.random() < 0.5 and is_at_work(self.place.ledger, pid):
            self._kill_workers(workers)
            if _has_ended(process, self._chance.uniform(0, 0.2)):
                self.figures.problems.append(f"daemon {pid} ended with its worker")
        _kill(pid)
        if self._chance.random() < 0.3:  # at once, before the kernel has told them that their daemon is gone
            for worker in workers:
                _kill(worker)
        _has_ended(process, 60.0)
        os.close(process)
        self.figures.kills += 1
        self.figures.problems += [f"worker {pid} lives on without its daemon" for pid in _orphans(workers)]
        before = len(self._whereabouts.sealed)
        dropped = dict(self._stream.dropped)
        self._count(self._whereabouts.left())
        self.figures.problems += self._whereabouts.lost(dropped)
        gained = len(self._whereabouts.sealed) > before
        self._mean_s = min(max(self._mean_s * (0.93 if gained else 1.1), 0.05), self._longest_s)

    def _kill_workers(self, workers: tuple[int, ...]) -> None:
        for worker in workers:
            _kill(worker)
            self.figures.workers_killed += 1

    def _count(self, left: Left) -> None:
        hits = self.figures.hits
        hits["a half file"] += bool(left.half_files)
        hits["a claimed recording without its row"] += bool(left.claimed)
        hits["an archived recording with its plain copy"] += bool(left.plain_of_archived)
        for state in ("received", "graded", "reported"):
            hits[f"a recording that was {state}"] += state in left.states

    def _finish(self, nursery: subprocess.Popen[str]) -> None:
        """Let the last daemon do what is left, and end it kindly."""
        pid = _started(nursery)
        process = os.pidfd_open(pid)
        until_s = time.monotonic() + AT_LAST_S
        while time.monotonic() < until_s and not self._is_done():
            time.sleep(0.2)
        os.kill(pid, signal.SIGTERM)
        if not _has_ended(process, 60.0):
            self.figures.problems.append("the last daemon did not end when asked to")
            _kill(pid)
        os.close(process)

    def _is_done(self) -> bool:
        return not any(any(folder.iterdir()) for folder in (self.place.inbox, self.place.work, self.place.stale))


def _made(folder: Path, keys: list[SecretKey]) -> Workplace:
    (folder / "peea.toml").write_text(TOML, encoding="ascii")
    place = Workplace.of(load(folder / "peea.toml", ward_folder=folder).ward)
    place.make()
    (place.keys / "recipients.txt").write_text("".join(f"{key.recipient}\n" for key in keys), encoding="ascii")
    return place


@contextmanager
def _nursery(folder: Path, grades: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.torture.nursery", str(folder), grades]
    with (
        (folder / "daemons.log").open("wb") as log,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _started(nursery: subprocess.Popen[str]) -> int:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("one more\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _has_ended(process: int, timeout_s: float) -> bool:
    """Whether the process behind a pidfd ended within this time."""
    return bool(select.select([process], [], [], timeout_s)[0])


def _children(pid: int) -> tuple[int, ...]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return tuple(int(child) for task in tasks for child in (task / "children").read_text().split())
    except OSError:
        return ()


def _orphans(pids: tuple[int, ...]) -> list[int]:
    until_s = time.monotonic() + ORPHAN_S
    left = [pid for pid in pids if _lives(pid)]
    while left and time.monotonic() < until_s:
        time.sleep(0.05)
        left = [pid for pid in left if _lives(pid)]
    for pid in left:
        _kill(pid)
    return left


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
