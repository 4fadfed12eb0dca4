from __future__ import annotations

import io
import os
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from reports.sound import Sound, SoundError, join, read_wav, silence, tone, trimmed, write_wav
from reports.speech import EspeakVoice, SpeechError, speakable
from reports.words import Language

SAID: dict[Language, str] = {
    "en": "Bed 12: severe pain, grade 3. Please check.",
    "zh": "12床：重度疼痛，3级。请复核。",
}


def loudness_dbfs(sound: Sound) -> float:
    return float(20 * np.log10(np.sqrt(np.mean((sound.samples / 32767.0) ** 2))))


@pytest.fixture
def without_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which espeakng-loader is not installed, as far as child processes can see."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "espeakng_loader.py").write_text("raise ImportError('not here')\n")
    monkeypatch.setenv("PYTHONPATH", str(hidden))


def program(folder: Path, script: str) -> str:
    """A program in place of espeak-ng that does as told."""
    path = folder / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_announcement_is_heard_and_does_not_clip(language: Language) -> None:
    data = EspeakVoice(tone=False).wav(SAID[language], language)

    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
        assert file.getnframes() * 2 + 44 == len(data)
    sound = read_wav(data)
    assert 3.0 < sound.length_s < 9.0
    assert 0.3 < sound.peak < 0.95
    assert -32 < loudness_dbfs(sound) < -15


def test_the_two_languages_are_two_voices_and_speed_is_heard() -> None:
    slow = read_wav(EspeakVoice(100, tone=False).wav(SAID["en"], "en"))
    quick = read_wav(EspeakVoice(200, tone=False).wav(SAID["en"], "en"))
    assert slow.length_s > 1.4 * quick.length_s
    quiet = read_wav(EspeakVoice(volume=20, tone=False).wav(SAID["en"], "en"))
    assert quiet.peak < 0.5 * slow.peak


def test_a_tone_comes_first() -> None:
    plain = read_wav(EspeakVoice(tone=False).wav(SAID["en"], "en"))
    toned = read_wav(EspeakVoice().wav(SAID["en"], "en"))
    expected = join([tone(22_050), silence(0.25, 22_050), plain])
    assert np.array_equal(toned.samples, expected.samples)
    spectrum = np.abs(np.fft.rfft(toned.samples[: round(0.18 * 22_050)]))
    assert np.argmax(spectrum) / 0.18 == pytest.approx(880, abs=8)


@pytest.mark.parametrize("nothing", ["", "   ", "\n\x00", "…。"])
def test_nothing_to_say_is_refused(nothing: str) -> None:
    with pytest.raises(SpeechError, match="nothing to say"):
        EspeakVoice().wav(nothing, "en")


def test_too_much_to_say_is_refused() -> None:
    with pytest.raises(SpeechError, match="501 characters"):
        EspeakVoice().wav("a" * 501, "en")


def test_control_characters_and_halves_of_characters_are_not_spoken() -> None:
    assert speakable("Bed\x00 12:\n\ud800 ok\u202e") == "Bed 12: ok"


def test_no_time_left_is_an_error_and_not_a_wait() -> None:
    with pytest.raises(SpeechError, match="took too long"):
        EspeakVoice(timeout_s=0.01).wav(SAID["en"], "en")


@pytest.mark.usefixtures("without_library")
def test_a_program_that_hangs_is_stopped(tmp_path: Path) -> None:
    hanging = program(tmp_path, "exec sleep 60")
    with pytest.raises(SpeechError, match="took too long"):
        EspeakVoice(timeout_s=1.5, program=hanging).wav(SAID["en"], "en")


@pytest.mark.usefixtures("without_library")
def test_without_the_library_the_program_speaks(tmp_path: Path) -> None:
    hum = (np.sin(np.arange(22_050) / 10) * 9_000).astype(np.int16)
    streamed = bytearray(write_wav(Sound(hum, 22_050)))
    streamed[4:8] = streamed[40:44] = (0x7FFFF000).to_bytes(4, "little")  # as espeak-ng claims when it writes to a pipe
    (tmp_path / "out.wav").write_bytes(streamed)
    voice = EspeakVoice(
        140,
        60,
        tone=False,
        program=program(tmp_path, f'cat > {tmp_path}/in; echo "$@" > {tmp_path}/args; cat {tmp_path}/out.wav'),
    )

    sound = read_wav(voice.wav(SAID["zh"], "zh"))

    assert np.array_equal(sound.samples[:22_050], hum)
    assert (tmp_path / "in").read_text() == SAID["zh"]
    arguments = (tmp_path / "args").read_text()
    assert "-v cmn" in arguments
    assert "-s 140 -a 60" in arguments
    assert "疼" not in arguments, "arguments are seen by everyone on the machine"


@pytest.mark.usefixtures("without_library")
@pytest.mark.parametrize("script", ["exit 0", "echo no such voice >&2; exit 1", "echo hello"])
def test_no_engine_that_speaks_is_told_with_all_reasons(script: str, tmp_path: Path) -> None:
    with pytest.raises(
        SpeechError, match=r"espeakng-loader cannot be used: not here; .*Install peea\[speech\]"
    ) as failure:
        EspeakVoice(program=program(tmp_path, script)).wav(SAID["en"], "en")
    assert "severe" not in str(failure.value), "what was to be said stays out of logs"


@pytest.mark.usefixtures("without_library")
def test_no_engine_at_all_says_what_to_install() -> None:
    with pytest.raises(SpeechError, match=r"espeak-none is not installed.*peea\[speech\]"):
        EspeakVoice(program="espeak-none").wav(SAID["en"], "en")


def test_the_gpl_library_is_never_in_our_own_process() -> None:
    EspeakVoice().wav(SAID["en"], "en")
    maps = Path(f"/proc/{os.getpid()}/maps").read_text()
    assert "libespeak-ng" not in maps


def test_a_wav_is_read_as_it_was_written() -> None:
    sound = Sound(np.array([0, 32_767, -32_768, 5], np.int16), 24_000)
    again = read_wav(write_wav(sound))
    assert again.rate_hz == 24_000
    assert np.array_equal(again.samples, sound.samples)


def test_what_is_no_sound_is_refused() -> None:
    for data in (b"", b"RIFF", b"<html>", write_wav(Sound(np.zeros(0, np.int16), 8_000))):
        with pytest.raises(SoundError):
            read_wav(data)


def test_sounds_of_different_rates_are_not_joined() -> None:
    with pytest.raises(SoundError, match=r"\[8000, 24000\]"):
        join([silence(0.1, 8_000), silence(0.1, 24_000)])
    with pytest.raises(SoundError):
        join([])


def test_silence_around_speech_is_cut_and_speech_is_not() -> None:
    speech = np.full(1_000, 9_000, np.int16)
    sound = join([silence(1.0, 8_000), Sound(speech, 8_000), silence(2.0, 8_000)])
    cut = trimmed(sound, kept_s=0.05)
    assert len(cut.samples) == 1_000 + 2 * 400
    assert np.array_equal(cut.samples[400:1_400], speech)
