from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from archive.jobs import State
from config.settings import load
from daemon.announcements import Announcements
from daemon.player import Silence
from daemon.records import record_of
from daemon.voices import voice_for
from reports.gtts_voice import GttsVoice
from reports.speech import EspeakVoice, SpeechError
from reports.words import Language
from tests.hospital import SEVERE, Hospital


@dataclass
class HoarseVoice:
    """Can say nothing."""

    def wav(self, text: str, language: Language) -> bytes:
        raise SpeechError("no engine")


def test_the_sound_is_kept_by_day_and_number(ward: Hospital) -> None:
    ward.drop("王小明_bed3.mp4", SEVERE)

    ward.work()

    (sound,) = (path for path in ward.place.announcements.rglob("*") if path.is_file())
    assert sound == ward.place.announcements / "2026-11-23/1.wav"
    with wave.open(io.BytesIO(sound.read_bytes())) as opened:
        assert opened.getnframes() == 800


def test_a_voice_that_fails_costs_the_sound_and_not_the_row(ward: Hospital, caplog: pytest.LogCaptureFixture) -> None:
    ward.drop("bed3.mp4", SEVERE)
    ward.work()
    announcements = Announcements(ward.place.announcements, HoarseVoice(), Silence(), "en")

    assert announcements.make(record_of(ward.row()), date(2026, 11, 23)) is None

    assert "no announcement: no engine" in caplog.text
    assert ward.row().state is State.ARCHIVED


def test_a_ward_without_a_voice_hears_nothing(ward: Hospital) -> None:
    ward.drop("bed3.mp4", SEVERE)
    ward.work()

    silent = Announcements(ward.place.announcements / "none", None, Silence(), "en")

    assert silent.make(record_of(ward.row()), date(2026, 11, 23)) is None
    assert not (ward.place.announcements / "none").exists()


@pytest.mark.parametrize(("engine", "kind"), [("espeak", EspeakVoice), ("gtts", GttsVoice), ("off", type(None))])
def test_the_setting_chooses_the_voice(tmp_path: Path, engine: str, kind: type) -> None:
    (tmp_path / "peea.toml").write_text(f'[speech]\nengine = "{engine}"\n', encoding="ascii")

    assert isinstance(voice_for(load(tmp_path / "peea.toml").speech), kind)
