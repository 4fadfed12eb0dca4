"""`peea model`: what a sysadmin does with versions of the network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.models import ModelStore, bundled
from config.settings import load
from daemon.active_grades import InUse
from daemon.main import exit_status
from daemon.model_in_use import write_in_use
from grading.version import WEIGHTS_FILE
from tests.versions import figure, renamed_version, spoilt


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ward's folder with two more versions in its store."""
    monkeypatch.setenv("COLUMNS", "200")
    assert exit_status(["setup", str(tmp_path / "ward")]) == 0
    store = ModelStore(load(tmp_path / "ward" / "peea.toml").ward.state / "models")
    for name, accuracy in (("ward-1", 0.71), ("ward-2", 0.72)):
        figures = {"accuracy": figure(accuracy), "quadratic_kappa": figure(0.8), "mean_error_grades": figure(0.3)}
        store.install(renamed_version(tmp_path / "made" / name, figures=figures, synthetic_only=False))
    return tmp_path / "ward"


def peea(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    status = exit_status([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def starred(listed: str) -> list[str]:
    return [line.split()[1] for line in listed.splitlines() if line.startswith("* ")]


def test_versions_are_listed_activated_and_rolled_back(ward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, listed, _ = peea(capsys, "model", "list", "--ward", ward)
    assert "accuracy 0.710 (0.610-0.810); kappa 0.800 (0.700-0.900)" in listed
    assert starred(listed) == [bundled().name]
    status, said, _ = peea(capsys, "model", "activate", "ward-2", "--ward", ward)
    assert (status, said) == (0, f"ward-2 grades from the start of the daemon on; before: {bundled().name}\n")
    assert starred(peea(capsys, "model", "list", "--ward", ward)[1]) == ["ward-2"]
    assert json.loads(peea(capsys, "status", "--json", "--ward", ward)[1])["model"] == "ward-2"
    assert "already" in peea(capsys, "model", "activate", "ward-2", "--ward", ward)[1]
    assert "ward-1" in peea(capsys, "model", "show", "ward-1", "--ward", ward)[1]
    status, said, _ = peea(capsys, "model", "rollback", "--ward", ward)
    assert (status, said) == (0, f"{bundled().name} grades from the start of the daemon on; before: ward-2\n")


def test_a_spoilt_version_is_listed_as_such_and_refused_in_one_line(
    ward: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoilt(ward / "state" / "models" / "versions" / "ward-1" / WEIGHTS_FILE)
    assert "cannot be used" in peea(capsys, "model", "list", "--ward", ward)[1]
    status, said, error = peea(capsys, "model", "activate", "ward-1", "--ward", ward)
    assert (status, said) == (1, "")
    assert error.startswith("peea: ") and "install the version again" in error and error.count("\n") == 1
    assert starred(peea(capsys, "model", "list", "--ward", ward)[1]) == [bundled().name]


def test_the_status_says_why_the_active_version_does_not_grade(ward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_in_use(ward / "state" / "model-in-use.json", InUse("ward-1", "Version ward-2 cannot be used: it is spoilt."))
    _, said, _ = peea(capsys, "status", "--ward", ward)
    assert "Version ward-2 cannot be used: it is spoilt. So ward-1 grades." in said
