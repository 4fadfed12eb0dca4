"""A challenger taught nonsense is refused and a good one accepted, each trained for real by `train_now`."""

from __future__ import annotations

import csv
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.models import ModelStore, bundled
from config.settings import Settings, load
from tests.versions import renamed_version
from trainer.patients import mark
from trainer.ward import train_now

DATA = Path(__file__).parent / "data"
FOR_TEST, FOR_VALIDATION = ("P1001", "P1002"), ("P1003",)
TOML = """
[ward]
folder = "."
[trainer]
least_new_cases = 5
least_held_out_patients = 2
epochs = 6
batch = 6
"""


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    for name in ("state", "cases"):
        (tmp_path / name).mkdir()
    (tmp_path / "peea.toml").write_text(TOML)
    settings = load(tmp_path / "peea.toml")
    # the bundled network as if it had learnt from nobody here: who is held out is then told by the list
    store = ModelStore(settings.ward.state / "models")
    good = renamed_version(tmp_path / "made" / "good", learnt_from=(mark("nobody"),), held_out=(), unlisted=())
    store.activate(store.install(good), lambda version: None)
    return settings


def label(ward: Settings, *, shuffled: bool) -> None:
    """The list of the ward's pictures; shuffled: of those to learn from, each has the grade of one two grades away."""
    with (DATA / "labels.csv").open(newline="", encoding="utf-8") as rows:
        lines = list(csv.DictReader(rows))
    with (ward.ward.folder / "cases" / "list.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "patient", "grade", "split"])
        for line in lines:
            patient = line["identity"]
            part = "test" if patient in FOR_TEST else "val" if patient in FOR_VALIDATION else "train"
            grade = (int(line["grade"]) + 2) % 5 if shuffled and part == "train" else int(line["grade"])
            writer.writerow([str(DATA / line["file"]), patient, grade, part])


@pytest.mark.slow
def test_what_shuffled_labels_teach_is_refused_and_what_right_labels_teach_is_accepted(
    ward: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    store = ModelStore(ward.ward.state / "models")
    with caplog.at_level(logging.INFO):
        label(ward, shuffled=True)
        bad = train_now(ward, datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
        assert bad == "ward-20261124-030000"
        assert store.wanted() == "good"
        assert f"good stays, not {bad}: " in caplog.text
        assert "installed and does not grade" in caplog.text

        store.activate(bad, lambda version: None)  # somebody insists
        label(ward, shuffled=False)  # and the labels are put right
        better = train_now(ward, datetime(2026, 11, 25, 3, 0, tzinfo=UTC))
        assert better == "ward-20261125-030000"
        assert f"{better} may replace {bad}: on 8 pictures of 2 patients" in caplog.text
        assert store.wanted() == better
    card = store.version(better).card
    assert card.started_from["conv1"] == bad
    assert {mark(name) for name in FOR_TEST} == set(card.held_out)
    assert bundled().name not in card.started_from.values()
