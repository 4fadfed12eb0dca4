"""Voices: an announcement turned into a sound file, without any network by default (docs/adr/0005-speech.md)."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Protocol

from config.programs import own_program
from reports.sound import SoundError, announced, read_wav, write_wav
from reports.words import Language

LONGEST_TEXT = 500  # an announcement has fewer than 100 characters; what is longer was not meant for a corridor
_VOICES: dict[Language, str] = {"en": "en-us", "zh": "cmn"}


class SpeechError(RuntimeError):
    """No sound was made; the message says why and what to do, never what was to be said."""


class Voice(Protocol):
    """Speaks announcements."""

    def wav(self, text: str, language: Language) -> bytes:
        """The text as a WAV file: one channel, 16 bits.

        Raises:  SpeechError: it cannot be spoken.
        """
        ...


class EspeakVoice:
    """eSpeak NG, offline: its library (extra `speech`) in a process of its own, else the program espeak-ng."""

    def __init__(
        self,
        words_per_minute: int = 150,
        volume: int = 65,
        *,
        tone: bool = True,
        timeout_s: float = 20.0,
        program: str = "espeak-ng",
    ) -> None:
        """Choose how it speaks.

        Args:    volume: per cent; Mandarin clips above 70. tone: two notes first, so that people listen.
                 timeout_s: for library and program together. program: name or path, used where there is no library.
        """
        self._words_per_minute = words_per_minute
        self._volume = volume
        self._tone = tone
        self._timeout_s = timeout_s
        self._program = program

    def wav(self, text: str, language: Language) -> bytes:
        """The text as a WAV file: 22.05 kHz, one channel, 16 bits.

        Raises:  SpeechError: nothing to say, too much to say, no engine, no sound, or it took too long.
        """
        spoken = speakable(text)
        until_s = time.monotonic() + self._timeout_s
        failures: list[str] = []
        for command in (self._library(language), self._espeak_ng(language)):
            if not command:
                failures.append(f"the program {self._program} is not installed")
                continue
            try:
                return self._announced(_run(command, spoken, until_s))
            except (_EngineError, SoundError) as failure:
                failures.append(str(failure))
        raise SpeechError(f"{'; '.join(failures)}. Install peea[speech] or the package espeak-ng")

    def _announced(self, wav: bytes) -> bytes:
        return write_wav(announced(read_wav(wav), with_tone=self._tone))

    def _library(self, language: Language) -> list[str]:
        options = ["--words-per-minute", str(self._words_per_minute), "--volume", str(self._volume)]
        return own_program("reports.espeak", "--voice", _VOICES[language], *options)

    def _espeak_ng(self, language: Language) -> list[str]:
        """The command, or nothing where there is no such program."""
        program = shutil.which(self._program)
        if program is None:
            return []
        options = ["-s", str(self._words_per_minute), "-a", str(self._volume), "--stdin", "--stdout", "-b", "1"]
        return [program, "-v", _VOICES[language], *options]


class _EngineError(Exception):
    """One engine failed; there may be another."""


def speakable(text: str) -> str:
    """The text in one line, without what cannot be spoken.

    Raises:  SpeechError: nothing is left, or it is too long.
    """
    spoken = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if not any(each.isalnum() for each in spoken):
        raise SpeechError("there is nothing to say: the text has no letter and no digit")
    if len(spoken) > LONGEST_TEXT:
        raise SpeechError(f"the text has {len(spoken)} characters; announcements have at most {LONGEST_TEXT}")
    return spoken


def _run(command: list[str], text: str, until_s: float) -> bytes:
    """What the command wrote. The text goes in at stdin: arguments are seen by everyone on the machine."""
    left_s = until_s - time.monotonic()
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            timeout=max(0.0, left_s),
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise SpeechError("speaking took too long and was stopped; the machine may be overloaded") from late
    except OSError as mistake:
        raise _EngineError(f"{Path(command[0]).name} cannot be run: {mistake.strerror}") from mistake
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise _EngineError(" ".join(last) or f"{Path(command[0]).name} ended with {done.returncode}")
    return done.stdout
