"""What `peea doctor` asks of the parts that work: the network for its golden batch, the voice for a sentence."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from archive.models import ModelStoreError, whole_version
from config.settings import Settings
from daemon.findings import Finding, fault, fine, remark
from daemon.grades import cache_folder, model_folder
from daemon.voices import voice_for
from grading.serving import ServingFormError
from grading.version import ModelVersion, VersionError
from grading.weights import WeightsError
from reports.speech import SpeechError

_SENTENCES = {"en": "Bed 12: severe pain, grade 3.", "zh": "12床：重度疼痛，3级。"}


def model(settings: Settings) -> Iterator[Finding]:
    """Whether the network in use is whole and gives the answers that it gave when it was made."""
    try:
        version = whole_version(model_folder(settings))
        _prove(version, settings)
    except (VersionError, WeightsError, ServingFormError, ModelStoreError, OSError) as error:
        yield fault("model", f"the network in use cannot be relied on: {error}")
        return
    yield fine("model", f"{version.card.version} is whole and gives its answers to the golden batch")
    if version.card.synthetic_only:
        yield remark("model", "it was trained on synthetic patients only")


def speech(settings: Settings) -> Iterator[Finding]:
    """Whether the voice speaks and something could play it."""
    voice = voice_for(settings.speech)
    if voice is None:
        yield fine("speech", "announcements are off (speech.engine)")
        return
    language = settings.ward.language
    try:
        sound = voice.wav(_SENTENCES[language], language)
    except (SpeechError, OSError) as error:
        yield fault("speech", f"nothing can be announced: {error}")
        return
    yield fine("speech", f"{settings.speech.engine} speaks ({len(sound)} bytes)")
    if settings.speech.play == "auto" and shutil.which("aplay") is None:
        yield remark("speech", "the program aplay is not installed: announcements are files only (package alsa-utils)")


def _prove(version: ModelVersion, settings: Settings) -> None:
    """With the serving form that the daemon made, if it is there; otherwise with one that goes when we are done."""
    from grading.ready import is_served, prove

    cache = cache_folder(settings)
    if is_served(version, cache):
        prove(version, cache, settings.grading.threads)
        return
    with tempfile.TemporaryDirectory(prefix="peea-") as folder:
        prove(version, Path(folder), settings.grading.threads)
