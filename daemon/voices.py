"""Which voice the settings ask for."""

from __future__ import annotations

from config.settings import Speech
from reports.gtts_voice import GttsVoice
from reports.speech import EspeakVoice, Voice


def voice_for(speech: Speech) -> Voice | None:
    """The voice of speech.engine; None: announcements are off."""
    match speech.engine:
        case "espeak":
            return EspeakVoice(speech.words_per_minute, speech.volume)
        case "gtts":
            return GttsVoice(speech.gtts_folder)
        case "off":
            return None
