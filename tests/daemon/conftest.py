from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hospital import Hospital


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Hospital]:
    """A ward whose daemon is at work."""
    with Hospital(tmp_path) as ward:
        yield ward
