"""`peea-trainer fit`: a network trained now, judged, and written as a model version."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from trainer.options import (
    USUAL_WORK,
    CasesList,
    Changes,
    Copies,
    CropPx,
    LetterCoding,
    MoreLists,
    Seed,
    SplitBy,
    StartFrom,
    Work,
)

if TYPE_CHECKING:
    from trainer.cases import Listed
    from trainer.retrain import Request

SearchFile: TypeAlias = Annotated[
    Path | None, typer.Option(help="File of `peea-trainer search`: the head is fitted with the best values first.")
]
OfPasses: TypeAlias = Annotated[
    Literal["AdamW", "RMSprop", "Adam", "SGDM"], typer.Option(help="Of the passes; SGDM is SGD with momentum.")
]
UnitsWeight: TypeAlias = Annotated[
    float, typer.Option(min=0, help="Weight of learning action units as well, where the list codes all six.")
]
LearnFrom: TypeAlias = Annotated[
    Literal["conv1", "conv2", "conv3", "conv4", "conv5"], typer.Option(help="The earliest stage that learns then.")
]


def fit(
    cases: CasesList,
    version: Annotated[str, typer.Option(help="Name of the model version to make.")],
    output: Annotated[Path, typer.Option(help="Folder that the version's folder is put into.")],
    more: MoreLists = None,
    start: StartFrom = "imagenet",
    new_epochs: Annotated[int, typer.Option(min=0, help="Passes in which only stage 5 and the head learn.")] = 4,
    whole_epochs: Annotated[int, typer.Option(min=0, help="Passes in which the whole network learns.")] = 6,
    whole_rate: Annotated[float, typer.Option(min=0, help="Highest learning rate of these passes.")] = 3e-4,
    learn_from: LearnFrom = "conv1",
    crop_px: CropPx = 224,
    searched: SearchFile = None,
    copies: Copies = 0,
    augment: Changes = "all",
    optimiser: OfPasses = "AdamW",
    momentum: Annotated[float, typer.Option(min=0, max=0.999, help="Of SGDM and RMSprop; Adam's beta 1.")] = 0.9,
    l2: Annotated[float, typer.Option(min=0, help="This times the sum of squared weights is added to the loss.")] = 0.0,
    balanced: Annotated[bool, typer.Option(help="Whether rare grades weigh more, so that all weigh the same.")] = False,
    units_weight: UnitsWeight = 0.0,
    split: SplitBy = "patient",
    coding: LetterCoding = None,
    seed: Seed = 0,
    work: Work = USUAL_WORK,
    data: Annotated[str, typer.Option(help="What the pictures are, for the model card.")] = "",
    synthetic: Annotated[bool, typer.Option("--synthetic", help="The pictures show synthetic patients only.")] = False,
) -> None:
    """Train a network now, judge it on patients that it has not seen, and write it as a model version."""
    _refuse_existing(output / version)  # not to find out after hours
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from trainer.gather import Sources, gather

    listed = gather(Sources(cases, more or [], split, coding, seed, work, crop_px))
    # after the lists were found good: these take seconds to import
    from trainer.augment import CHANGES
    from trainer.fit import default_plan
    from trainer.retrain import Request
    from trainer.search import best, read_trials

    head = best(read_trials(searched)).recipe if searched else None
    plan = default_plan(new_epochs, whole_epochs, seed, learn_from=learn_from, crop_px=crop_px, whole_rate=whole_rate)
    plan = replace(plan, optimiser=optimiser, momentum=momentum, l2=l2, is_balanced=balanced, head=head)
    plan = replace(plan, augmentation=CHANGES[augment], copies=copies, units_weight=units_weight)
    request = Request(version, start, data, synthetic, plan, work, output, split)
    _train(request, listed, new_epochs + whole_epochs)


def _refuse_existing(folder: Path) -> None:
    if folder.exists():
        raise FileExistsError(f"{folder} exists already: a model version never changes, choose another name")


def _train(request: Request, listed: Listed, epochs: int) -> None:
    from grading.faces import CascadeFinder
    from trainer.gather import SMALLEST_FACE_SHARE
    from trainer.progress import terminal_watcher
    from trainer.retrain import train

    with terminal_watcher(len(listed.cases), epochs) as watcher:
        for why in listed.left_out:
            watcher.say(why)
        train(request, listed.cases, CascadeFinder(SMALLEST_FACE_SHARE, threads=2), datetime.now(UTC), watcher)
