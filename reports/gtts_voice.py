"""Google's voice, as an option: fixed phrases fetched ahead of time, joined when something is to be said.

Only the fixed phrases of `sentences` are ever sent, never an announcement, and nothing is sent when one is spoken.
gTTS, requests and libsndfile are imported only in the child process `python -m reports.gtts_voice` (their home is
here): it can be stopped at any moment, whatever the far side does.
"""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from config.programs import own_program
from reports.sentences import NotFixedError, Phrase, fixed_phrases, sentence_words
from reports.sound import Sound, SoundError, announced, join, read_wav, silence, trimmed, write_wav
from reports.speech import SpeechError
from reports.words import Language

_LANGUAGES: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
_PAUSE_S = 0.08
_START_S = 30  # importing the libraries on a slow machine
_LENGTH = struct.Struct(">I")
_NO_PHRASE = 1


class GttsVoice:
    """Speaks announcements from clips in a folder; `render_ahead` makes the clips."""

    def __init__(self, folder: Path, *, tone: bool = True) -> None:
        """Choose the folder of clips, and whether two notes come first, so that people listen."""
        self._folder = folder
        self._tone = tone

    def wav(self, text: str, language: Language) -> bytes:
        """The announcement as a WAV file: one channel, 16 bits, at the rate of the clips.

        Raises:  SpeechError: it is no announcement, or a clip is missing or damaged.
        """
        try:
            phrases = sentence_words(text, language)
        except NotFixedError as unknown:
            raise SpeechError(str(unknown)) from unknown
        clips: list[Sound] = []
        for phrase in phrases:
            clip = _clip(_path(self._folder, language, phrase))
            clips += [clip, silence(_PAUSE_S, clip.rate_hz)]
        try:
            return write_wav(announced(join(clips), with_tone=self._tone))
        except SoundError as mixed:
            raise SpeechError(f"the clips in {self._folder / language} do not go together: {mixed}") from mixed


def render_ahead(
    folder: Path,
    language: Language,
    timeout_s: float,
    *,
    write: Callable[[Path, bytes], None] | None = None,
    phrases: Sequence[Phrase] | None = None,
) -> int:
    """Fetch every fixed phrase that is not there yet; what is there stays, so an interrupted run goes on where it was.

    Args:    timeout_s: for each phrase, whatever the network does. write: puts a whole file in place; a plain
             temporary file and rename unless given. phrases: others than `fixed_phrases(language)`.
    Returns: how many clips were fetched.
    Raises:  SpeechError: a phrase could not be had; those before it are kept. OSError: the folder cannot be written.
    """
    missing = [each for each in phrases or fixed_phrases(language) if not _is_whole(_path(folder, language, each))]
    if not missing:
        return 0
    (folder / language).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as messages:
        command = own_program("reports.gtts_voice", _LANGUAGES[language], str(timeout_s))
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
        ) as child:
            fetched = _collect(child, missing, lambda each: _path(folder, language, each), write or _write_whole)
        if fetched < len(missing):
            why = _why(child.returncode, messages, timeout_s)
            raise SpeechError(
                f"phrase {missing[fetched].key!r} ({language}) could not be fetched: {why}. "
                f"{fetched} of {len(missing)} were fetched and are kept; run this again later"
            )
    return fetched


def _collect(
    child: subprocess.Popen[bytes],
    missing: Sequence[Phrase],
    path_of: Callable[[Phrase], Path],
    write: Callable[[Path, bytes], None],
) -> int:
    """Write each clip as it comes; how many came."""
    if child.stdin is None or child.stdout is None:
        raise ValueError("the child process must have been started with pipes")
    try:
        child.stdin.write(json.dumps([phrase.text for phrase in missing]).encode())
        child.stdin.close()
    except BrokenPipeError:
        return 0  # it ended before it read anything; its message says why
    for fetched, phrase in enumerate(missing):
        head = child.stdout.read(_LENGTH.size)
        clip = child.stdout.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
        if not clip or not _is_sound(clip):
            return fetched
        write(path_of(phrase), clip)
    return len(missing)


def _why(status: int, messages: IO[bytes], timeout_s: float) -> str:
    if status == -signal.SIGALRM:
        return f"no whole answer within {timeout_s:g} s"
    messages.seek(0)
    last = messages.read().decode(errors="replace").strip().splitlines()[-1:]
    return " ".join(last) or f"the child process ended with {status}"


def _path(folder: Path, language: Language, phrase: Phrase) -> Path:
    return folder / language / f"{phrase.key}.wav"


def _clip(path: Path) -> Sound:
    try:
        return read_wav(path.read_bytes())
    except OSError as mistake:
        raise SpeechError(f"the clip {path} cannot be read ({mistake.strerror}); fetch the phrases again") from mistake
    except SoundError as damaged:
        raise SpeechError(f"the clip {path} is damaged ({damaged}); remove it and fetch the phrases") from damaged


def _is_whole(path: Path) -> bool:
    return path.is_file() and _is_sound(path.read_bytes())


def _is_sound(data: bytes) -> bool:
    try:
        return read_wav(data).length_s > 0
    except SoundError:
        return False


def _write_whole(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _main() -> int:
    """The child process: phrases in at stdin as JSON; out, for each, four bytes of length and a WAV file."""
    signal.setitimer(signal.ITIMER_REAL, _START_S)
    language, timeout_s = sys.argv[1], float(sys.argv[2])
    _check_certificates()
    for text in json.loads(sys.stdin.buffer.read()):
        # The clock ends the process: gTTS's own timeout is none against an answer that drips in byte by byte.
        signal.setitimer(signal.ITIMER_REAL, timeout_s)
        try:
            wav = _fetch(text, language, timeout_s)
        except SpeechError as failure:
            sys.stderr.write(f"{failure}\n")
            return _NO_PHRASE
        sys.stdout.buffer.write(_LENGTH.pack(len(wav)) + wav)
        sys.stdout.buffer.flush()
    return 0


def _fetch(text: str, language: str, timeout_s: float) -> bytes:
    """One phrase by gTTS, its MP3 decoded and trimmed. Nothing goes through a file, so no empty one is left."""
    import gtts  # noqa: PLC0415  # extras, imported only in the child process and only when chosen
    import soundfile  # type: ignore[import-untyped]  # noqa: PLC0415

    mp3 = io.BytesIO()
    try:
        gtts.gTTS(text, lang=language, timeout=timeout_s).write_to_fp(mp3)
    except gtts.gTTSError as failure:
        cause = type(failure.__context__).__name__ if failure.__context__ else "no sound in the answer"
        raise SpeechError(f"{failure} ({cause})") from failure
    if not mp3.getvalue():
        raise SpeechError("the answer has no sound in it; a log-in page of the network may have answered")
    mp3.seek(0)
    try:
        samples, rate_hz = soundfile.read(mp3, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as damaged:
        raise SpeechError(f"the answer is no MP3 file: {damaged}") from damaged
    if not samples.any():
        raise SpeechError("the answer is silent")
    return write_wav(trimmed(Sound(samples.mean(axis=1).astype("int16"), rate_hz)))


def _check_certificates() -> None:
    """Have every certificate checked: gTTS asks for none, and so whoever sits between could change a spoken grade."""
    import requests  # noqa: PLC0415

    send = requests.Session.send

    def send_checked(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        return send(session, request, **{**options, "verify": os.environ.get("REQUESTS_CA_BUNDLE") or True})

    requests.Session.send = send_checked  # type: ignore[method-assign, assignment]  # its own sessions


if __name__ == "__main__":
    sys.exit(_main())
