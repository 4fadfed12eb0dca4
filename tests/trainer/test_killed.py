"""Search and fit are killed by the system's own SIGKILL, at random moments, and go on as if they had not been."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from archive.models import bundled
from grading.version import WEIGHTS_FILE
from grading.weights import read_weights
from tests.trainer.search_child import hill
from trainer.recipe import Recipe
from trainer.search import PAPER, Search, read_trials

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "data" / "labels.csv"


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *map(str, arguments)]
    unbuffered = os.environ | {"PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=unbuffered, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.slow
def test_a_search_killed_again_and_again_makes_the_trials_of_one_that_was_not(tmp_path: Path) -> None:
    n_trials, chance, kills = 14, np.random.default_rng(1), 0
    while True:
        child = started("tests.trainer.search_child", tmp_path / "killed", str(n_trials))
        assert child.stdout is not None
        # after so many trials, whatever the machine takes for one; at least one a start, so that the test ends
        lines = [child.stdout.readline() for _ in range(chance.integers(1, 4))]
        if str(n_trials) in [line.strip() for line in lines] or not lines[0]:
            child.wait()
            break
        time.sleep(chance.uniform(0, 0.05))
        child.kill()
        kills += child.wait() != 0
    whole = Search(PAPER, Recipe("SGDM", 0.1, 0.9, 0.0, seed=5), "pictures", tmp_path / "whole")
    whole.run(n_trials, hill, lambda trial: None)
    (kept,) = (tmp_path / "killed").iterdir()  # and nothing half-written lies beside it
    assert [trial.recipe for trial in read_trials(kept)] == [trial.recipe for trial in whole.trials]
    assert kills >= 2


class Chain:
    """`peea-trainer search`, then `fit` with what it found, in one folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def search(self) -> Sequence[str | Path]:
        few = ("--trials", "10", "--epochs", "3", "--copies", "1", "--crop-px", "64")
        return ("trainer.main", "search", LIST, "--start", bundled(), "--work", self.place, *few)

    def fit(self) -> Sequence[str | Path]:
        phases = ("--new-epochs", "1", "--whole-epochs", "3", "--learn-from", "conv5", "--crop-px", "64")
        made = ("--version", "phantom-killed", "--output", self.place / "made", "--synthetic")
        head = ("--searched", self.trials(), "--copies", "1", "--optimiser", "SGDM", "--l2", "1e-5")
        return ("trainer.main", "fit", LIST, "--start", bundled(), "--work", self.place, *phases, *made, *head)

    def trials(self) -> Path:
        (found,) = self.place.glob("search-*.json")
        return found

    def steps(self) -> tuple[object, ...]:
        return tuple((trial.recipe, trial.score) for trial in read_trials(self.trials()))


def whole(arguments: Sequence[str | Path]) -> None:
    """Runs to the end."""
    child = started(*arguments)
    said, _ = child.communicate()
    assert child.returncode == 0, said


def killed(arguments: Sequence[str | Path], chance: np.random.Generator) -> bool:
    """Kills it somewhere: a random while after a random line of what it says. Whether it was still at work then."""
    child = started(*arguments)
    assert child.stdout is not None
    for _ in range(int(chance.integers(1, 12))):
        child.stdout.readline()
    time.sleep(chance.uniform(0, 1.5))
    child.kill()
    child.communicate()
    return child.returncode != 0


@pytest.mark.slow
def test_search_and_fit_killed_at_random_moments_end_in_the_same_network(tmp_path: Path) -> None:
    chance = np.random.default_rng(2)
    undisturbed, disturbed = Chain(tmp_path / "undisturbed"), Chain(tmp_path / "disturbed")
    whole(undisturbed.search())
    whole(undisturbed.fit())

    met = sum(killed(disturbed.search(), chance) for _ in range(3))
    whole(disturbed.search())
    assert disturbed.steps() == undisturbed.steps()

    fits = disturbed.fit()
    for _ in range(4):
        if not killed(fits, chance):
            break  # it was done before the kill; a second start would be refused
        met += 1
    else:
        whole(fits)
    assert met >= 3
    one, other = (
        read_weights(chain.place / "made/phantom-killed" / WEIGHTS_FILE) for chain in (undisturbed, disturbed)
    )
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name
