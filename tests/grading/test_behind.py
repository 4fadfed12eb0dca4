import threading
import time

import pytest

from grading.behind import Behind


def test_pieces_are_done_in_order_and_all() -> None:
    done: list[int] = []
    with Behind(2) as behind:
        for number in range(20):
            behind.give(lambda number=number: done.append(number))  # type: ignore[misc]
        behind.finish()
        assert done == list(range(20))


def test_the_giver_waits_when_too_much_is_unfinished() -> None:
    go_on = threading.Event()
    given: list[int] = []

    def giver() -> None:
        with Behind(2) as behind:
            for number in range(4):
                behind.give(lambda: go_on.wait(10) and None)
                given.append(number)
            behind.finish()

    thread = threading.Thread(target=giver)
    thread.start()
    time.sleep(0.1)
    assert given == [0, 1]
    go_on.set()
    thread.join(10)
    assert given == [0, 1, 2, 3]


def test_an_error_is_raised_where_the_work_was_given() -> None:
    def failing() -> None:
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"), Behind(1) as behind:
        behind.give(failing)
        behind.finish()


def test_leaving_early_drops_what_was_not_begun_and_ends_the_thread() -> None:
    before = threading.active_count()
    done: list[int] = []

    def slowly() -> None:
        time.sleep(0.02)
        done.append(1)

    with pytest.raises(InterruptedError), Behind(10) as behind:
        for _ in range(10):
            behind.give(slowly)
        raise InterruptedError
    assert len(done) < 5
    assert threading.active_count() == before
