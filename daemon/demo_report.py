"""What `peea demo` shows: a bar while it works, and a table of what became of each recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from archive.jobs import Job
from grading.types import PAIN_GRADES, Assessment, Grade, Outcome
from reports.words import grade_words, reason_words


@dataclass(frozen=True)
class Truth:
    """What is known of a recording: "graded" with a grade, or the reason why it cannot be graded."""

    file: str
    outcome: str
    grade: int | None
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Result:
    """What became of a recording; the paths are None where there is nothing."""

    truth: Truth
    outcome: Outcome | None
    sheet: Path | None
    sound: Path | None
    sealed: Path | None
    opens: bool

    @property
    def is_right(self) -> bool:
        """The outcome is the truth, and row, sound and sealed file are there."""
        return self.grade_is_right and self.opens and self.sheet is not None and self.sound is not None

    @property
    def grade_is_right(self) -> bool:
        """The grade, or the reason, is the known one."""
        if isinstance(self.outcome, Assessment):
            return int(self.outcome.grade) == self.truth.grade
        return self.outcome is not None and str(self.outcome.reason) == self.truth.outcome


class Teller:
    """Moves the bar."""

    def __init__(self, bar: Progress, recordings: int) -> None:
        self._bar = bar
        self._task = bar.add_task("starting the daemon", total=recordings)

    def dropping(self, file: str) -> None:
        """A recording is being copied into the inbox."""
        self._bar.update(self._task, description=f"a nurse drops {file}")

    def finished(self, job: Job) -> None:
        """A recording is graded, reported and sealed."""
        self._bar.console.print(f"{job.source}: {_said(job.outcome)}")
        self._bar.update(self._task, advance=1, description="grading, reporting, sealing")


@contextmanager
def progress(recordings: int) -> Iterator[Teller]:
    """A progress bar on a terminal, lines elsewhere."""
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield Teller(bar, recordings)


def print_report(results: Sequence[Result], left: Sequence[Path], folder: Path) -> None:
    """The table, where things lie, and the verdict in words."""
    console = Console()
    table = Table(title="What became of each recording (synthetic patients)", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("Recording", overflow="fold", ratio=1)
    for head in ("Grade", "Known truth"):
        table.add_column(head)
    table.add_column("Seconds of grades 1 to 4", no_wrap=True)
    for head in ("Right", "Opens"):
        table.add_column(head)
    for result in results:
        table.add_row(*_cells(result))
    console.print(table)
    for name, paths in _places(results).items():
        for path in paths:
            console.print(f"{name}: {path}", soft_wrap=True)
    console.print(f"Everything of this demonstration: {folder}", soft_wrap=True)
    for path in left:
        console.print(f"[bold red]A plain video is left: {path}", soft_wrap=True)
    right = sum(result.is_right for result in results)
    console.print(f"[bold]{right} of {len(results)} as known; {len(left)} plain videos left.")


def _cells(result: Result) -> list[str]:
    truth = result.truth
    known = grade_words(Grade(truth.grade), "en") if truth.grade is not None else truth.outcome.replace("_", " ")
    seconds = ""
    if isinstance(result.outcome, Assessment):
        said = [result.outcome.seconds[grade] for grade in PAIN_GRADES]
        rows = [
            f"{name} " + " ".join(f"{value:5.1f}" for value in row)
            for name, row in (("said", said), ("true", truth.seconds))
        ]
        seconds = "\n".join(rows)
    right, opens = ("yes" if result.grade_is_right else "NO"), ("yes" if result.opens else "NO")
    return [truth.file, _said(result.outcome), known, seconds, right, opens]


def _said(outcome: Outcome | None) -> str:
    if outcome is None:
        return "not finished"
    if isinstance(outcome, Assessment):
        return f"{grade_words(outcome.grade, 'en')} ({int(outcome.grade)})"
    return reason_words(outcome.reason, "en")


def _places(results: Sequence[Result]) -> dict[str, list[Path]]:
    return {
        "Sheet": sorted({result.sheet for result in results if result.sheet}),
        "Sound": [result.sound for result in results if result.sound],
        "Sealed": [result.sealed for result in results if result.sealed],
    }
