"""`peea speech render`."""

from __future__ import annotations

from pathlib import Path

from archive.files import write_whole
from daemon.settings_file import found_settings
from daemon.terminal import told
from reports.gtts_voice import render_ahead


def render(settings_file: Path | None, ward: Path | None) -> None:
    """Fetch what is missing of the ward's phrases. Raises: reports.speech.SpeechError: a phrase could not be had."""
    settings = found_settings(settings_file, ward)
    folder = settings.speech.gtts_folder
    with told("fetching phrases") as say:
        say(f"into {folder}")
        fetched = render_ahead(folder, settings.ward.language, settings.speech.gtts_timeout_s, write=write_whole)
    print(f"{fetched} phrases fetched; all are in {folder}")
    if settings.speech.engine != "gtts":
        print('They are used once [speech] engine = "gtts" stands in the settings.')
