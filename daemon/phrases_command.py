"""`peea phrases`."""

from __future__ import annotations

from pathlib import Path

from archive.files import write_whole
from daemon.settings_file import found_settings
from daemon.terminal import told
from reports.gtts_voice import render_ahead


def phrases(settings_file: Path | None, ward: Path | None) -> None:
    """Fetch what is missing in the ward's language. Raises: reports.speech.SpeechError: it cannot be had."""
    settings = found_settings(settings_file, ward)
    folder, language = settings.speech.gtts_folder, settings.ward.language
    with told("fetching phrases"):
        fetched = render_ahead(folder, language, settings.speech.gtts_timeout_s, write=write_whole)
    print(f"{fetched} phrases fetched; all are in {folder / language}")
