"""Finds hyper-parameters for a head: the story of `peea-trainer search`.

cases -> crops -> a network that starts from what is given -> features of its pre-trained part, computed once and kept
-> trial after trial, each judged on the validation patients and kept -> the best, in a file that `fit` takes.

The test patients are not looked at. If the network starts with stage 5 at random, what is searched on are the features
after stage 4: a fit then takes the values found, but has no head to begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np

from grading.crops import CROP_PX
from grading.network import STAGES, build, take_weights
from grading.ports import FaceFinder
from grading.types import Grade
from trainer.augment import Augmentation
from trainer.cases import Case, Split, refuse_leaks
from trainer.fairness import refuse_too_few, refuse_unfair
from trainer.features import Features, FrozenPart, frozen_part
from trainer.head import HeadLessons, fit_head
from trainer.labels import targets, weights_of
from trainer.lessons import Copies, head_lessons
from trainer.pictures import Crops, crops_of
from trainer.recipe import Recipe
from trainer.retrain import Watcher
from trainer.search import TRIALS, WIDE, Profile, Search, Trial, score_by_patient
from trainer.start import Start, initialise

SEARCHED_FROM = Recipe("SGDM", rate=0.1, momentum=0.9, l2=1e-5)  # epochs, batch and seed of all trials


@dataclass(frozen=True)
class SearchRequest:
    """What to search. kept_in: folder for crops, features and trials; the same request with it goes on after a kill.

    copies: changed copies of each training crop to learn from; softness: see trainer.labels; is_balanced: see Plan.
    """

    start: str
    kept_in: Path
    profile: Profile = WIDE
    trials: int = TRIALS
    base: Recipe = SEARCHED_FROM
    crop_px: int = CROP_PX
    copies: int = 0
    softness: float = 0.5
    is_balanced: bool = True
    split: Split = "patient"
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Searched:
    """What a search found, and the file that tells it."""

    trial: Trial
    path: Path


def search(request: SearchRequest, cases: Sequence[Case], finder: FaceFinder, watcher: Watcher) -> Searched:
    """Makes the trials that are still missing; the best of all.

    Raises:
        CasesError: too few cases.
        StartError: the weights to start from cannot be used.
        SearchError: what is kept is damaged, or all trials diverged.
    """
    refuse_too_few(cases)
    if request.split == "patient":
        refuse_leaks(cases)
    crops = crops_of(cases, finder, request.kept_in / "crops", request.crop_px, watcher.picture)
    watcher.say(f"{len(crops.cases)} faces in {len(cases)} pictures, data set {crops.data_set}")
    refuse_unfair(request.split, crops, watcher.say)
    n_grades = 5 if any(case.grade is Grade.NONE for case in cases) else 4
    part = pre_trained_part(n_grades, request.start, watcher)
    features = Features(part, request.kept_in / "features")
    lessons = _lessons(crops, n_grades, features, request, watcher)
    score = _scoring(crops, features, lessons, 5 - n_grades, watcher)
    about = f"{crops.data_set} {part.name} {n_grades} {request.copies} {request.softness} {request.is_balanced} "
    about += f"{request.crop_px} px {request.augmentation} {keras.backend.backend()} likelihood"
    kept = Search(request.profile, request.base, about, request.kept_in)
    if kept.trials:
        watcher.say(f"{len(kept.trials)} trials were made before; the search goes on after them ({kept.path.name})")
    found = kept.run(request.trials, score, lambda trial: watcher.say(_in_words(kept, request.trials, trial)))
    return Searched(found, kept.path)


def last_pre_trained(start: Start) -> int:
    """The last of the stages 1 to 5 that did not start at random; 5 if all did."""
    fresh = start.fresh()
    given = [number for number, stage in enumerate(STAGES, start=1) if stage not in fresh]
    return max(given, default=len(STAGES))


def pre_trained_part(n_grades: int, source: str, watcher: Watcher) -> FrozenPart:
    """The part of a network that `source` has weights for, up to the last stage that does not start at random.

    Raises:
        trainer.start.StartError: the weights cannot be used.
    """
    network = build(n_grades)
    start = initialise(network, source)
    stage = last_pre_trained(start)
    watcher.say(f"features are those after stage {stage} of {dict(start.stages)[STAGES[stage - 1]]}")
    return frozen_part(take_weights(network), stage)


def _lessons(crops: Crops, n_grades: int, features: Features, request: SearchRequest, watcher: Watcher) -> HeadLessons:
    learnt = targets(crops.cases, n_grades, request.softness)
    weights = weights_of(crops.cases, balanced=request.is_balanced)
    copies = Copies(request.copies, request.augmentation, request.base.seed)
    return head_lessons(crops.pixels, learnt, weights, crops.part("train"), features, copies, watcher.picture)


def _scoring(
    crops: Crops, features: Features, lessons: HeadLessons, first: int, watcher: Watcher
) -> Callable[[Recipe], float]:
    validation = crops.part("val")
    seen = features.of(crops.pixels[validation], watcher.picture)
    true = np.array([int(crops.cases[at].grade) for at in validation], np.int64)
    patients = [crops.cases[at].patient for at in validation]

    def score(recipe: Recipe) -> float:
        head = fit_head(lessons, recipe)
        keras.backend.clear_session()  # else every trial's graph stays in memory
        if not head.is_finite:
            return float("nan")
        return score_by_patient(true, head.probabilities(seen), patients, first)

    return score


def _in_words(kept: Search, n_trials: int, trial: Trial) -> str:
    recipe = trial.recipe
    said = f"{recipe.optimiser}, rate {recipe.rate:g}, momentum {recipe.momentum:g}, L2 {recipe.l2:g}"
    if kept.profile.dropout:
        said += f", dropout {recipe.dropout:g}"
    outcome = "diverged" if trial.diverged else f"score {trial.score:.4f}"
    top = max((other.score for other in kept.trials if not other.diverged), default=0.0)
    return f"trial {len(kept.trials)} of {n_trials}: {said}: {outcome} in {trial.took_s:.1f} s (best {top:.4f})"
