from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from reports.gtts_voice import GttsVoice, render_ahead
from reports.sentences import Phrase, announcement, fixed_phrases, sentence_words
from reports.sound import read_wav, tone
from reports.speech import SpeechError
from tests.reports.fake_google import FakeGoogle, fake_google
from tests.reports.samples import eight

SOME = (Phrase("bed", "Bed"), Phrase("number-3", "three"), Phrase("grade-0", "no pain seen."))


def reach(server: FakeGoogle, monkeypatch: pytest.MonkeyPatch, *, trusted: bool = True) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, server.proxy)
    for name in ("NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))


def test_phrases_are_fetched_once_and_make_up_an_announcement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = tmp_path / "clips"
    with fake_google("ok", tmp_path) as server:
        reach(server, monkeypatch)
        assert render_ahead(clips, "en", 5.0, phrases=SOME) == 3
        assert render_ahead(clips, "en", 5.0, phrases=SOME) == 0
    assert server.asked == ["Bed", "three", "no pain seen."]

    text = announcement(eight()[0], "en")
    assert text == "Bed 3: no pain seen."
    with_tone = read_wav(GttsVoice(clips).wav(text, "en"))
    without = read_wav(GttsVoice(clips, tone=False).wav(text, "en"))
    # Three clips of half a second, trimmed of the silence that the server sends around each; 24 kHz as they came.
    assert without.rate_hz == 24_000
    assert 1.7 < without.length_s < 2.4
    assert 0.3 < without.peak < 0.5
    assert with_tone.length_s - without.length_s == pytest.approx(tone(24_000).length_s + 0.25, abs=0.01)


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("429", "429"),
        ("html", "no sound in it"),
        ("empty", "no sound in it"),
        ("garbage", "no MP3"),
        ("hang", "fetched"),
        ("drip", "within 1.5 s"),
    ],
)
def test_no_failure_of_the_far_side_leaves_a_clip_or_takes_longer_than_allowed(
    mood: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = tmp_path / "clips"
    with fake_google(mood, tmp_path) as server:
        reach(server, monkeypatch)
        began_s = time.monotonic()
        with pytest.raises(SpeechError, match=said):
            render_ahead(clips, "en", 1.5, phrases=SOME)
    assert time.monotonic() - began_s < 8
    assert not [path for path in clips.rglob("*") if path.is_file()]


def test_what_was_fetched_before_a_failure_is_kept_and_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = tmp_path / "clips"
    with fake_google("429", tmp_path, ok_first=2) as server:
        reach(server, monkeypatch)
        with pytest.raises(SpeechError, match=r"'grade-0' \(en\).*2 of 3 were fetched and are kept"):
            render_ahead(clips, "en", 5.0, phrases=SOME)
        server.mood = "ok"
        assert render_ahead(clips, "en", 5.0, phrases=SOME) == 1
    assert server.asked == ["Bed", "three", "no pain seen.", "no pain seen."]


def test_a_stranger_with_googles_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_google("ok", tmp_path) as server:
        reach(server, monkeypatch, trusted=False)
        with pytest.raises(SpeechError, match="SSLError"):
            render_ahead(tmp_path / "clips", "en", 5.0, phrases=SOME)
    assert server.asked == []


def test_without_a_network_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(SpeechError, match=r"'bed'.*Failed to connect"):
        render_ahead(tmp_path, "zh", 5.0, phrases=(Phrase("bed", "床"),))


def test_clips_are_put_in_place_by_the_writer_that_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, int] = {}
    with fake_google("ok", tmp_path) as server:
        reach(server, monkeypatch)
        render_ahead(
            tmp_path / "clips",
            "zh",
            5.0,
            write=lambda path, data: written.update({path.name: len(data)}),
            phrases=(Phrase("bed", "床"),),
        )
    assert list(written) == ["bed.wav"]
    assert server.asked == ["床"]
    assert not list((tmp_path / "clips" / "zh").iterdir())


def test_only_announcements_are_spoken(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="no announcement"):
        GttsVoice(tmp_path).wav("Bed 3: Wang Xiaoming is in pain.", "en")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_missing_or_damaged_clip_is_told_by_name(damage: str, tmp_path: Path) -> None:
    text = announcement(eight()[0], "zh")
    for phrase in sentence_words(text, "zh"):
        path = tmp_path / "zh" / f"{phrase.key}.wav"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"RIFF" if damage == "cut" else b"")
    if damage == "missing":
        (tmp_path / "zh" / "number-3.wav").unlink()
    with pytest.raises(SpeechError, match=r"number-3\.wav"):
        GttsVoice(tmp_path).wav(text, "zh")


def test_gtts_is_not_imported_to_speak() -> None:
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, reports.gtts_voice; print({'gtts', 'soundfile', 'requests'} & {*sys.modules})",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert seen.stdout.strip() == "set()"


def test_every_phrase_has_a_key_of_its_own_that_is_a_safe_file_name() -> None:
    for language in ("en", "zh"):
        keys = [phrase.key for phrase in fixed_phrases(language)]
        assert len(set(keys)) == len(keys)
        assert all(key.replace("-", "").replace("_", "").isalnum() and key.isascii() for key in keys)
