"""An act outside the ledger that is entered in the audit trail before it is done, and once more if it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.audit import Deed
from archive.ledger import Ledger


@contextmanager
def entered(ledger: Path, what: Deed, about: str, **details: str | int) -> Iterator[None]:
    """Enter what the block is about to do; if it raises, a second entry says that it failed.

    Raises: archive.ledger.LedgerError: it cannot be entered; then the block is not begun.
    """
    with Ledger(ledger, upgrade=False) as trail:
        trail.note(what, about, None, **details)
        try:
            yield
        except BaseException as error:
            trail.note(Deed.FAILED, about, None, deed=what.value, why=type(error).__name__)
            raise
