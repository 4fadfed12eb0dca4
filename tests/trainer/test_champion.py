"""A challenger taught nonsense is refused and a good one accepted, each trained for real."""

from __future__ import annotations

import csv
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.models import ModelStore
from config.settings import Settings, load
from grading.faces import CascadeFinder
from tests.versions import renamed_version
from trainer.fit import default_plan
from trainer.patients import mark
from trainer.retrain import Request, Watcher, train
from trainer.ward import challenged, train_now, ward_cases

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FOR_TEST, FOR_VALIDATION = ("P1001", "P1002"), ("P1003",)
TOML = """
[ward]
folder = "."
[trainer]
least_new_cases = 5
least_held_out_patients = 2
search_trials = 3
epochs = 4
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
    ward: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = ModelStore(ward.ward.state / "models")
    with caplog.at_level(logging.INFO):
        label(ward, shuffled=True)
        bad = train_now(ward, NOW)
        assert bad == "ward-20261125-030000"
        assert isinstance(store.version(bad).card.hyper_parameters["head_rate"], float)  # searched for
        assert store.wanted() == "good"
        assert f"good stays, not {bad}: " in caplog.text
        assert "installed and does not grade" in caplog.text

    store.activate(bad, lambda version: None)  # somebody insists
    label(ward, shuffled=False)
    plan = default_plan(1, 1, seed=1, batch=6, crop_px=store.version("good").card.crop_px)
    start, work = str(store.version("good").folder), tmp_path / "work"
    request = Request("ward-good", start, "right labels", False, plan, work, tmp_path / "made")
    cases = ward_cases(ward, plan.crop_px)
    train(request, cases, CascadeFinder(0.10), NOW, Watcher(lambda line: None, lambda: None))
    verdict = challenged(ward, tmp_path / "made" / "ward-good", None)
    assert verdict.is_accepted, verdict.in_words()
    assert (verdict.pictures, verdict.patients) == (8, 2)
    assert store.wanted() == "ward-good"
    card = store.version("ward-good").card
    assert len(card.grades) == 4 and len(store.version(bad).card.grades) == 5  # nobody is at rest in the right labels
    assert card.started_from["head"] == "good"
    assert {mark(name) for name in FOR_TEST} == set(card.held_out)
    assert {path.name for path in store.version("ward-good").folder.glob("*.png")} == {"confusion.png", "learning.png"}
