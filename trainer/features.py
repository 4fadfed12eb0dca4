"""What the frozen part of a network says about each crop, computed once and kept on disk: what makes a search cheap.

A feature belongs to two things, the weights of the frozen part and the pixels of the crop, and is kept under the
fingerprints of both. Files are written whole and named by the hash of their content, so one that was cut or changed
is noticed when it is read, and what it held is computed again.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive.files import sweep_unfinished, write_whole
from grading.engine import Session
from grading.network import STAGES
from grading.serving import feature_form
from grading.types import Pixels
from grading.weights import Weights

log = logging.getLogger(__name__)

FORM = b"features-1"  # changes when features of the same weights change
BATCH = 8
PER_FILE = 64  # a kill costs the features of at most so many crops
DIGEST_BYTES = 32

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FrozenPart:
    """A network up to a stage (2 to 5) whose weights do not change. name: the fingerprint of just these weights."""

    weights: Weights
    last_stage: int
    name: str


def frozen_part(weights: Weights, last_stage: int = 5) -> FrozenPart:
    """The part of a network up to `last_stage`."""
    kept = {name: values for name, values in weights.items() if name.split("_")[0] in STAGES[:last_stage]}
    digest = hashlib.sha256(FORM + bytes([last_stage]))
    for name in sorted(kept):
        digest.update(f"{name} {kept[name].shape}\n".encode())
        digest.update(np.ascontiguousarray(kept[name], np.float32).tobytes())
    return FrozenPart(kept, last_stage, digest.hexdigest()[:32])


class Features:
    """The features of a frozen part, from the cache or computed and put there.

    Args:
        kept_in: folder of the cache.
    """

    def __init__(self, part: FrozenPart, kept_in: Path) -> None:
        self._part = part
        self._folder = kept_in / part.name
        self._folder.mkdir(parents=True, exist_ok=True)
        sweep_unfinished(self._folder)
        self._known = _read(self._folder)
        self._session: Session | None = None

    def of(self, pixels: Pixels, step: Callable[[], None] = lambda: None) -> Floats:
        """Float32 (n, channels) of crops uint8 (n, side, side, 3) RGB; channels is 2,048 after stage 5.

        Args:
            step: called once a crop.
        """
        digests = [picture_digest(crop) for crop in pixels]
        missing = {digest: at for at, digest in enumerate(digests) if digest not in self._known}
        for _ in range(len(digests) - len(missing)):
            step()
        todo = list(missing.items())
        for start in range(0, len(todo), PER_FILE):
            self._compute(pixels, todo[start : start + PER_FILE], step)
        return np.stack([self._known[digest] for digest in digests])

    def _compute(self, pixels: Pixels, some: list[tuple[bytes, int]], step: Callable[[], None]) -> None:
        if self._session is None:
            form = feature_form(self._part.weights, self._part.last_stage)
            self._session = Session(form, len(os.sched_getaffinity(0)))
        found: list[Floats] = []
        for start in range(0, len(some), BATCH):
            at = [position for _, position in some[start : start + BATCH]]
            found.extend(self._session.run(pixels[at])[0])
            for _ in at:
                step()
        digests = [digest for digest, _ in some]
        out = io.BytesIO()
        np.savez(out, pictures=np.frombuffer(b"".join(digests), np.uint8), features=np.stack(found))
        data = out.getvalue()
        write_whole(self._folder / f"{hashlib.sha256(data).hexdigest()}.npz", data)
        self._known |= dict(zip(digests, found, strict=True))


def picture_digest(crop: Pixels) -> bytes:
    """The fingerprint of one crop, (side, side, 3), by its pixels."""
    return hashlib.sha256(str(crop.shape).encode() + np.ascontiguousarray(crop).tobytes()).digest()


def _read(folder: Path) -> dict[bytes, Floats]:
    known: dict[bytes, Floats] = {}
    for path in sorted(folder.glob("*.npz")):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != path.stem:
            log.warning("a file of kept features is damaged; what it held is computed again (%s)", path.stem[:8])
            path.unlink()
            continue
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            names = stored["pictures"].reshape(-1, DIGEST_BYTES)
            known |= {name.tobytes(): row for name, row in zip(names, stored["features"], strict=True)}
    return known
