"""Plain recordings go once their sealed copy is proved: those that a crash left behind, and further copies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from archive.jobs import Job, State
from archive.ledger import Ledger
from daemon.claims import Claims

_LOG = logging.getLogger(__name__)


class Tidying:
    """Compares the work folder with the ledger.

    Args: is_sealed: whether the job's sealed file is there, with the very bytes that the ledger has a receipt for.
          seal_again: seals one more copy of a recording that was purged since, or that was lost before it was sealed.
    """

    def __init__(
        self,
        claims: Claims,
        ledger: Ledger,
        is_sealed: Callable[[Job], bool],
        seal_again: Callable[[Job, Path], None],
    ) -> None:
        self._claims = claims
        self._ledger = ledger
        self._is_sealed = is_sealed
        self._seal_again = seal_again
        self._kept: set[str] = set()

    def tidy(self) -> None:
        """Remove what is safely sealed. What is not stays, and is named once: it may be the only copy there is."""
        for claim in self._claims.all():
            job = self._ledger.find(claim.id) if claim.id not in {"", *self._kept} else None
            if job is None or job.state is not State.ARCHIVED:
                continue
            if job.receipt is None or job.receipt.is_purged:
                self._seal_again(job, claim.file)
                job = self._ledger.find(claim.id) or job
            if self._is_sealed(job):
                self._claims.remove(claim)
                _LOG.info("%s: plain copy removed, its sealed file is whole", job.id[:8])
            else:
                self._kept.add(job.id)
                _LOG.error("%s: its sealed file is missing or changed; a plain copy is kept in work", job.id[:8])
