from __future__ import annotations

import logging
import os
import shutil
import stat
import wave
from pathlib import Path

import pytest

from daemon.player import Aplay, Silence, player_for

# ALSA's own way to hear without a sound card: what is played lands in a file
ASOUND = """
pcm.!default {{ type plug slave.pcm tofile }}
pcm.tofile {{ type file slave.pcm {{ type null }} file "{file}" format "wav" }}
"""


def a_sound(path: Path, seconds: float = 0.5) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(22050)
        out.writeframes(b"\x10\x20" * int(22050 * seconds))
    return path


def program(folder: Path, script: str) -> str:
    path = folder / "player"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.skipif(shutil.which("aplay") is None, reason="needs aplay (package alsa-utils)")
def test_the_sound_really_reaches_alsa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = tmp_path / "heard.wav"
    (tmp_path / "asound.conf").write_text(ASOUND.format(file=heard), encoding="ascii")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))

    assert Aplay().play(a_sound(tmp_path / "3.wav"))

    assert b"\x10\x20" * 1000 in heard.read_bytes()


@pytest.mark.skipif(shutil.which("aplay") is None, reason="needs aplay (package alsa-utils)")
def test_no_sound_card_is_one_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "asound.conf").write_text("", encoding="ascii")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    player = Aplay()

    with caplog.at_level(logging.WARNING):
        assert not player.play(a_sound(tmp_path / "3.wav"))
        assert not player.play(a_sound(tmp_path / "4.wav"))

    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("announcements are not played: aplay: ")


def test_a_missing_player_is_one_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert not Aplay("no-such-player").play(a_sound(tmp_path / "3.wav"))

    assert "not installed" in caplog.text


def test_a_player_that_cannot_be_run_fails_softly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = tmp_path / "player"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o700)

    assert not Aplay(str(broken)).play(tmp_path / "3.wav")

    assert "cannot be run" in caplog.text


def test_trouble_that_returns_is_said_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    player = Aplay(program(tmp_path, f'[ -e "{tmp_path}/card" ]'))
    sound = a_sound(tmp_path / "3.wav")

    assert not player.play(sound)
    os.close(os.open(tmp_path / "card", os.O_CREAT))
    assert player.play(sound)
    (tmp_path / "card").unlink()
    assert not player.play(sound)

    assert len(caplog.messages) == 2


def test_the_setting_chooses_the_player(tmp_path: Path) -> None:
    assert isinstance(player_for("auto"), Aplay)
    assert isinstance(player_for("never"), Silence)
    assert not Silence().play(tmp_path / "3.wav")
