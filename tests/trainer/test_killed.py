"""Search and fit are killed by the system's own SIGKILL, at random moments, and go on as if they had not been."""

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
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.slow
def test_a_search_killed_again_and_again_makes_the_trials_of_one_that_was_not(tmp_path: Path) -> None:
    n_trials, chance, kills = 14, np.random.default_rng(1), 0
    while True:
        child = started("tests.trainer.search_child", tmp_path / "killed", str(n_trials))
        assert child.stdout is not None
        line = child.stdout.readline()  # at least one trial a start, so that the test ends
        if line.strip() == str(n_trials) or not line:
            child.wait()
            break
        time.sleep(chance.uniform(0, 0.5))
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


def whole(arguments: Sequence[str | Path]) -> float:
    """Runs to the end; how long that took."""
    began_s = time.monotonic()
    child = started(*arguments)
    said, _ = child.communicate()
    assert child.returncode == 0, said
    return time.monotonic() - began_s


def killed(arguments: Sequence[str | Path], usual_s: float, kills: int, chance: np.random.Generator) -> int:
    """Kills it at random moments so many times, then lets it end; how many kills met it alive."""
    met = 0
    for _ in range(kills):
        child = started(*arguments)
        try:
            child.communicate(timeout=chance.uniform(0.15, 0.9) * usual_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            met += 1
    whole(arguments)
    return met


@pytest.mark.slow
def test_search_and_fit_killed_at_random_moments_end_in_the_same_network(tmp_path: Path) -> None:
    chance = np.random.default_rng(2)
    undisturbed, disturbed = Chain(tmp_path / "undisturbed"), Chain(tmp_path / "disturbed")
    search_s = whole(undisturbed.search())
    fit_s = whole(undisturbed.fit())

    met = killed(disturbed.search(), search_s, 4, chance)
    assert disturbed.steps() == undisturbed.steps()

    fits = disturbed.fit()
    for _ in range(4):
        child = started(*fits)
        try:
            child.communicate(timeout=chance.uniform(0.15, 0.9) * fit_s)
            break  # it was done before the kill; a second start would be refused
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            met += 1
    else:
        whole(fits)
    assert met >= 3
    one, other = (
        read_weights(chain.place / "made" / "phantom-killed" / WEIGHTS_FILE) for chain in (undisturbed, disturbed)
    )
    assert {name: values.tobytes() for name, values in one.items()} == {n: v.tobytes() for n, v in other.items()}
