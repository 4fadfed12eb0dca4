"""The command `peea-trainer`: fits a network to labelled pictures, now or on a schedule."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archive.locks import HeldElsewhereError
from trainer import search_command

if TYPE_CHECKING:
    from config.settings import Settings
    from grading.ports import Scorer
    from grading.types import Outcome

app = typer.Typer(
    name="peea-trainer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def about() -> None:
    """Trains the network that PEEA grades pain with, from labelled pictures. Never touches recordings."""


app.command()(search_command.search)


@app.command()
def fit(
    cases: Annotated[Path, typer.Argument(help="List of labelled pictures (CSV: file, patient, grade or VAS, split).")],
    version: Annotated[str, typer.Option(help="Name of the model version to make.")],
    output: Annotated[Path, typer.Option(help="Folder that the version's folder is put into.")],
    more: Annotated[list[Path] | None, typer.Option(help="Further lists, used for training only.")] = None,
    start: Annotated[
        str,
        typer.Option(help="A weights file of keras.applications.ResNet50, whole or cut after a stage; or 'imagenet'."),
    ] = "imagenet",
    new_epochs: Annotated[int, typer.Option(min=0, help="Passes in which only stage 5 and the head learn.")] = 4,
    whole_epochs: Annotated[int, typer.Option(min=0, help="Passes in which the whole network learns.")] = 6,
    learn_from: Annotated[
        str, typer.Option(help="The earliest stage that learns in those passes: conv1 to conv5.")
    ] = "conv1",
    crop_px: Annotated[int, typer.Option(min=64, max=512, help="Side of the crops that the network sees, px.")] = 224,
    searched: Annotated[
        Path | None, typer.Option(help="File of `peea-trainer search`: the head is fitted with the best values first.")
    ] = None,
    copies: Annotated[int, typer.Option(min=0, help="Changed copies of each training picture for that.")] = 0,
    optimiser: Annotated[
        Literal["AdamW", "RMSprop", "Adam", "SGDM"], typer.Option(help="Of the passes; SGDM is SGD with momentum.")
    ] = "AdamW",
    l2: Annotated[float, typer.Option(min=0, help="This times the sum of squared weights is added to the loss.")] = 0.0,
    balanced: Annotated[bool, typer.Option(help="Whether rare grades weigh more, so that all weigh the same.")] = False,
    seed: Annotated[int, typer.Option(help="The number that all chance comes from.")] = 0,
    work: Annotated[Path, typer.Option(help="Folder for crops and checkpoints; a killed fit goes on from it.")] = Path(
        "training"
    ),
    data: Annotated[str, typer.Option(help="What the pictures are, for the model card.")] = "",
    synthetic: Annotated[bool, typer.Option("--synthetic", help="The pictures show synthetic patients only.")] = False,
) -> None:
    """Train a network now, judge it on patients that it has not seen, and write it as a model version."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from trainer.cases import read_cases

    listed = read_cases(cases, seed=seed)
    for path in more or []:
        listed += read_cases(path, only_training=True)
    # after the lists were found good: these take seconds to import
    from grading.faces import CascadeFinder
    from trainer.fit import default_plan
    from trainer.progress import terminal_watcher
    from trainer.retrain import Request, train
    from trainer.search import best, read_trials

    plan = replace(
        default_plan(new_epochs, whole_epochs, seed, learn_from=learn_from, crop_px=crop_px),
        head=best(read_trials(searched)).recipe if searched else None,
        copies=copies,
        optimiser=optimiser,
        l2=l2,
        is_balanced=balanced,
    )
    request = Request(version, start, data, synthetic, plan, work, output)
    with terminal_watcher(len(listed), new_epochs + whole_epochs) as watcher:
        train(request, listed, CascadeFinder(0.10, threads=2), datetime.now(UTC), watcher)


