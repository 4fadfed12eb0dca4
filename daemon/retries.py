"""When a step that failed is tried again (pure)."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_S = 3_600.0  # a mended disk is noticed within the hour


def next_try(now: datetime, attempts: int, retry_s: float) -> datetime:
    """When to try again after `attempts` tries: retry_s, doubled from try to try, an hour at most."""
    return now + timedelta(seconds=min(retry_s * 2 ** (max(attempts, 1) - 1), max(LONGEST_S, retry_s)))


def is_exhausted(attempts: int, limit: int) -> bool:
    """Whether `attempts` begun tries are all there may be. Counted before the work: a killed process counts too."""
    return attempts >= limit
