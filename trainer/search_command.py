"""`peea-trainer search`: hyper-parameters by Bayesian optimisation, for `peea-trainer fit --searched`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer


def search(
    cases: Annotated[Path, typer.Argument(help="List of labelled pictures, as for `fit`.")],
    more: Annotated[list[Path] | None, typer.Option(help="Further lists, used for training only.")] = None,
    start: Annotated[
        str, typer.Option(help="What the frozen part is: a weights file, a model version's folder or 'imagenet'.")
    ] = "imagenet",
    profile: Annotated[
        Literal["wide", "paper"], typer.Option(help="What is searched; 'paper' is its Table 2.")
    ] = "wide",
    trials: Annotated[int, typer.Option(min=1, help="How many trials, those made before counted in.")] = 60,
    epochs: Annotated[int, typer.Option(min=1, help="Passes of each trial.")] = 30,
    batch: Annotated[int, typer.Option(min=1, help="Pictures learnt from at a time.")] = 256,
    crop_px: Annotated[int, typer.Option(min=64, max=512, help="Side of the crops that the network sees, px.")] = 224,
    copies: Annotated[int, typer.Option(min=0, help="Changed copies of each training picture to learn from.")] = 0,
    balanced: Annotated[bool, typer.Option(help="Whether rare grades weigh more, so that all weigh the same.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="The number that all chance comes from.")] = 0,
    work: Annotated[
        Path, typer.Option(help="Folder for crops, features and trials; a killed search goes on from it.")
    ] = Path("training"),
) -> None:
    """Find a head's learning rate, momentum, L2 and optimiser, judged on validation patients; each trial is kept."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from trainer.cases import read_cases

    listed = read_cases(cases, seed=seed)
    for path in more or []:
        listed += read_cases(path, only_training=True)
    # after the lists were found good: these take seconds to import
    from grading.faces import CascadeFinder
    from trainer.head import Recipe
    from trainer.optimise import SearchRequest
    from trainer.optimise import search as searched
    from trainer.progress import terminal_watcher
    from trainer.search import PROFILES

    base = Recipe("SGDM", rate=0.1, momentum=0.9, l2=0.0, epochs=epochs, batch=batch, seed=seed)
    request = SearchRequest(start, work, PROFILES[profile], trials, base, crop_px, copies, is_balanced=balanced)
    steps = len(listed) + sum(1 + copies if case.part == "train" else case.part == "val" for case in listed)
    with terminal_watcher(steps, 0) as watcher:
        found = searched(request, listed, CascadeFinder(0.10, threads=2), watcher)
    recipe = found.trial.recipe
    print(f"best: {recipe.optimiser}, rate {recipe.rate:g}, momentum {recipe.momentum:g}, L2 {recipe.l2:g}", end="")
    print(f", dropout {recipe.dropout:g}: macro F1 {found.trial.score:.4f} on the validation patients")
    print(f"fit with it: peea-trainer fit ... --searched {found.path}")
