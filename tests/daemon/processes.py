"""A ward whose daemon is a real process, if need be in a mount namespace of its own where disks come and go."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from archive.jobs import Job, State
from archive.keys import generate
from archive.ledger import Ledger

ROOT = Path(__file__).parents[2]
SOON_S = 60.0
TOML = """
[ward]
zone = "UTC"
[inbox]
settle_s = 0.4
rescan_s = 1.0
poll_s = 0.5
settle_polled_s = 0.4
[archive]
retry_s = 1.0
[speech]
engine = "off"
play = "never"
"""

needs_mounts = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("nsenter"),
    reason="needs root, unshare and nsenter, to mount disks that nobody else sees",
)


class WardProcess:
    """Enter it to start the daemon. `mounted`: in a mount namespace of its own, in which `inside` runs commands."""

    program: tuple[str, ...] = ("tests.toy_daemon",)  # a module and its words before the ward's folder

    def __init__(self, folder: Path, toml: str = TOML, *, mounted: bool = False) -> None:
        self.folder = folder
        self.inbox = folder / "inbox"
        (folder / "peea.toml").write_text(toml, encoding="ascii")
        (folder / "keys").mkdir()
        keys = "".join(f"{generate().recipient}\n" for _ in range(2))
        (folder / "keys/recipients.txt").write_text(keys, encoding="ascii")
        self.inbox.mkdir(mode=0o770)
        self._log = folder / "daemon.log"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._space: subprocess.Popen[bytes] | None = None
        if mounted:
            command = ["unshare", "--mount", "--propagation", "private", "sleep", "600"]
            self._space = subprocess.Popen(command)
            self.soon(lambda: self._space_of(self._space.pid if self._space else 0) != self._space_of(os.getpid()))

    def __enter__(self) -> WardProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.kill()
        if self._space is not None:
            self._space.kill()
            self._space.wait()

    def start(self, *before: str) -> None:
        """Start the daemon; `before`: a command that starts the command behind it."""
        command = [*before, sys.executable, "-m", *self.program, str(self.folder)]
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen(self._placed(command), stderr=log, cwd=ROOT)
        self.soon(lambda: "at work" in self.said())

    def kill(self) -> None:
        """End the daemon as a power cut does."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
        self._log.write_text(self.said().replace("at work", "was at work"))

    def inside(self, command: str) -> str:
        """What a shell command prints where the daemon lives."""
        done = subprocess.run(
            self._placed(["bash", "-ec", command]), capture_output=True, text=True, check=False, timeout=60, cwd=ROOT
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def unmount_inbox(self) -> None:
        """Take the inbox's disk away, as soon as the daemon does not just look through it."""
        self.inside(f"for _ in $(seq 100); do umount {self.inbox} && exit 0; sleep 0.1; done; exit 1")

    def said(self) -> str:
        """The journal."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def status(self) -> dict[str, Any]:
        """`peea status --json`."""
        command = f"{sys.executable} -m daemon.main status --json --ward {self.folder}"
        return dict(json.loads(self.inside(command)))

    def rows(self) -> list[Job]:
        """The ledger, the first received first."""
        path = self.folder / "state/ledger.sqlite"
        if not path.exists():
            return []
        with Ledger(path) as ledger:
            return list(reversed(ledger.latest(1000)))

    def is_done(self, n: int) -> bool:
        """Whether so many recordings are archived, nothing is under way, and no plain copy is left in work."""
        rows = self.rows()
        left = [path for path in (self.folder / "state/work").rglob("*") if path.is_file()]
        return len(rows) == n and all(job.state is State.ARCHIVED for job in rows) and not left

    def soon(self, is_so: Callable[[], bool], within_s: float = SOON_S) -> None:
        """Wait until it is so."""
        end_s = time.monotonic() + within_s
        while True:
            try:
                if is_so():
                    return
            except OSError:  # removed while we looked
                pass
            assert time.monotonic() < end_s, self.said()[-3000:]
            time.sleep(0.05)

    def _placed(self, command: list[str]) -> list[str]:
        if self._space is None:
            return command
        return ["nsenter", "--target", str(self._space.pid), "--mount", "--", "env", "-C", str(ROOT), *command]

    @staticmethod
    def _space_of(process: int) -> str:
        return str(Path(f"/proc/{process}/ns/mnt").readlink())
