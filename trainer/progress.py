"""Shows how far a training is: bars on a terminal, one line a step in a journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from trainer.retrain import Watcher


class EpochLines(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells each epoch with its loss, and moves a bar with each batch."""

    def __init__(self, progress: Progress, epochs: int) -> None:
        super().__init__()
        self._progress = progress
        self._bar = progress.add_task("learning", total=epochs)
        self._steps = 1

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Notes how many batches the epoch has."""
        self._steps = int(self.params.get("steps") or 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Moves the bar."""
        self._progress.advance(self._bar, 1 / self._steps)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """One line with the training loss."""
        self._progress.console.print(f"epoch {epoch + 1}: training loss {(logs or {}).get('loss', float('nan')):.4f}")


@contextmanager
def terminal_watcher(pictures: int, epochs: int) -> Iterator[Watcher]:
    """A watcher with progress bars, or plain lines where there is no terminal."""
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        looked_at = progress.add_task("pictures", total=pictures)

        def say(line: str) -> None:
            progress.console.print(line, soft_wrap=True, markup=False, highlight=False)

        yield Watcher(say, lambda: progress.advance(looked_at), [EpochLines(progress, epochs)] if epochs else [])
