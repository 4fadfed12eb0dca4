"""The network that comes with PEEA, on recordings of synthetic patients that it was not trained on."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from archive.models import bundled
from grading.grader import Grader, GradingSettings
from grading.ready import ready_grader, ready_scorer
from grading.types import Assessment, Crop, Grade
from grading.version import read_version
from grading.weights import read_weights

SAMPLES = Path(__file__).parents[2] / "samples"
with (SAMPLES / "truth.csv").open(newline="", encoding="utf-8") as lines:
    TRUTHS = list(csv.DictReader(lines))
# one in the fast tests; the others take their time, and `make demo` shows them too
EACH = [
    pytest.param(truth, id=truth["file"], marks=() if truth["grade"] == "3" else pytest.mark.slow) for truth in TRUTHS
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def grader(cache: Path) -> Grader:
    return ready_grader(bundled(), cache, GradingSettings())


def test_its_card_says_that_it_knows_synthetic_patients_only() -> None:
    card = read_version(bundled()).card
    assert card.synthetic_only
    assert card.version.startswith("phantom")
    assert card.split == "by patient"
    assert any("real patients" in limit for limit in card.limits)
    assert {"accuracy", "quadratic_kappa", "calibration_error"} <= set(card.figures)
    assert set(card.started_from) == {"conv1", "conv2", "conv3", "conv4", "conv5", "head"}


def test_its_files_are_small_enough_for_a_repository() -> None:
    assert all(path.stat().st_size < 50_000_000 for path in bundled().iterdir())


def test_keras_says_of_the_golden_batch_what_it_said_when_it_was_made(cache: Path) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from grading.network import with_weights

    version = read_version(bundled())
    golden = version.golden()
    network = with_weights(read_weights(version.weights), version.card.crop_px)
    said = np.asarray(network.predict_on_batch(golden.crops.astype(np.float32)))
    assert np.abs(said - golden.probabilities).max() < 1e-3
    served = ready_scorer(version, cache).score([Crop(0.0, np.asarray(pixels), 0.0) for pixels in golden.crops])
    assert np.abs(served - said).max() < 1e-3
    assert len(set(said.argmax(axis=1).tolist())) > 1  # a batch on which the answers differ


@pytest.mark.parametrize("truth", EACH)
def test_a_sample_recording_is_graded_as_is_known(grader: Grader, truth: dict[str, str]) -> None:
    outcome = grader.grade(SAMPLES / truth["file"])
    if not truth["grade"]:
        assert not isinstance(outcome, Assessment)
        assert str(outcome.reason) == truth["outcome"]
        return
    assert isinstance(outcome, Assessment)
    assert outcome.grade is Grade(int(truth["grade"]))
    for grade in Grade:
        true_s = float(truth[f"{grade.name.lower()}_s"])
        assert outcome.seconds[grade] == pytest.approx(true_s, abs=0.2 * outcome.quality.length_s)
