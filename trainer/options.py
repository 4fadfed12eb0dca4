"""Options that several commands of `peea-trainer` have, so that they are called and explained the same in each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

CasesList: TypeAlias = Annotated[
    Path,
    typer.Argument(help="CSV or Excel list of labelled pictures and recordings, or a folder of pictures by grade."),
]
MoreLists: TypeAlias = Annotated[list[Path] | None, typer.Option(help="Further lists, used for training only.")]
SplitBy: TypeAlias = Annotated[
    Literal["patient", "random"],
    typer.Option(help="'random' is the paper's split by picture: it leaks patients, for comparison only."),
]
LetterCoding: TypeAlias = Annotated[
    Literal["facs", "paper"] | None,
    typer.Option(help="What letters a-e of action units are worth: 'facs' 1-5, 'paper' 0-4."),
]
Seed: TypeAlias = Annotated[int, typer.Option(min=0, help="The number that all chance comes from.")]
Work: TypeAlias = Annotated[
    Path, typer.Option(help="Folder for what can be made again: crops, features, trials, checkpoints.")
]
CropPx: TypeAlias = Annotated[int, typer.Option(min=64, max=512, help="Side of the crops that the network sees, px.")]
StartFrom: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Weights to start from: a file of keras.applications.ResNet50, whole or cut after a stage, "
        "the folder of a model version, or 'imagenet'."
    ),
]
Copies: TypeAlias = Annotated[
    int, typer.Option(min=0, help="Changed copies of each training picture that the head learns from besides.")
]
Changes: TypeAlias = Annotated[
    Literal["all", "half", "paper", "none"],
    typer.Option(help="How training pictures are changed; 'half': half as far; 'paper': turned, cut, shifted only."),
]
USUAL_WORK = Path("training")
