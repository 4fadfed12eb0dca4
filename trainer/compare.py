"""Trains the networks of the paper's Table 3 (or the optimisers of Figure 7, or with and without augmentation, Table 1)
on the same pictures and the same split: the story of `peea-trainer compare`.

list -> as many pictures as asked for -> crops -> row after row, each kept once it is done and going on after a kill ->
training and validation accuracy, epochs and minutes beside the paper's, and pictures.

The split is by patient; the paper's is by picture, which lets a network see the patients that it is judged on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from pydantic import BaseModel, ConfigDict

from archive.files import write_whole
from grading.network import STAGES, build
from grading.ports import FaceFinder
from grading.types import Grade
from grading.version import Figure
from trainer.augment import NO_CHANGE, PAPER_CHANGES
from trainer.cases import PARTS, Case, refuse_leaks
from trainer.curves import Curve, CurveKeeper, read_curve
from trainer.fairness import refuse_too_few, refuse_unfair
from trainer.fit import Lessons, Phase, Plan, fit, probabilities
from trainer.labels import targets, weights_of
from trainer.metrics import by_grades
from trainer.optimise import SEARCHED_FROM, SearchRequest, search
from trainer.pictures import Crops, crops_of
from trainer.retrain import Watcher, begin_with_head, precision, shares_right
from trainer.rivals import alexnet, resnet15
from trainer.search import PAPER, read_trials
from trainer.start import Start, initialise

ALL = (*STAGES, "head")
# the paper gives no hyper-parameters but the optimum; these are the usual ones of each optimiser
USUAL_RATE = {"SGDM": 1e-2, "Adam": 1e-4, "RMSprop": 1e-4}
OPTIMISED_SHARE = 0.6  # of the epochs: the paper's 30 of 50


@dataclass(frozen=True)
class Budget:
    """How large the comparison is.

    pictures: at most so many, all parts together. learn_from: the first stage of ResNet50 that learns.
    trials: of the search for the optimised network. kept_in: folder; the same comparison with it goes on after a kill.
    """

    start: str
    kept_in: Path
    pictures: int
    epochs: int
    trials: int
    crop_px: int
    batch: int
    learn_from: str
    seed: int


@dataclass(frozen=True)
class Printed:
    """What the paper prints of a row; None: not given. Shares 0..1."""

    training: float | None = None
    validation: float | None = None
    epochs: int | None = None
    minutes: int | None = None
    test: float | None = None


@dataclass(frozen=True)
class Row:
    """A network to train. build: of the number of grades. is_resnet50: starts from the budget's weights."""

    name: str
    build: Callable[[int], keras.Model]
    plan: Plan
    paper: Printed
    is_resnet50: bool = True
    is_searched: bool = False


class Result(BaseModel):
    """What came of a row. Shares 0..1; minutes of learning, without the search and without judging."""

    model_config = ConfigDict(frozen=True)

    name: str
    training: float
    validation: Figure
    test: Figure
    test_kappa: Figure
    epochs: int
    minutes: float
    processor_minutes: float
    search_minutes: float
    parameters: int
    started_from: str
    learnt_by: str
    curve: Curve


def table_3(budget: Budget) -> list[Row]:
    """AlexNet, ResNet15, ResNet50 and the optimised network."""
    plan = usual_plan(budget)
    fresh = replace(plan, phases=(Phase("whole network", ALL, budget.epochs, USUAL_RATE["SGDM"]),))
    fewer = max(round(budget.epochs * OPTIMISED_SHARE), 1)
    optimised = replace(plan, phases=(replace(plan.phases[0], epochs=fewer),))
    side = budget.crop_px
    return [
        Row("AlexNet", lambda n: alexnet(n, side), fresh, Printed(0.774, 0.745, 50, 52), is_resnet50=False),
        Row("ResNet15", lambda n: resnet15(n, side), fresh, Printed(0.856, 0.834, 50, 36), is_resnet50=False),
        Row("ResNet50", _resnet50(budget), plan, Printed(0.984, 0.975, 50, 46)),
        Row("optimised", _resnet50(budget), optimised, Printed(0.996, 0.987, 30, 24), is_searched=True),
    ]


