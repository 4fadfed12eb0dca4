"""Steps back behind everything else on the machine: grading always goes first."""

from __future__ import annotations

import ctypes
import os
import platform
from contextlib import suppress

LEAST_NICE = 19
# ioprio_set(2); the C library has no name for it, so the number differs from machine to machine
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_WHO_PROCESS, _CLASS_IDLE, _CLASS_SHIFT = 1, 3, 13


def step_back() -> None:
    """Takes processor and disk only where nobody else wants them. What a machine does not allow is left as it is."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, LEAST_NICE)
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if number := _IOPRIO_SET.get(platform.machine()):
        ctypes.CDLL(None, use_errno=True).syscall(number, _WHO_PROCESS, 0, _CLASS_IDLE << _CLASS_SHIFT)
