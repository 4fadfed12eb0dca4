from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hospital import Hospital


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Hospital]:
    """A ward whose daemon is at work."""
    with Hospital(tmp_path) as ward:
        yield ward


@pytest.fixture(autouse=True)
def _no_log_of_an_ended_test() -> Iterator[None]:
    """A command run within a test logs to the stream that pytest holds for it; no later test may write there."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers[:] = [each for each in root.handlers if each in before or type(each) is not logging.StreamHandler]
