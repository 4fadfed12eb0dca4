"""`peea-trainer search`: hyper-parameters by Bayesian optimisation, for `peea-trainer fit --searched`."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from trainer.options import (
    USUAL_WORK,
    CasesList,
    Copies,
    CropPx,
    LetterCoding,
    MoreLists,
    Seed,
    SplitBy,
    StartFrom,
    Work,
)


def search(
    cases: CasesList,
    more: MoreLists = None,
    start: StartFrom = "imagenet",
    profile: Annotated[
        Literal["wide", "paper"], typer.Option(help="What is searched; 'paper' is its Table 2.")
    ] = "wide",
    trials: Annotated[int, typer.Option(min=1, help="How many trials, those made before counted in.")] = 60,
    epochs: Annotated[int, typer.Option(min=1, help="Passes of each trial.")] = 30,
    batch: Annotated[int, typer.Option(min=1, help="Pictures learnt from at a time.")] = 256,
    crop_px: CropPx = 224,
    copies: Copies = 0,
    balanced: Annotated[bool, typer.Option(help="Whether rare grades weigh more, so that all weigh the same.")] = True,
    split: SplitBy = "patient",
    coding: LetterCoding = None,
    seed: Seed = 0,
    work: Work = USUAL_WORK,
) -> None:
    """Find a head's learning rate, momentum, L2 and optimiser, judged on validation patients; each trial is kept."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from trainer.gather import SMALLEST_FACE_SHARE, Sources, gather

    listed = gather(Sources(cases, more or [], split, coding, seed, work, crop_px))
    # after the lists were found good: these take seconds to import
    from grading.faces import CascadeFinder
    from trainer.optimise import SearchRequest
    from trainer.optimise import search as searched
    from trainer.progress import terminal_watcher
    from trainer.recipe import Recipe
    from trainer.search import PROFILES

    base = Recipe("SGDM", rate=0.1, momentum=0.9, l2=0.0, epochs=epochs, batch=batch, seed=seed)
    request = SearchRequest(
        start, work, PROFILES[profile], trials, base, crop_px, copies, is_balanced=balanced, split=split
    )
    counts = [1 + copies if case.part == "train" else case.part == "val" for case in listed.cases]
    with terminal_watcher(len(listed.cases) + sum(counts), 0) as watcher:
        for why in listed.left_out:
            watcher.say(why)
        found = searched(request, listed.cases, CascadeFinder(SMALLEST_FACE_SHARE, threads=2), watcher)
    recipe = found.trial.recipe
    print(f"best: {recipe.optimiser}, rate {recipe.rate:g}, momentum {recipe.momentum:g}, L2 {recipe.l2:g}", end="")
    print(f", dropout {recipe.dropout:g}: score {found.trial.score:.4f} on the validation patients")
    print(f"fit with it: peea-trainer fit ... --searched {found.path}")
