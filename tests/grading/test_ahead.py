import threading
import time
from collections.abc import Iterator

import pytest

from grading.ahead import Ahead


def counting(upto: int, drawn: list[int]) -> Iterator[int]:
    for number in range(upto):
        drawn.append(number)
        yield number


def test_items_come_in_order_and_all() -> None:
    with Ahead(counting(50, []), 3) as items:
        assert list(items) == list(range(50))


def test_only_so_many_are_drawn_ahead() -> None:
    drawn: list[int] = []
    with Ahead(counting(50, drawn), 3) as items:
        next(items)
        time.sleep(0.1)
        assert len(drawn) <= 5  # one taken, three waiting, one in the hand


def test_an_error_comes_after_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("broken")

    taken = []
    with pytest.raises(KeyError, match="broken"), Ahead(failing(), 5) as items:
        for item in items:
            taken.append(item)
    assert taken == [1, 2]


def test_a_caller_that_stops_early_ends_the_thread() -> None:
    before = threading.active_count()
    with pytest.raises(InterruptedError), Ahead(counting(10_000, []), 2) as items:
        for item in items:
            if item == 3:
                raise InterruptedError
    assert threading.active_count() == before
