"""Sound as samples: read and written as WAV, joined, a tone to make people listen (pure).

Convention: int16 (n,), one channel, full scale 32767.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32767
_TONES_HZ = (880.0, 660.0)  # two falling notes: known from stations and lifts, not from any alarm on a ward
_TONE_S = 0.18
_TONE_PEAK = 0.35
_EDGE_S = 0.01


class SoundError(ValueError):
    """Bytes that are no sound of the kind wanted, or sounds that do not go together."""


@dataclass(frozen=True)
class Sound:
    """Samples int16 (n,) at a rate."""

    samples: NDArray[np.int16]
    rate_hz: int

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate_hz

    @property
    def peak(self) -> float:
        """The loudest sample, 0..1; 1 is where clipping begins."""
        return float(np.abs(self.samples.astype(np.int32)).max(initial=0)) / FULL_SCALE


def read_wav(data: bytes) -> Sound:
    """A WAV file of 16 bits; channels are averaged. A header that claims more than there is (a stream's) is no error.

    Raises:  SoundError: it is no such file, or there is no sound in it.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width_bytes, rate_hz = file.getnchannels(), file.getsampwidth(), file.getframerate()
            raw = file.readframes(len(data))
    except (wave.Error, EOFError) as mistake:
        raise SoundError(f"{len(data)} bytes are no WAV file: {mistake or 'it ends too early'}") from mistake
    if width_bytes != 2 or rate_hz <= 0:
        raise SoundError(f"a WAV file of {8 * width_bytes} bits at {rate_hz} Hz; 16 bits are needed")
    whole = len(raw) - len(raw) % (2 * channels)
    samples = np.frombuffer(raw[:whole], dtype="<i2").reshape(-1, channels)
    if not len(samples):
        raise SoundError("a WAV file without any sound in it")
    return Sound(samples.mean(axis=1).astype(np.int16), rate_hz)


def write_wav(sound: Sound) -> bytes:
    """The sound as a WAV file: one channel, 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sound.rate_hz)
        writer.writeframes(sound.samples.astype("<i2").tobytes())
    return file.getvalue()


def join(sounds: Sequence[Sound]) -> Sound:
    """One after the other.

    Raises:  SoundError: there are none, or their rates differ.
    """
    rates_hz = {sound.rate_hz for sound in sounds}
    if len(rates_hz) != 1:
        raise SoundError(f"sounds of the rates {sorted(rates_hz)} Hz cannot be joined; make them again in one go")
    return Sound(np.concatenate([sound.samples for sound in sounds]), rates_hz.pop())


def silence(length_s: float, rate_hz: int) -> Sound:
    """Nothing to hear."""
    return Sound(np.zeros(round(length_s * rate_hz), np.int16), rate_hz)


def tone(rate_hz: int) -> Sound:
    """Two short notes that make people listen, with soft edges so that nothing clicks."""
    at_s = np.arange(round(_TONE_S * rate_hz)) / rate_hz
    edge = np.clip(np.minimum(at_s, _TONE_S - at_s) / _EDGE_S, 0, 1)
    notes = [np.sin(2 * np.pi * hertz * at_s) * edge for hertz in _TONES_HZ]
    return Sound((np.concatenate(notes) * _TONE_PEAK * FULL_SCALE).astype(np.int16), rate_hz)


def trimmed(sound: Sound, kept_s: float = 0.04) -> Sound:
    """Without the silence before and after, but for `kept_s`; clips joined as they come would drawl."""
    heard = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > FULL_SCALE // 100)
    if not len(heard):
        return sound
    kept = round(kept_s * sound.rate_hz)
    return Sound(sound.samples[max(0, heard[0] - kept) : heard[-1] + kept + 1], sound.rate_hz)


def announced(speech: Sound, *, with_tone: bool) -> Sound:
    """Speech as it is played: after the tone if wanted, with a pause before and after."""
    rate_hz = speech.rate_hz
    before = [tone(rate_hz), silence(0.25, rate_hz)] if with_tone else []
    return join([*before, speech, silence(0.15, rate_hz)])
