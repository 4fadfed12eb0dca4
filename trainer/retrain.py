"""Trains a network from labelled pictures: the story of training.

lists -> cases, split by patient -> crops by grading's own code -> a network that starts from what is given ->
fitted in phases -> calibrated on the validation patients -> written in half precision, read back -> judged on the
test patients -> a model version: weights, card, golden batch.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from grading.network import build, put_weights, take_weights, with_weights
from grading.ports import FaceFinder
from grading.types import Grade, Pixels
from grading.version import Figure, ModelCard
from grading.weights import HEAD_BIAS, HEAD_KERNEL
from trainer.calibration import Calibration, calibration
from trainer.card import CURVE_FILE, draw, environment, finish_version, hyper_parameters, moment, stored_network
from trainer.cases import LEAKING, PARTS, Case, Split, refuse_leaks
from trainer.curves import Curve, CurveKeeper, read_curve, share_right
from trainer.fairness import refuse_too_few, refuse_unfair
from trainer.features import Features, frozen_part
from trainer.fit import Lessons, Plan, fit, probabilities
from trainer.head import fit_head
from trainer.labels import targets, unit_targets, weights_of
from trainer.lessons import Copies, head_lessons
from trainer.metrics import confusion, judge
from trainer.patients import is_among, lineage, marks
from trainer.pictures import Crops, crops_of
from trainer.start import Start, initialise

GOLDEN_CROPS = 8
TRAINING_JUDGED = 256  # crops that a learning curve's training share is of
SYNTHETIC_NAME = "phantom"
SYNTHETIC_LIMITS = (
    "Trained on synthetic patients only. Its figures say nothing about real patients.",
    "Not a medical device. It supports, and does not replace, clinical judgement.",
    "Frontal faces up to about 30 degrees; no glasses, tubes or hands in front of the face were in the data.",
)


@dataclass(frozen=True)
class Request:
    """What to train. kept_in: folder for crops and checkpoints; the same request with it goes on after a kill."""

    version: str
    start: str
    data: str
    synthetic_only: bool
    plan: Plan
    kept_in: Path
    output: Path
    split: Split = "patient"


@dataclass(frozen=True)
class Watcher:
    """Who is told how far the training is: one call per line of the journal, one per picture, Keras callbacks."""

    say: Callable[[str], None]
    picture: Callable[[], None]
    callbacks: Sequence[Any] = ()


def train(
    request: Request, cases: Sequence[Case], finder: FaceFinder, made_at: datetime, watcher: Watcher
) -> ModelCard:
    """Trains and writes the version `request.output / request.version`; returns its card.

    Raises:
        CasesError: too few cases to train, calibrate or judge with.
        FileExistsError: that version exists already.
        StartError: the weights to start from cannot be used.
    """
    refuse_misnamed(request)
    refuse_too_few(cases)
    if request.split == "patient":
        refuse_leaks(cases)
    keras.utils.set_random_seed(request.plan.seed)
    crops = crops_of(cases, finder, request.kept_in / "crops", request.plan.crop_px, watcher.picture)
    watcher.say(f"{len(crops.cases)} faces in {len(cases)} pictures, data set {crops.data_set}")
    refuse_unfair(request.split, crops, watcher.say)
    n_grades = 5 if any(case.grade is Grade.NONE for case in cases) else 4
    with precision(request.plan.precision):
        network = build(n_grades, request.plan.dropout, request.plan.crop_px)
    start = initialise(network, request.start)
    for stage, source in start.stages:
        watcher.say(f"{stage} starts from {source}")
    lessons = _lessons(crops, n_grades, request.plan)
    if request.plan.head is not None:
        begin_with_head(network, lessons, crops.part("train"), start, request.plan, request.kept_in, watcher)
    state = _state_folder(request, crops.data_set)
    told = [*watcher.callbacks, CurveKeeper(state / CURVE_FILE, shares_right(crops))]
    fit(network, lessons, crops.part("train"), request.plan, start.fresh(), state, told)
    fitted = with_weights(take_weights(network), request.plan.crop_px)
    return _judged_and_written(fitted, crops, start, request, made_at, watcher, read_curve(state / CURVE_FILE))


def _lessons(crops: Crops, n_grades: int, plan: Plan) -> Lessons:
    units = unit_targets(crops.cases)
    return Lessons(
        crops.pixels,
        targets(crops.cases, n_grades, plan.softness),
        weights_of(crops.cases, balanced=plan.is_balanced),
        None if np.isnan(units).all() else units,
    )


def shares_right(crops: Crops) -> Callable[[keras.Model], tuple[float, float]]:
    """What judges a network after each epoch: the share it grades right of some training crops and of validation."""
    training, validation = _some(crops.part("train"), TRAINING_JUDGED), crops.part("val")

    def judge_now(network: keras.Model) -> tuple[float, float]:
        first = len(Grade) - int(network.outputs[0].shape[-1])
        return (
            share_right(probabilities(network, crops.pixels, training), _true(crops, training), first),
            share_right(probabilities(network, crops.pixels, validation), _true(crops, validation), first),
        )

    return judge_now


def begin_with_head(
    network: keras.Model,
    lessons: Lessons,
    at: Sequence[int],
    start: Start,
    plan: Plan,
    kept_in: Path,
    watcher: Watcher,
) -> None:
    """Fits the head to kept features of the pre-trained network, with the recipe of the plan, and puts it in."""
    fresh = [stage for stage in start.fresh() if stage != "head"]
    if plan.head is None or fresh:
        watcher.say(f"{' and '.join(fresh)} must be learnt first: the head is not fitted to features beforehand")
        return
    features = Features(frozen_part(take_weights(network)), kept_in / "features")
    copies = Copies(plan.copies, plan.augmentation, plan.head.seed)
    learnt = head_lessons(lessons.pixels, lessons.targets, lessons.weights, at, features, copies, watcher.picture)
    head = fit_head(learnt, plan.head)
    if not head.is_finite:
        raise ValueError("the head diverged: search for other values (`peea-trainer search`) or fit without them")
    put_weights(network, {HEAD_KERNEL: head.kernel, HEAD_BIAS: head.bias})
    watcher.say(f"head fitted to {len(learnt.features)} features with {plan.head.optimiser}, rate {plan.head.rate:g}")


def _state_folder(request: Request, data_set: str) -> Path:
    """Where the state of this fit is kept: another plan or start is another fit."""
    asked = hashlib.sha256(f"{request.start} {request.plan}".encode()).hexdigest()[:12]
    folder = request.kept_in / f"{request.version}-{data_set}-{asked}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Networks built within the block compute in this precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _judged_and_written(
    network: keras.Model,
    crops: Crops,
    start: Start,
    request: Request,
    made_at: datetime,
    watcher: Watcher,
    curve: Curve,
) -> ModelCard:
    first = 5 - int(network.output.shape[-1])
    validation, test = crops.part("val"), crops.part("test")
    answers = probabilities(network, crops.pixels, validation)
    patients = [crops.cases[at].patient for at in validation]
    correction = calibration(_true(crops, validation), answers, patients, first)
    unfinished = request.kept_in / f"{request.version}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    stored = stored_network(network, correction, request.plan.crop_px, unfinished)
    said = probabilities(stored, crops.pixels, test)
    true = _true(crops, test)
    figures = judge(true, said, [crops.cases[at].patient for at in test], first)
    for name, figure in figures.items():
        watcher.say(f"test patients: {name} {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})")
    card = _card(crops, start, request, made_at, correction, true, said, figures)
    draw(card, curve, unfinished)
    finish_version(stored, _golden(crops, validation), card, unfinished, request.output / request.version)
    return card


def _card(
    crops: Crops,
    start: Start,
    request: Request,
    made_at: datetime,
    correction: Calibration,
    true: NDArray[np.int64],
    said: NDArray[np.float32],
    figures: dict[str, Figure],
) -> ModelCard:
    before = lineage(request.start)
    learnt = {*before.learnt_from, *marks(crops.cases, ("train", "val"))}
    first = len(Grade) - said.shape[1]
    return ModelCard(
        version=request.version,
        made_at=moment(made_at),
        grades=tuple(grade.name.lower() for grade in Grade if grade >= first),
        synthetic_only=request.synthetic_only,
        data=request.data,
        data_set=crops.data_set,
        pictures={part: len(crops.part(part)) for part in PARTS},
        patients={part: len({crops.cases[at].patient for at in crops.part(part)}) for part in PARTS},
        split="by patient" if request.split == "patient" else LEAKING,
        started_from=dict(start.stages),
        hyper_parameters=hyper_parameters(request.plan) | _told(correction, first),
        figures=figures,
        confusion=confusion(true, said.argmax(axis=1) + first),
        environment=environment(),
        seed=request.plan.seed,
        crop_px=request.plan.crop_px,
        limits=SYNTHETIC_LIMITS if request.synthetic_only else SYNTHETIC_LIMITS[1:],
        learnt_from=tuple(sorted(learnt)),
        held_out=marks([case for case in crops.cases if not is_among(case.patient, learnt)], ("test",)),
        calibrated_on=marks(crops.cases, ("val",)),
        unlisted=before.unlisted,
    )


def _told(correction: Calibration, first: int) -> dict[str, float | int | str]:
    grades = [grade.name.lower() for grade in Grade if grade >= first]
    offsets = ", ".join(f"{name} {offset:+.3f}" for name, offset in zip(grades, correction.offsets, strict=True))
    return {"temperature": round(correction.temperature, 4), "offsets": offsets}


def refuse_misnamed(request: Request) -> None:
    """Checks that the version's name says whether it was trained on synthetic patients: sheets warn by it.

    Raises:
        ValueError: it says the opposite.
    """
    if request.version.lower().startswith(SYNTHETIC_NAME) is not request.synthetic_only:
        rule = "must" if request.synthetic_only else "must not"
        raise ValueError(
            f"--version {request.version}: its name {rule} begin with {SYNTHETIC_NAME!r}, by which sheets warn"
        )


def _true(crops: Crops, at: Sequence[int]) -> NDArray[np.int64]:
    return np.array([int(crops.cases[position].grade) for position in at], np.int64)


def _some(at: Sequence[int], most: int) -> list[int]:
    """At most so many of these positions, evenly spread."""
    if len(at) <= most:
        return list(at)
    return [at[int(place)] for place in np.linspace(0, len(at) - 1, most)]


def _golden(crops: Crops, at: Sequence[int]) -> Pixels:
    return np.asarray(crops.pixels[_some(at, GOLDEN_CROPS)], np.uint8)
