"""The command `peea-trainer`: fits a network to labelled pictures, now or on a schedule."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.locks import HeldElsewhereError
from trainer import cases_command, compare_command, fit_command, judge_command, search_command

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


OF_A_WARD = ("now", "run", "challenge")  # what these make lies in the ward's state folder, which is closed


@app.callback()
def about(context: typer.Context) -> None:
    """Trains the network that PEEA grades pain with, from labelled pictures. Never touches recordings."""
    if context.invoked_subcommand not in OF_A_WARD:
        os.umask(os.umask(0o077) | 0o077)  # crops and golden batches are faces, wherever they are put


app.command()(search_command.search)
app.command()(fit_command.fit)
app.command()(judge_command.judge)
app.command()(compare_command.compare)
app.command("cases")(cases_command.show)


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
    from trainer.ward import challenged

    verdict = challenged(_settings(settings, ward), version, cases)
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
