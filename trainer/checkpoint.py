"""Keeps a fit after each epoch in one file, written whole, so that one killed at any moment goes on from there.

Keras' own BackupAndRestore writes its files in place: a kill while it writes leaves a torn file and a fit that can no
longer start.
"""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from archive.files import put_in_place, to_disk, unfinished

log = logging.getLogger(__name__)

EPOCHS_DONE = "epochs_done"


class DivergedError(ValueError):
    """What was learnt are no numbers."""


class Checkpoint(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the state of network and optimiser after each epoch.

    Args:
        path: the file; its folder exists. It holds the state after the last whole epoch.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Replaces the file.

        Raises: DivergedError: a weight is no number any more; what was kept before stays.
        """
        arrays = {name: keras.ops.convert_to_numpy(variable) for name, variable in _variables(self.model).items()}
        if not all(np.isfinite(values).all() for values in arrays.values()):
            raise DivergedError(
                f"pass {epoch + 1} diverged, its weights are no numbers any more: fit with a lower learning rate"
            )
        with unfinished(self._path.parent) as part:
            np.savez(part, allow_pickle=False, **arrays, **{EPOCHS_DONE: np.array(epoch + 1)})
            to_disk(part)
            put_in_place(Path(part.name), self._path)


def restored(network: keras.Model, path: Path) -> int:
    """Puts what was kept back into a compiled network and its optimiser; how many epochs that was (0: nothing kept).

    A file that is damaged, or of another network, is left out of account, and the log says so.
    """
    if not path.is_file():
        return 0
    network.optimizer.build(network.trainable_variables)
    variables = _variables(network)
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in variables}
            done = int(kept[EPOCHS_DONE])
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as problem:
        log.warning("what was kept of a fit cannot be used, its phase begins anew: %s", problem)
        return 0
    if any(arrays[name].shape != tuple(variable.shape) for name, variable in variables.items()):
        log.warning("what was kept of a fit is of another network, its phase begins anew")
        return 0
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return done


def _variables(network: keras.Model) -> dict[str, Any]:
    """Weights, seeds of dropout, and the optimiser's momenta and counters, in Keras' order."""
    of_network = {f"network_{number:04d}": variable for number, variable in enumerate(network.variables)}
    of_optimiser = {f"optimiser_{number:04d}": variable for number, variable in enumerate(network.optimizer.variables)}
    return of_network | of_optimiser
