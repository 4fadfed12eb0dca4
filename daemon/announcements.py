"""Announcements: the sound file of a result, made before anything is played, and played at most as often as needed."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

from archive.files import write_whole
from daemon.player import Player
from reports.record import Record
from reports.sentences import announcement
from reports.speech import SpeechError, Voice
from reports.words import Language

_LOG = logging.getLogger(__name__)


class Announcements:
    """A ward's announcements. A voice that fails costs the sound, never the row."""

    def __init__(self, folder: Path, voice: Voice | None, player: Player, language: Language) -> None:
        self._folder = folder
        self._voice = voice
        self._player = player
        self._language: Language = language

    def path_of(self, record: Record, day: date) -> Path:
        """Where the sound of that record is: by day and number, never by name or bed."""
        return self._folder / day.isoformat() / f"{record.number}.wav"

    def make(self, record: Record, day: date) -> Path | None:
        """The sound file on disk; None if the ward has no voice or it failed."""
        if self._voice is None:
            return None
        path = self.path_of(record, day)
        try:
            sound = self._voice.wav(announcement(record, self._language), self._language)
            path.parent.mkdir(mode=0o750, exist_ok=True)
            write_whole(path, sound)
        except (SpeechError, OSError) as error:
            _LOG.warning("%s: no announcement: %s", record.record_id[:8], error)
            return None
        return path

    def play(self, path: Path) -> None:
        """Let the ward hear it, where it can be heard."""
        self._player.play(path)
