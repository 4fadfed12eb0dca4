"""What the daemon enters in the audit trail when it starts: that it did, with what, and which settings are new."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from archive.audit import Deed
from archive.keys import KeyFileError, Recipient, read_recipients
from archive.ledger import Ledger
from config.settings import Settings
from daemon.clock import Clock

RECIPIENTS = "recipients"
_LOG = logging.getLogger(__name__)


def enter_start(ledger: Ledger, settings: Settings, model: str, clock: Clock) -> None:
    """Enter the start, and each setting whose value is not the one of the last start."""
    now = clock.now()
    values = values_of(settings, model)
    changed = ledger.note_settings(values, now)
    ledger.note(
        Deed.STARTED,
        "",
        now,
        program=version("peea"),
        model=model,
        settings=fingerprint_of(values),
        process=os.getpid(),
    )
    if changed:
        _LOG.info("settings that were not so at the last start: %s", ", ".join(changed))
    _LOG.info("the audit trail stands at %s", ledger.audit_head())


def values_of(settings: Settings, model: str) -> dict[str, str]:
    """All that decides what the daemon does: each setting by its key, the network, and for whom is sealed."""
    sections = settings.model_dump(mode="json")
    values = {f"{name}.{key}": json.dumps(value) for name, keys in sections.items() for key, value in keys.items()}
    return {**values, "model": model, RECIPIENTS: _recipients(settings)}


def fingerprint_of(values: Mapping[str, str]) -> str:
    """The same 16 digits as long as no value is another."""
    text = json.dumps(sorted(values.items()), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def recipients_value(recipients: Iterable[Recipient]) -> str:
    """For whom is sealed, as the trail tells it. Read for each recording, so it may change between two starts."""
    return " ".join(sorted(map(str, recipients)))


def _recipients(settings: Settings) -> str:
    try:
        return recipients_value(read_recipients(settings.archive.recipients_file))
    except (OSError, KeyFileError) as error:
        return f"not readable ({type(error).__name__})"
