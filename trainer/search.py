"""Bayesian optimisation of a head's hyper-parameters (paper, section 2.4, Table 2), trial by trial, kept on disk.

What is tried next is a function of the seed and of the trials so far and of nothing else: the library's optimiser is
made anew for every trial and told all of them. So a search that was killed, at whatever moment, goes on exactly as it
would have gone on, and nothing needs to be kept but the trials. Why this library, and so: docs/adr/0014.
"""

from __future__ import annotations

import hashlib
import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bayes_opt import BayesianOptimization
from bayes_opt.acquisition import UpperConfidenceBound
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from threadpoolctl import threadpool_limits

from archive.files import sweep_unfinished, write_whole
from trainer.calibration import LEAST_LIKELY, Calibration, best_temperature, calibrated, weight_by_patient
from trainer.recipe import OPTIMISERS, Optimiser, Recipe

Ints = NDArray[np.int64]
Floats = NDArray[np.floating]

TRIALS = 60  # the paper's
RANDOM_TRIALS = 8  # before the Gaussian process has anything to go by
EXPLORATION = 2.576  # standard deviations of the upper confidence bound, the library's default
WORST_SCORE = 0.0  # of a trial that diverged: a number, so that the process learns to keep away from there


class SearchError(ValueError):
    """The trials kept on disk cannot be used."""


@dataclass(frozen=True)
class Range:
    """Where a number may lie; is_log: searched by its exponent, base 10."""

    low: float
    high: float
    is_log: bool = False

    def bounds(self) -> tuple[float, float]:
        """What the optimiser sees."""
        return (math.log10(self.low), math.log10(self.high)) if self.is_log else (self.low, self.high)

    def value(self, seen: float) -> float:
        """The number itself, to four digits so that it can be typed in."""
        number = 10.0**seen if self.is_log else seen
        return min(max(float(f"{number:.4g}"), self.low), self.high)

    def seen(self, value: float) -> float:
        """The other way round."""
        return math.log10(value) if self.is_log else value


@dataclass(frozen=True)
class Profile:
    """What is searched; the optimiser is one of RMSprop, Adam and SGDM in each."""

    name: str
    rate: Range
    momentum: Range
    l2: Range
    dropout: Range | None = None

    def ranges(self) -> dict[str, Range]:
        """The numbers by name."""
        found = {"rate": self.rate, "momentum": self.momentum, "l2": self.l2}
        return found if self.dropout is None else found | {"dropout": self.dropout}


PAPER = Profile("paper", Range(1e-2, 1.0, is_log=True), Range(0.8, 0.98), Range(1e-10, 1e-2, is_log=True))  # Table 2
WIDE = Profile(
    "wide", Range(1e-5, 1.0, is_log=True), Range(0.0, 0.995), Range(1e-10, 1e-1, is_log=True), Range(0.0, 0.7)
)
PROFILES = {profile.name: profile for profile in (WIDE, PAPER)}


@dataclass(frozen=True)
class Trial:
    """A recipe and what came of it: score 0..1, higher is better."""

    recipe: Recipe
    score: float
    diverged: bool
    took_s: float


