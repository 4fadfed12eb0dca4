"""The whole of a training, on the real network and two dozen pictures."""

import subprocess
import sys
from pathlib import Path

import pytest

from grading.ready import ready_scorer
from grading.types import Grade
from grading.version import read_version
from tests.grading.contracts import check_scorer
from trainer.cases import Case, CasesError
from trainer.fairness import refuse_too_few
from trainer.fit import default_plan
from trainer.retrain import Request, refuse_misnamed

LIST = Path(__file__).parent / "data" / "labels.csv"
ROOT = Path(__file__).parents[2]


def trainer(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trainer.main", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_training_makes_a_version_that_can_be_served_and_another_of_its_name_is_refused(tmp_path: Path) -> None:
    arguments = ("fit", LIST, "--version", "phantom-test", "--output", tmp_path / "made", "--work", tmp_path / "work")
    short = ("--start", "", "--new-epochs", "1", "--whole-epochs", "1", "--synthetic")
    done = trainer(*arguments, *short)
    assert done.returncode == 0, done.stderr
    assert "head starts from random" in done.stdout
    version = read_version(tmp_path / "made" / "phantom-test")
    card = version.card
    assert card.patients == {"train": 4, "val": 1, "test": 1}
    assert card.pictures["train"] == 16
    assert card.synthetic_only and "Trained on synthetic patients only" in card.limits[0]
    assert sum(sum(row) for row in card.confusion) == card.pictures["test"]
    assert "intense " in str(card.hyper_parameters["offsets"])
    check_scorer(ready_scorer(version, tmp_path / "cache"))  # its golden batch agrees with Keras
    again = trainer(*arguments, *short)
    assert again.returncode == 1
    assert "exists already" in again.stderr


def test_a_list_that_cannot_be_used_is_one_line_and_status_1(tmp_path: Path) -> None:
    said = trainer("fit", tmp_path / "gone.csv", "--version", "v", "--output", tmp_path)
    assert said.returncode == 1
    assert said.stderr.startswith("peea-trainer: ") and "gone.csv" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_version_that_exists_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "made" / "v").mkdir(parents=True)
    said = trainer("fit", LIST, "--version", "v", "--output", tmp_path / "made", "--work", tmp_path / "work")
    assert said.returncode == 1 and "exists already" in said.stderr
    assert not (tmp_path / "work").exists()


def test_pictures_of_one_grade_teach_nothing_and_are_refused(tmp_path: Path) -> None:
    cases = [Case(tmp_path / f"{part}.png", part, Grade.MILD, part) for part in ("train", "val", "test")]
    with pytest.raises(CasesError, match="all that is to be learnt from is mild"):
        refuse_too_few(cases)
    refuse_too_few([*cases, Case(tmp_path / "more.png", "P4", Grade.SEVERE, "train")])


def test_a_version_s_name_says_whether_its_patients_are_synthetic(tmp_path: Path) -> None:
    for name, synthetic in (("ward-1", True), ("Phantom-9", False)):
        with pytest.raises(ValueError, match="begin with 'phantom'"):
            refuse_misnamed(Request(name, "", "", synthetic, default_plan(1, 1), tmp_path, tmp_path))
    refuse_misnamed(Request("phantom-9", "", "", True, default_plan(1, 1), tmp_path, tmp_path))


def test_the_later_passes_learn_at_the_rate_that_was_asked_for() -> None:
    assert [phase.rate for phase in default_plan(1, 2, whole_rate=1e-4).phases] == [1e-3, 1e-4]