@app.command()
def quantise(
    model: Annotated[Path, typer.Argument(help="Folder of the float32 model version.")],
    cases: Annotated[Path, typer.Argument(help="The list that it was made from.")],
    output: Annotated[Path, typer.Option(help="Folder that the new version's folder, <name>-int8, is put into.")],
    more: Annotated[list[Path] | None, typer.Option(help="The further lists that it was made from.")] = None,
    recordings: Annotated[Path | None, typer.Option(help="Folder of recordings (.mp4) to judge with as well.")] = None,
    seed: Annotated[int, typer.Option(help="The number that the split came from.")] = 0,
    work: Annotated[Path, typer.Option(help="Folder for crops and forms.")] = Path("training"),
) -> None:
    """Make an int8 form of a model version, about twice as fast; refused if grades of held-out patients change."""
    from grading.faces import CascadeFinder
    from grading.grader import Grader, GradingSettings
    from grading.version import read_version
    from trainer.cases import read_cases
    from trainer.pictures import crops_of
    from trainer.quantise import Places
    from trainer.quantise import quantise as make

    listed = read_cases(cases, seed=seed)
    for path in more or []:
        listed += read_cases(path, only_training=True)
    finder, version = CascadeFinder(0.10), read_version(model)
    crops = crops_of(listed, finder, work / "crops", version.card.crop_px)
    found = sorted(recordings.glob("*.mp4")) if recordings else []

    def grade(scorer: Scorer, path: Path) -> Outcome:
        return Grader(finder, scorer, GradingSettings()).grade(path)

    card = make(version, crops, found, grade, Places(work, output), datetime.now(UTC))
    for name, value in card.gate.items():
        print(f"{name}: {value:g}")


@app.command()
def judge(
    version: Annotated[Path, typer.Argument(help="Folder of a model version.")],
    cases: Annotated[Path, typer.Argument(help="List of labelled pictures.")],
    recordings: Annotated[
        Path | None, typer.Option(help="List of recordings (CSV: file, patient, grade), judged as a whole as well.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for figures and pictures (default: judged/VERSION here).")
    ] = None,
    seed: Annotated[int, typer.Option(help="The number that the split comes from, where the list has none.")] = 0,
    work: Annotated[Path, typer.Option(help="Folder for crops and serving forms.")] = Path("training"),
) -> None:
    """Judge a model version on patients that it has not learnt from: figures with 95 % intervals, and pictures."""
    from trainer.judge_command import judge as judge_

    judge_(version, cases, recordings, output, seed, work)


SettingsFile = Annotated[
    Path | None, typer.Option(help="The settings (default: peea.toml here, or /etc/peea/peea.toml).")
]
WardFolder = Annotated[Path | None, typer.Option(help="The ward's folder, if no settings name it.")]
USUAL_PLACES = (Path("peea.toml"), Path("/etc/peea/peea.toml"))


@app.command()
def now(
    settings: SettingsFile = None,
    ward: WardFolder = None,
    usual_priority: Annotated[
        bool, typer.Option("--usual-priority", help="Do not step back behind all else that the machine does.")
    ] = False,
) -> None:
    """Train from the ward's labelled cases now, if there are enough new ones.

    The new version is judged beside the active one on patients that neither has learnt from, and takes its place if it
    is not worse; the log says why, or why not.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from trainer.priority import step_back
    from trainer.ward import train_now

    if not usual_priority:
        step_back()
    train_now(_settings(settings, ward), datetime.now(UTC))


@app.command()
def challenge(
    version: Annotated[Path, typer.Argument(help="Folder of a model version; it is installed, whatever the verdict.")],
    cases: Annotated[
        Path | None, typer.Argument(help="List of labelled pictures to judge by (default: the ward's cases).")
    ] = None,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Judge a model version beside the ward's active one; if it is not worse, it takes that one's place."""
    from trainer.cases import read_cases
    from trainer.ward import kept_apart, model_store, promote, training_here, ward_cases

    found = _settings(settings, ward)
    with training_here(found):
        store = model_store(found)
        listed = read_cases(cases, seed=found.trainer.seed) if cases else ward_cases(found)
        champion = store.version(store.champion().name)
        verdict = promote(found, store.install(version), kept_apart(listed, champion.card))
    print(verdict.in_words())
    raise typer.Exit(0 if verdict.is_accepted else 1)


@app.command()
def run(settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Train by the schedule in the settings until told to end; a time missed while switched off is made up for."""
    from trainer.run_command import run_on_schedule

    arguments = [*(["--settings", str(settings)] if settings else []), *(["--ward", str(ward)] if ward else [])]
    run_on_schedule(_settings(settings, ward), arguments)


def _settings(file: Path | None, ward: Path | None) -> Settings:
    from config.logs import set_up
    from config.settings import load

    if file is None and ward is not None and (ward / "peea.toml").is_file():
        file = ward / "peea.toml"
    if file is None and ward is None:
        file = next((place for place in USUAL_PLACES if place.is_file()), None)
    found = load(file, ward_folder=ward)
    set_up(found.logging.level)
    return found


def main() -> None:
    """Runs the command; every expected error is one line that says what to do, with exit status 1."""
    try:
        app()
    except (ValueError, OSError, HeldElsewhereError) as problem:
        print(f"peea-trainer: {problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
