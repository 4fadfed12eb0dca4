from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daemon.retries import is_exhausted, next_try

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "wait_s"), [(0, 60), (1, 60), (2, 120), (3, 240), (7, 3600), (99, 3600)])
def test_each_wait_is_twice_the_last_up_to_an_hour(attempts: int, wait_s: float) -> None:
    assert (next_try(NOW, attempts, 60.0) - NOW).total_seconds() == wait_s


def test_a_longer_setting_is_kept() -> None:
    assert (next_try(NOW, 1, 7200.0) - NOW).total_seconds() == 7200


def test_tries_are_used_up_at_the_limit() -> None:
    assert [is_exhausted(attempts, 3) for attempts in (0, 2, 3, 4)] == [False, False, True, True]
