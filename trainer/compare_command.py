"""`peea-trainer compare`: the paper's comparisons on one's own pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trainer.options import USUAL_WORK, CasesList, CropPx, Seed, StartFrom, Work

if TYPE_CHECKING:
    from trainer.compare import Budget, Result, Row

HERE = ("network", "training", "validation", "test", "epochs", "minutes")
PAPER = ("paper: training", "validation", "test", "epochs", "minutes")


def compare(
    cases: CasesList,
    optimisers: Annotated[
        bool, typer.Option("--optimisers", help="Compare RMSprop, Adam and SGDM instead (the paper's Figure 7).")
    ] = False,
    augmentation: Annotated[
        bool, typer.Option("--augmentation", help="Compare with and without augmentation instead (its Table 1).")
    ] = False,
    start: StartFrom = "imagenet",
    pictures: Annotated[int, typer.Option(min=5, help="At most so many pictures, all parts together.")] = 1_000_000,
    epochs: Annotated[int, typer.Option(min=1, help="Passes; the optimised network takes 0.6 times as many.")] = 50,
    trials: Annotated[int, typer.Option(min=1, help="Trials of the optimised network's search.")] = 60,
    crop_px: CropPx = 224,
    batch: Annotated[int, typer.Option(min=1, help="Pictures learnt from at a time.")] = 32,
    learn_from: Annotated[
        Literal["conv1", "conv2", "conv3", "conv4", "conv5"], typer.Option(help="ResNet50's first stage that learns.")
    ] = "conv1",
    seed: Seed = 0,
    work: Work = USUAL_WORK,
    output: Annotated[Path, typer.Option(help="Folder for the table and the pictures.")] = Path("compared"),
) -> None:
    """Train the paper's networks on one split: accuracy, epochs and minutes beside the paper's (Table 3)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from trainer.compare import Budget

    budget = Budget(start, work, pictures, epochs, trials, crop_px, batch, learn_from, seed)
    _compare(cases, budget, output, optimisers=optimisers, augmentation=augmentation)


def _compare(cases: Path, budget: Budget, output: Path, *, optimisers: bool, augmentation: bool) -> None:
    from trainer.gather import SMALLEST_FACE_SHARE, Sources, gather

    listed = gather(Sources(cases, (), "patient", None, budget.seed, budget.kept_in, budget.crop_px)).cases
    # after the list was found good: this takes seconds to import
    from grading.faces import CascadeFinder
    from trainer.compare import compare as compared
    from trainer.compare import figure_7, table_1, table_3
    from trainer.progress import terminal_watcher

    title, rows = "Table 3", table_3(budget)
    if optimisers or augmentation:
        title, rows = ("Figure 7", figure_7(budget)) if optimisers else ("Table 1", table_1(budget))
    steps = sum(phase.epochs for row in rows for phase in row.plan.phases)
    with terminal_watcher(min(len(listed), budget.pictures), steps) as watcher:
        results = compared(rows, listed, budget, CascadeFinder(SMALLEST_FACE_SHARE, threads=2), watcher)
    text = table(rows, results)
    print(text)
    write(title, text, rows, results, output)
    print(f"written to {output}")


def table(rows: Sequence[Row], results: Sequence[Result]) -> str:
    """The results beside the paper's, as a table in Markdown."""
    heads = (*HERE, *PAPER)
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row, result in zip(rows, results, strict=True):
        ours = (
            f"{result.training:.1%}",
            f"{result.validation.value:.1%} ({result.validation.low:.1%}-{result.validation.high:.1%})",
            f"{result.test.value:.1%} ({result.test.low:.1%}-{result.test.high:.1%})",
            str(result.epochs),
            f"{result.minutes:.1f} ({result.processor_minutes:.1f} of processor)"
            + (f", search {result.search_minutes:.1f}" if result.search_minutes else ""),
        )
        paper = (
            _share(row.paper.training),
            _share(row.paper.validation),
            _share(row.paper.test),
            *map(_count, (row.paper.epochs, row.paper.minutes)),
        )
        lines.append(f"| {' | '.join((result.name, *ours, *paper))} |")
    how = [
        f"- {one.name}: {one.parameters:,} parameters; starts from {one.started_from}; {one.learnt_by}"
        for one in results
    ]
    return "\n".join([*lines, "", *how])


def write(title: str, text: str, rows: Sequence[Row], results: Sequence[Result], folder: Path) -> None:
    """table.md, results.json, bars.png and curves.png; whole files, replacing older ones."""
    from archive.files import write_whole
    from trainer.figures import Course, bars_picture, course_picture

    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "table.md", f"{text}\n".encode())
    listed = ",\n".join(result.model_dump_json(indent=1) for result in results)
    write_whole(folder / "results.json", f"[{listed}]\n".encode())
    groups = {}
    for row, result in zip(rows, results, strict=True):
        ours = {"training": result.training, "validation": result.validation.value, "test": result.test.value}
        told = row.paper
        printed = {"paper, training": told.training, "paper, validation": told.validation, "paper, test": told.test}
        groups[result.name] = ours | {name: share for name, share in printed.items() if share is not None}
    write_whole(folder / "bars.png", bars_picture(groups, f"{title}: here and in the paper"))
    courses = [
        Course(
            result.name,
            [epoch.training for epoch in result.curve.epochs],
            [epoch.validation for epoch in result.curve.epochs],
            [epoch.loss for epoch in result.curve.epochs],
        )
        for result in results
    ]
    write_whole(folder / "curves.png", course_picture(courses, title))


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _count(value: int | None) -> str:
    return "" if value is None else str(value)
