from __future__ import annotations

import os
import signal
import threading
from time import monotonic

import pytest

from daemon.stopping import Bell, Stop, stopped_by_signals


def test_a_ring_ends_the_wait_and_is_used_up_by_it() -> None:
    bell = Bell()
    threading.Timer(0.05, bell.ring).start()

    assert bell.wait(5.0)
    assert not bell.wait(0.0)


def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()

    assert bell.wait(0.0)
    assert not bell.wait(0.0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop_and_ends_every_wait(number: signal.Signals) -> None:
    bell = Bell()
    before = signal.getsignal(number)

    with stopped_by_signals(bell):
        bell.heed()
        os.kill(os.getpid(), number)
        began_s = monotonic()
        bell.wait(5.0)
        bell.wait_for_stop(5.0)

    assert monotonic() - began_s < 1.0
    assert bell.stop_asked
    assert signal.getsignal(number) is before
    with pytest.raises(Stop):
        bell.heed()


def test_waiting_for_a_stop_is_not_ended_by_hints() -> None:
    bell = Bell()
    bell.ring()
    began_s = monotonic()

    bell.wait_for_stop(0.2)

    assert monotonic() - began_s >= 0.2


def test_a_stop_is_nothing_that_error_handling_takes() -> None:
    assert not issubclass(Stop, Exception)
