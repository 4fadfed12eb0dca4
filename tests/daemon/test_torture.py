"""The real daemon, killed with -9 two hundred times while recordings stream in (`benchmarks/torture`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.torture.__main__ import tortured


def test_a_few_kills_lose_nothing_and_leave_no_orphan(tmp_path: Path) -> None:
    figures = tortured(tmp_path, 3, "worker", seed=7)

    assert figures.problems == []
    assert figures.kills == 3


@pytest.mark.slow
@pytest.mark.parametrize(("grades", "kills"), [("toy", 160), ("worker", 40)])
def test_two_hundred_kills_lose_nothing_and_grade_nothing_twice(grades: str, kills: int, tmp_path: Path) -> None:
    figures = tortured(tmp_path, kills, grades, seed=1000)

    assert figures.problems == []
    assert figures.kills == kills
    assert figures.recordings >= kills / 2
    assert sum(n_kills > 0 for n_kills in figures.hits.values()) >= 2  # it was hit in the middle of things
