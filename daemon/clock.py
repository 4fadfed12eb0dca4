"""The time, as the daemon asks for it: moments in UTC, waiting by the monotonic clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the daemon asks of a clock; tests turn theirs by hand."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only ever grow, whatever is done to the wall clock."""
        ...


class MachineClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds since some start."""
        return time.monotonic()
