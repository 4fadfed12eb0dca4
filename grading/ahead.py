"""Works ahead: a thread draws from an iterator while the caller works on what came before (decoding beside grading)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_LOOK_S = 0.2  # how long the thread waits for room before it looks whether the caller has gone


@dataclass(frozen=True)
class _End:
    """The iterator is exhausted, or raised this."""

    error: BaseException | None


class Ahead(Generic[T]):
    """The items of an iterator, drawn up to `depth` ahead in a thread; a context manager that ends the thread.

    What the iterator raises is raised here, after the items that came before it.
    """

    def __init__(self, items: Iterator[T], depth: int) -> None:
        self._items = items
        self._drawn: queue.Queue[T | _End] = queue.Queue(depth)
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._draw, name="ahead", daemon=True)

    def __enter__(self) -> Iterator[T]:
        self._thread.start()
        return self._taken()

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        self._thread.join()

    def _taken(self) -> Iterator[T]:
        while not isinstance(item := self._drawn.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def _draw(self) -> None:
        end = _End(None)
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - not swallowed: it is raised again where the items are taken
            end = _End(error)
        self._put(end)

    def _put(self, item: T | _End) -> bool:
        while not self._gone.is_set():
            try:
                self._drawn.put(item, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False
