"""Playing an announcement through the `aplay` program, where there is one and a sound card. Fails softly."""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

_LOG = logging.getLogger(__name__)

LONGEST_S = 30.0  # an announcement takes four; a card that blocks must not hold up the ward


class Player(Protocol):
    """Plays a sound file; what cannot be played is not worth a recording."""

    def play(self, path: Path) -> bool:
        """Whether the sound at `path` was played to its end."""
        ...


class Silence:
    """Plays nothing: the sound files are kept all the same."""

    def play(self, path: Path) -> bool:
        """Nothing was played."""
        return False


class Aplay:
    """ALSA's own player, found on the PATH or named."""

    def __init__(self, program: str = "aplay") -> None:
        self._program = shutil.which(program)
        self._said_no: str = ""

    def play(self, path: Path) -> bool:
        """Whether `aplay` played the file; the reason is logged once per reason, not once per recording."""
        if self._program is None:
            return self._cannot("the program aplay is not installed (package alsa-utils)")
        try:
            played = subprocess.run(
                [self._program, "-q", str(path)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return self._cannot(f"aplay took longer than {LONGEST_S:g} s")
        except OSError as error:
            return self._cannot(f"aplay cannot be run: {error.strerror}")
        if played.returncode != 0:
            lines = played.stderr.decode(errors="replace").strip().splitlines()
            return self._cannot(f"aplay: {lines[-1] if lines else f'exit status {played.returncode}'}")
        self._said_no = ""
        return True

    def _cannot(self, why: str) -> bool:
        if why != self._said_no:
            _LOG.warning("announcements are not played: %s", why)
        self._said_no = why
        return False


def player_for(play: str) -> Player:
    """The player that the setting speech.play asks for: "auto" or "never"."""
    return Aplay() if play == "auto" else Silence()
