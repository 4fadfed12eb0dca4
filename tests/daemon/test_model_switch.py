"""A real daemon with its worker process and the real network takes another version while it is at work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.jobs import State
from archive.models import ModelStore, bundled
from tests.daemon.processes import ROOT, WardProcess
from tests.versions import renamed_version, spoilt

SAMPLES = ("bed07_P0105_straight-leg-raise.mp4", "bed03_P3212_standing.mp4", "bed05_P3214_turning.mp4")


class RealWard(WardProcess):
    """With the daemon that systemd starts, instead of the one with toy grades."""

    program = ("daemon.main", "run", "--ward")

    def model(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `peea model` says."""
        command = [sys.executable, "-m", "daemon.main", "model", *words, "--ward", str(self.folder)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def drop(self, name: str) -> None:
        shutil.copy(ROOT / "samples" / name, self.folder / name)
        (self.folder / name).rename(self.inbox / name)

    def models(self) -> list[str]:
        return [row.outcome.model for row in self.rows() if row.outcome]


@pytest.mark.slow
def test_the_version_activated_while_a_recording_is_graded_grades_the_next_one(tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.mkdir()
    store = ModelStore(folder / "state/models")
    for name in ("phantom-new", "phantom-broken"):
        store.install(renamed_version(tmp_path / "made" / name))
    with RealWard(folder) as ward:
        ward.drop(SAMPLES[0])
        ward.soon(lambda: [row.state for row in ward.rows()] == [State.RECEIVED])
        assert ward.model("activate", "phantom-new").returncode == 0  # in the middle of the first
        ward.soon(lambda: ward.is_done(1), within_s=300)
        ward.drop(SAMPLES[1])
        ward.soon(lambda: ward.is_done(2), within_s=300)
        assert ward.models() == [bundled().name, "phantom-new"]
        assert "phantom-new" in ward.said()

        spoilt(store.version("phantom-broken").weights)
        refused = ward.model("activate", "phantom-broken")
        assert refused.returncode == 1 and "Traceback" not in refused.stderr
        ward.kill()  # in which the choice must not be forgotten
        ward.start()
        ward.drop(SAMPLES[2])
        ward.soon(lambda: ward.is_done(3), within_s=300)
        assert ward.models() == [bundled().name, "phantom-new", "phantom-new"]
        assert "phantom-new" in ward.model("list").stdout
