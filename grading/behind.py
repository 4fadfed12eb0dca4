"""Works behind: a thread works off what the caller hands over while the caller goes on (scoring beside finding)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Behind:
    """Pieces of work, done one after the other in a thread, at most `depth` behind; a context manager.

    What a piece raises is raised by a later call here. Leaving early drops the pieces not yet begun.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._given: deque[Future[None]] = deque()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="behind")

    def __enter__(self) -> Behind:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(cancel_futures=True)

    def give(self, work: Callable[[], None]) -> None:
        """Hands over a piece; waits while `depth` earlier ones are unfinished."""
        self._wait_until_behind(self._depth - 1)
        self._given.append(self._worker.submit(work))

    def finish(self) -> None:
        """Waits until everything handed over is done."""
        self._wait_until_behind(0)

    def _wait_until_behind(self, most: int) -> None:
        while len(self._given) > most:
            self._given.popleft().result()
