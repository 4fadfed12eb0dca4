"""Whether recordings may be sealed for these keys: one key is one accident away from losing every recording."""

from __future__ import annotations

from collections.abc import Sequence

from archive.keys import Recipient, read_recipients
from config.settings import Archive


class TooFewKeysError(ValueError):
    """The recipients file has one key, and nobody has said that one is enough."""


def enough_recipients(settings: Archive) -> tuple[Recipient, ...]:
    """The public keys to seal for now. Raises: TooFewKeysError, archive.keys.KeyFileError, OSError."""
    found = read_recipients(settings.recipients_file)
    check_enough(found, settings)
    return found


def check_enough(found: Sequence[Recipient], settings: Archive) -> None:
    """Return if that many keys will do. Raises: TooFewKeysError."""
    if len(found) < 2 and not settings.single_recipient:
        raise TooFewKeysError(
            f"{settings.recipients_file} has one public key; whoever loses its private key loses every recording:"
            " add a second one, kept by another person, or set archive.single_recipient = true"
        )