class _StoredTrial(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    optimiser: Optimiser
    rate: float
    momentum: float
    l2: float
    dropout: float
    epochs: int
    batch: int
    seed: int
    score: float
    diverged: bool
    took_s: float


class _StoredSearch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profile: str
    about: str
    trials: list[_StoredTrial]


class Search:
    """A search whose trials are kept in one file, replaced whole after each.

    Args:
        about: names all that a score depends on (pictures, frozen weights, ...): scores of others are in other files.
        folder: where the file lies.
        base: what a recipe has that is not searched for: epochs, batch, seed.
    """

    def __init__(self, profile: Profile, base: Recipe, about: str, folder: Path) -> None:
        self.profile, self._base = profile, base
        self._about = f"{about} {profile} {base.epochs} epochs, batch {base.batch}, seed {base.seed}"
        folder.mkdir(parents=True, exist_ok=True)
        sweep_unfinished(folder)
        self.path = folder / f"search-{profile.name}-{hashlib.sha256(self._about.encode()).hexdigest()[:12]}.json"
        self.trials: list[Trial] = list(read_trials(self.path)) if self.path.is_file() else []

    def run(self, n_trials: int, score: Callable[[Recipe], float], told: Callable[[Trial], None]) -> Trial:
        """Makes trials until there are n_trials; the best of them, the earliest if there are several.

        Args:
            score: of a recipe, 0..1; not finite: it diverged.
            told: of each trial once it is kept.

        Raises:
            SearchError: all of them diverged.
        """
        while len(self.trials) < n_trials:
            recipe = suggestion(self.profile, self._base, self.trials)
            began_s = time.monotonic()
            found = score(recipe)
            diverged = not math.isfinite(found)
            trial = Trial(recipe, WORST_SCORE if diverged else found, diverged, round(time.monotonic() - began_s, 3))
            self.trials.append(trial)
            self._keep()
            told(trial)
        return best(self.trials)

    def _keep(self) -> None:
        stored = [
            _StoredTrial(**vars(trial.recipe), score=trial.score, diverged=trial.diverged, took_s=trial.took_s)
            for trial in self.trials
        ]
        whole = _StoredSearch(profile=self.profile.name, about=self._about, trials=stored)
        write_whole(self.path, whole.model_dump_json(indent=1).encode() + b"\n")


def best(trials: Sequence[Trial]) -> Trial:
    """The trial of the highest score.

    Raises:
        SearchError: there is none that did not diverge.
    """
    whole = [trial for trial in trials if not trial.diverged]
    if not whole:
        raise SearchError(f"all of {len(trials)} trials diverged: search with another profile, or look at the pictures")
    return max(whole, key=lambda trial: trial.score)


def read_trials(path: Path) -> tuple[Trial, ...]:
    """The trials of a search's file.

    Raises:
        SearchError: there is no such file, or it is none of a search.
    """
    try:
        stored = _StoredSearch.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise SearchError(f"there is no search {path}: make one with `peea-trainer search`") from None
    except ValidationError as problem:
        raise SearchError(f"{path} is not the file of a search, or is damaged: remove it to search again") from problem
    trials = []
    for kept in stored.trials:
        values = kept.model_dump()
        outcome = {name: values.pop(name) for name in ("score", "diverged", "took_s")}
        trials.append(Trial(Recipe(**values), **outcome))
    return tuple(trials)


def suggestion(profile: Profile, base: Recipe, tried: Sequence[Trial]) -> Recipe:
    """What to try next: at random at first, then where a Gaussian process expects most (paper, eq. 1). Pure."""
    ranges = profile.ranges()
    bounds: dict[str, object] = {name: within.bounds() for name, within in ranges.items()}
    # ignored: that categories are experimental, and how its own fit went; matrices of 60 rows need no second thread
    with warnings.catch_warnings(action="ignore"), threadpool_limits(1):
        process = BayesianOptimization(
            None,
            bounds | {"optimiser": OPTIMISERS},
            acquisition_function=UpperConfidenceBound(kappa=EXPLORATION),
            random_state=(base.seed * 1009 + len(tried)) % 2**32,
            verbose=0,
            allow_duplicate_points=True,
        )
        if len(tried) < RANDOM_TRIALS:
            point = process.random_sample(1)[0]
        else:
            for trial in tried:
                process.register(_point(trial.recipe, ranges), trial.score)
            point = process.suggest()
    numbers = {name: within.value(float(point[name])) for name, within in ranges.items()}
    drawn = {"optimiser": str(point["optimiser"])} | numbers
    return Recipe(**(vars(base) | drawn))


def _point(recipe: Recipe, ranges: dict[str, Range]) -> dict[str, float | str]:
    point: dict[str, float | str] = {name: within.seen(getattr(recipe, name)) for name, within in ranges.items()}
    return point | {"optimiser": recipe.optimiser}


def score_by_patient(true: Ints, probabilities: Floats, patients: Sequence[str], first_grade: int) -> float:
    """How likely a head holds what is true, once it is calibrated: what a search looks for; 0..1, higher is better.

    The geometric mean of the probabilities of the true grades under the best temperature. Every grade counts the same,
    since the paper's are three to one in number and a rare grade matters no less; within a grade every patient, since
    one filmed ten times is still one patient. Unlike a share of right answers it moves with every picture, and a gain
    is not a handful of faces that fell on the right side of an edge (docs/adr/0014).
    """
    weight = np.zeros(len(true))
    for grade in np.unique(true):
        of_grade = np.flatnonzero(true == grade)
        share = weight_by_patient([patients[int(at)] for at in of_grade])
        weight[of_grade] = share / share.sum()
    temperature = best_temperature(true, probabilities, first_grade, weight)
    said = calibrated(probabilities, Calibration(temperature, (0.0,) * probabilities.shape[1]))
    likely = np.maximum(said[np.arange(len(true)), true - first_grade], LEAST_LIKELY)
    return float(np.exp(np.average(np.log(likely), weights=weight)))