def figure_7(budget: Budget) -> list[Row]:
    """The same ResNet50 by each of the paper's optimisers; the paper shows the curves and prints no figures."""
    return [Row(name, _resnet50(budget), usual_plan(budget, name), Printed()) for name in ("RMSprop", "Adam", "SGDM")]


def table_1(budget: Budget) -> list[Row]:
    """The same ResNet50 without augmentation, with the paper's, and with all that a fit changes beside it."""
    plan, without, papers = usual_plan(budget), Printed(test=0.6762), Printed(test=0.7399)
    return [
        Row("no augmentation", _resnet50(budget), replace(plan, augmentation=NO_CHANGE), without),
        Row("the paper's changes", _resnet50(budget), replace(plan, augmentation=PAPER_CHANGES), papers),
        Row("all changes", _resnet50(budget), plan, Printed()),
    ]


def usual_plan(budget: Budget, optimiser: str = "SGDM") -> Plan:
    """One phase with the optimiser's usual values: momentum 0.9, L2 1e-4."""
    stages = (*STAGES[STAGES.index(budget.learn_from) :], "head")
    phase = Phase(f"{budget.learn_from} to head", stages, budget.epochs, USUAL_RATE[optimiser])
    return Plan(
        (phase,),
        batch=budget.batch,
        optimiser=optimiser,
        l2=1e-4,
        dropout=0.0,
        softness=0.0,
        seed=budget.seed,
        crop_px=budget.crop_px,
    )


def compare(
    rows: Sequence[Row], cases: Sequence[Case], budget: Budget, finder: FaceFinder, watcher: Watcher
) -> list[Result]:
    """The results of all rows; those that were done before are not done again.

    Raises:
        StartError: the weights to start from cannot be used. CasesError: a patient or picture in two parts, or too few.
    """
    if any(row.is_resnet50 for row in rows):
        initialise(build(len(Grade), crop_px=budget.crop_px), budget.start)  # not to find out an hour later
    refuse_leaks(cases)
    chosen = limited(cases, budget.pictures)
    refuse_too_few(chosen)
    crops = crops_of(chosen, finder, budget.kept_in / "crops", budget.crop_px, watcher.picture)
    refuse_unfair("patient", crops, watcher.say)
    counts = ", ".join(f"{len(crops.part(part))} for {part}" for part in PARTS)
    watcher.say(f"pictures: {counts}; split by patient; data set {crops.data_set}")
    results = []
    for row in rows:
        folder = budget.kept_in / "compare" / f"{crops.data_set}-{_digest(row, budget)}"
        done = folder / "result.json"
        if not done.is_file():
            watcher.say(f"{row.name} is trained")
            folder.mkdir(parents=True, exist_ok=True)
            result = _trained(row, chosen, crops, budget, finder, folder, watcher)
            write_whole(done, result.model_dump_json(indent=1).encode())
        results.append(Result.model_validate_json(done.read_bytes()))
        watcher.say(in_words(results[-1]))
    return results


def in_words(result: Result) -> str:
    """A row for the journal."""
    return (
        f"{result.name}: training {result.training:.1%}, validation {result.validation.value:.1%} "
        f"({result.validation.low:.1%} to {result.validation.high:.1%}), {result.epochs} epochs, "
        f"{result.minutes:.1f} min ({result.processor_minutes:.1f} of processor)"
    )


def limited(cases: Sequence[Case], most: int) -> list[Case]:
    """At most so many cases, evenly taken from the list, so that the parts keep their shares."""
    if len(cases) <= most:
        return list(cases)
    return [cases[int(at)] for at in np.linspace(0, len(cases) - 1, most)]


