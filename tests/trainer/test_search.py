import json
import math
from pathlib import Path

import numpy as np
import pytest

from trainer.recipe import OPTIMISERS, Recipe
from trainer.search import (
    PAPER,
    RANDOM_TRIALS,
    WIDE,
    WORST_SCORE,
    Search,
    SearchError,
    Trial,
    best,
    read_trials,
    score_by_patient,
    suggestion,
)

BASE = Recipe("SGDM", 0.1, 0.9, 0.0, epochs=3, batch=64, seed=5)


def hill(recipe: Recipe) -> float:
    """Highest at a rate of 0.05 with SGDM; rates over 0.7 diverge."""
    if recipe.rate > 0.7:
        return float("nan")
    return max(0.0, 0.9 - abs(math.log10(recipe.rate / 0.05)) / 4 - 0.2 * (recipe.optimiser != "SGDM"))


def untold(trial: Trial) -> None:
    del trial


def searched(folder: Path, n_trials: int, about: str = "pictures") -> Search:
    search = Search(PAPER, BASE, about, folder)
    search.run(n_trials, hill, untold)
    return search


def test_a_search_stopped_after_any_trial_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = searched(tmp_path / "whole", RANDOM_TRIALS + 4)
    for n_trials in (1, RANDOM_TRIALS, RANDOM_TRIALS + 1, RANDOM_TRIALS + 4):
        parts = searched(tmp_path / "parts", n_trials)
    assert [trial.recipe for trial in parts.trials] == [trial.recipe for trial in whole.trials]
    assert [trial.score for trial in parts.trials] == [trial.score for trial in whole.trials]


def test_a_finished_search_makes_no_more_trials(tmp_path: Path) -> None:
    searched(tmp_path, 3)

    def never(recipe: Recipe) -> float:
        raise AssertionError(recipe)

    assert Search(PAPER, BASE, "pictures", tmp_path).run(3, never, untold).score > 0


def test_the_process_finds_the_hill_that_chance_alone_does_not(tmp_path: Path) -> None:
    search = searched(tmp_path, RANDOM_TRIALS + 6)
    by_chance = max(trial.score for trial in search.trials[:RANDOM_TRIALS])
    found = best(search.trials)
    assert found.score >= by_chance and found.score > 0.85
    assert found.recipe.optimiser == "SGDM"


@pytest.mark.parametrize("profile", [PAPER, WIDE], ids=lambda profile: profile.name)
def test_every_suggestion_lies_within_its_profile(profile: object) -> None:
    assert profile in (PAPER, WIDE)
    chosen = PAPER if profile is PAPER else WIDE
    drawn = [suggestion(chosen, Recipe("Adam", 0.1, 0.9, 0.0, seed=seed), []) for seed in range(60)]
    for name, within in chosen.ranges().items():
        values = [getattr(recipe, name) for recipe in drawn]
        assert within.low <= min(values) and max(values) <= within.high
    assert {recipe.optimiser for recipe in drawn} == set(OPTIMISERS)


def test_the_paper_s_ranges_are_table_2_and_logarithmic() -> None:
    assert (PAPER.rate.low, PAPER.rate.high, PAPER.rate.is_log) == (1e-2, 1.0, True)
    assert (PAPER.momentum.low, PAPER.momentum.high, PAPER.momentum.is_log) == (0.8, 0.98, False)
    assert (PAPER.l2.low, PAPER.l2.high, PAPER.l2.is_log) == (1e-10, 1e-2, True)
    drawn = [suggestion(PAPER, Recipe("Adam", 0.1, 0.9, 0.0, seed=seed), []).l2 for seed in range(40)]
    assert sum(value < 1e-6 for value in drawn) == pytest.approx(20, abs=9)  # half of the exponents


