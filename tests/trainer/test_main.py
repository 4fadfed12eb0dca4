"""The command `peea-trainer` itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from trainer.main import app


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def made_with(tmp_path: Path, *arguments: str) -> int:
    """The rights of a file that the process makes after such a command, which ends at once: there is no such list."""
    with pytest.raises((ValueError, OSError, SystemExit)):
        app([*arguments], standalone_mode=False)
    (tmp_path / "crops").touch()
    return (tmp_path / "crops").stat().st_mode & 0o777


@pytest.mark.usefixtures("usual_umask")
def test_what_is_made_outside_a_ward_is_for_its_maker_only(tmp_path: Path) -> None:
    """Crops and golden batches are faces."""
    work = ("--work", str(tmp_path / "work"))

    assert made_with(tmp_path, "cases", str(tmp_path / "none.csv"), *work) == 0o600