def _trained(
    row: Row, cases: Sequence[Case], crops: Crops, budget: Budget, finder: FaceFinder, folder: Path, watcher: Watcher
) -> Result:
    n_grades = 5 if any(case.grade is Grade.NONE for case in crops.cases) else 4
    row, search_minutes = _searched(row, cases, budget, finder, watcher) if row.is_searched else (row, 0.0)
    plan, at = row.plan, crops.part("train")
    keras.utils.set_random_seed(plan.seed)
    with precision(plan.precision):
        network = row.build(n_grades)
    start = initialise(network, budget.start) if row.is_resnet50 else Start(tuple((part, "random") for part in ALL))
    learnt = targets(crops.cases, n_grades, plan.softness)
    lessons = Lessons(crops.pixels, learnt, weights_of(crops.cases, balanced=plan.is_balanced))
    if plan.head is not None:
        begin_with_head(network, lessons, at, start, plan, budget.kept_in, watcher)
    keeper = CurveKeeper(folder / "curve.json", shares_right(crops))
    (folder / "state").mkdir(exist_ok=True)
    fit(network, lessons, at, plan, start.fresh(), folder / "state", [*watcher.callbacks, keeper])
    return _result(row, network, crops, start, read_curve(folder / "curve.json"), search_minutes)


def _result(row: Row, network: keras.Model, crops: Crops, start: Start, curve: Curve, search_minutes: float) -> Result:
    val, test, plan = _judged(network, crops, "val"), _judged(network, crops, "test"), row.plan
    return Result(
        name=row.name,
        training=curve.epochs[-1].training,
        validation=val["accuracy"],
        test=test["accuracy"],
        test_kappa=test["quadratic_kappa"],
        epochs=sum(phase.epochs for phase in plan.phases),
        minutes=round(curve.minutes, 2),
        processor_minutes=round(curve.processor_minutes, 2),
        search_minutes=round(search_minutes, 2),
        parameters=int(network.count_params()),
        started_from=", ".join(dict.fromkeys(source for _, source in start.stages)),
        learnt_by=f"{plan.optimiser}, rate {plan.phases[0].rate:g}, momentum {plan.momentum:g}, L2 {plan.l2:g}",
        curve=curve,
    )


def _searched(
    row: Row, cases: Sequence[Case], budget: Budget, finder: FaceFinder, watcher: Watcher
) -> tuple[Row, float]:
    """The row with what Bayesian optimisation in the paper's ranges found, and the minutes of all trials."""
    base = replace(SEARCHED_FROM, seed=budget.seed)
    request = SearchRequest(
        budget.start, budget.kept_in, PAPER, budget.trials, base, budget.crop_px, softness=0.0, is_balanced=False
    )
    found = search(request, cases, finder, replace(watcher, callbacks=()))
    recipe = found.trial.recipe
    rate = USUAL_RATE[recipe.optimiser]
    phases = tuple(replace(phase, rate=rate) for phase in row.plan.phases)
    plan = replace(
        row.plan, head=recipe, phases=phases, optimiser=recipe.optimiser, momentum=recipe.momentum, l2=recipe.l2
    )
    return replace(row, plan=plan), sum(trial.took_s for trial in read_trials(found.path)) / 60


def _judged(network: keras.Model, crops: Crops, part: str) -> dict[str, Figure]:
    at = crops.part(part)
    true = np.array([int(crops.cases[position].grade) for position in at], np.int64)
    said = probabilities(network, crops.pixels, at)
    patients = [crops.cases[position].patient for position in at]
    return by_grades(true, said.argmax(axis=1) + len(Grade) - said.shape[1], patients)


def _resnet50(budget: Budget) -> Callable[[int], keras.Model]:
    return lambda n_grades: build(n_grades, crop_px=budget.crop_px)


def _digest(row: Row, budget: Budget) -> str:
    """What a row depends on: another budget or plan is another row."""
    asked = f"{row.name} {row.plan} {row.is_searched} {budget.start} {budget.trials if row.is_searched else 0}"
    return f"{row.name.split()[0]}-{hashlib.sha256(asked.encode()).hexdigest()[:10]}"