def test_a_diverged_trial_is_kept_with_a_finite_bad_score(tmp_path: Path) -> None:
    search = Search(PAPER, BASE, "pictures", tmp_path)
    scores = iter([0.4, float("nan"), float("inf"), 0.3])
    assert search.run(4, lambda recipe: next(scores), untold).score == 0.4
    kept = read_trials(search.path)
    assert [trial.score for trial in kept] == [0.4, WORST_SCORE, WORST_SCORE, 0.3]
    assert [trial.diverged for trial in kept] == [False, True, True, False]
    assert list(kept) == search.trials


def test_a_search_of_which_all_trials_diverged_has_no_best(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="all of 2 trials diverged"):
        Search(PAPER, BASE, "pictures", tmp_path).run(2, lambda recipe: float("nan"), untold)


def test_trials_on_other_pictures_or_of_another_profile_are_never_mixed(tmp_path: Path) -> None:
    one = searched(tmp_path, 2)
    assert Search(PAPER, BASE, "other pictures", tmp_path).trials == []
    assert Search(WIDE, BASE, "pictures", tmp_path).trials == []
    assert Search(PAPER, BASE, "pictures", tmp_path).trials == one.trials


@pytest.mark.parametrize("damage", [b"", b'{"profile": "paper"', b"[]", b"\x00\xff"])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    path = searched(tmp_path, 1).path
    path.write_bytes(damage)
    with pytest.raises(SearchError, match="remove it to search again"):
        read_trials(path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="peea-trainer search"):
        read_trials(tmp_path / "gone.json")


def test_the_file_is_whole_after_every_trial(tmp_path: Path) -> None:
    search = Search(PAPER, BASE, "pictures", tmp_path)
    counts = []
    search.run(3, hill, lambda trial: counts.append(len(json.loads(search.path.read_text())["trials"])))
    assert counts == [1, 2, 3]
    assert [path.name for path in tmp_path.iterdir()] == [search.path.name]


def test_in_the_score_a_patient_filmed_often_counts_as_one() -> None:
    rng = np.random.default_rng(0)
    likely = rng.dirichlet([1.0] * 4, 60)
    true = np.array([rng.choice(4, p=row) for row in likely]) + 1
    patients = [f"P{at}" for at in range(60)]
    once = score_by_patient(true, likely, patients, 1)
    often = score_by_patient(
        np.concatenate([true, np.repeat(true[:1], 40)]),
        np.concatenate([likely, np.repeat(likely[:1], 40, axis=0)]),
        [*patients, *["P0"] * 40],
        1,
    )
    assert often == pytest.approx(once, abs=1e-9)
    as_another = score_by_patient(
        np.concatenate([true, np.repeat(true[:1], 40)]),
        np.concatenate([likely, np.repeat(likely[:1], 40, axis=0)]),
        [*patients, *[f"Q{at}" for at in range(40)]],
        1,
    )
    assert as_another != pytest.approx(once, abs=1e-3)


def test_in_the_score_a_head_is_judged_as_it_is_once_calibrated() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (500, 5))
    likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = np.array([rng.choice(5, p=row) for row in likely])
    sure = np.exp(4 * logits) / np.exp(4 * logits).sum(axis=1, keepdims=True)
    patients = [f"P{at}" for at in range(500)]
    honest = score_by_patient(true, likely, patients, 0)
    assert score_by_patient(true, sure, patients, 0) == pytest.approx(honest, abs=0.002)
    blurred = score_by_patient(true, rng.permutation(likely), patients, 0)
    assert blurred < honest - 0.1
    assert score_by_patient(true, np.eye(5)[true], patients, 0) > 0.999


def test_in_the_score_a_rare_grade_matters_as_much_as_a_frequent_one() -> None:
    # ninety of a hundred pictures are mild; one head knows these and not the others, the other the other way round
    true = np.array([1] * 90 + [2] * 10)
    patients = [f"P{at}" for at in range(100)]
    good, poor = [0.8, 0.2], [0.5, 0.5]
    knows_mild = np.array([good] * 90 + [poor] * 10)
    knows_other = np.array([poor] * 90 + [good[::-1]] * 10)
    scores = [score_by_patient(true, said, patients, 1) for said in (knows_mild, knows_other)]
    assert scores[0] == pytest.approx(scores[1], abs=0.005)
