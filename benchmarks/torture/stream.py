"""A stream of recordings into an inbox, by nurses who copy slowly, move, repeat themselves and reuse names."""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

MARK = b"plain recording of the torture"
_KINDS = (b"toy mild", b"toy obvious", b"toy severe", b"toy intense", b"toy none", b"toy too_dim", b"\x00\x01 no video")
LARGEST_BYTES = 400_000
MOST_WAITING = 25


class Stream(threading.Thread):
    """Drops recordings until `n_recordings` are there; `dropped` is what is whole in the inbox, by its SHA-256.

    `kinds` tells of each what is seen in it: the clip's name, or the toy's first line. One kind has one outcome.

    Args: waiting: how many recordings are not archived yet; the stream does not run away from the daemon.
          clips: real recordings, made different by bytes that decoders pass over; none: toys.
    """

    def __init__(
        self, inbox: Path, n_recordings: int, seed: int, waiting: Callable[[], int], clips: tuple[Path, ...] = ()
    ) -> None:
        super().__init__(daemon=True)
        self.dropped: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.copies = 0
        self._inbox, self._n, self._clips, self._waiting = inbox, n_recordings, clips, waiting
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        self._stopped = threading.Event()

    def run(self) -> None:
        """Drop one after the other."""
        while len(self.dropped) < self._n and not self._stopped.is_set():
            if self._waiting() >= MOST_WAITING:
                time.sleep(0.02)
                continue
            if self.dropped and self._chance.random() < 0.08:
                data = self._chance.choice(list(self.dropped.values()))
                self.copies += 1
            else:
                kind, data = self._content(len(self.dropped))
                self.kinds[hashlib.sha256(data).hexdigest()] = kind
            self._drop(data)
            self.dropped[hashlib.sha256(data).hexdigest()] = data
            time.sleep(self._chance.uniform(0, 0.05))

    def stop(self) -> None:
        """Drop nothing more, and wait until what is being dropped is whole."""
        self._stopped.set()
        self.join()

    def _content(self, number: int) -> tuple[str, bytes]:
        noise = self._chance.randbytes(int(LARGEST_BYTES * self._chance.random() ** 3))
        if self._clips:
            clip, box = self._chance.choice(self._clips), MARK + b" %d" % number
            return clip.name, clip.read_bytes() + (len(box) + 8).to_bytes(4, "big") + b"free" + box
        kind = self._chance.choice(_KINDS)
        return kind.decode("latin-1"), kind + b"\n" + MARK + b" %d\n" % number + noise

    def _drop(self, data: bytes) -> None:
        name = f"bed{self._chance.randrange(40)}_P{self._chance.randrange(10_000):04d}.mp4"
        target = self._free(name)
        if self._chance.random() < 0.4:
            hidden = target.with_name(f".{target.name}.part")
            hidden.write_bytes(data)
            hidden.rename(target)
            return
        with target.open("xb", buffering=0) as file:
            step = max(1, len(data) // self._chance.randrange(1, 6))
            for start in range(0, len(data), step):
                file.write(data[start : start + step])
                time.sleep(self._chance.uniform(0, 0.03))
            os.fsync(file.fileno())

    def _free(self, name: str) -> Path:
        target, number = self._inbox / name, 0
        while target.exists():
            number += 1
            target = self._inbox / f"again{number}_{name}"
        return target
