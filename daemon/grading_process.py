"""The worker process: decodes and grades one recording after the other for the daemon that started it.

Videos come from strangers, and decoders are large programs in C: one that crashes, hangs or takes all memory ends this
process and not the daemon (docs/adr/0018). It reads requests from standard input, writes messages to what was its
standard output, has limits of its own, and ends with its daemon.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from config import logs
from config.settings import Settings
from daemon.expected import in_one_line
from daemon.messages import Done, Failed, Message, Progress, Ready, Refused, Unread, encoded, path_of
from daemon.trouble import in_words, place_of
from grading.ports import Grades

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_LARGEST_FILE_BYTES = 1024 * 1024 * 1024  # ten times a network's serving form, which is all that is written here
_FIRST_TO_GO = b"900"  # of 1000: when memory runs out, the kernel ends this process before the daemon


def main() -> None:
    """What the daemon starts: settings on the first line of standard input, then a request a line."""
    answers = own_channel()
    settings = Settings.model_validate_json(sys.stdin.buffer.readline())
    logs.set_up(settings.logging.level)

    def ready() -> Grades:
        from daemon.grades import ready_grades

        return ready_grades(settings)

    confine(settings.grading.memory_mib)
    work(ready, sys.stdin.buffer, answers)


def own_channel() -> BinaryIO:
    """What was standard output, for messages only; what libraries print goes to standard error from now on."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


def confine(memory_mib: int) -> None:
    """Set this process's limits. Where the system lets none be set, the daemon's own watch over it is left."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # no program that it may be tricked into running gets more rights
    if os.getppid() == 1:  # the daemon had ended before the line above
        sys.exit(1)
    os.umask(0o077)
    limits = {
        resource.RLIMIT_CORE: 0,  # a core dump holds faces
        resource.RLIMIT_DATA: memory_mib * 1024 * 1024,
        resource.RLIMIT_FSIZE: _LARGEST_FILE_BYTES,
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_bytes(_FIRST_TO_GO)


def work(ready: Callable[[], Grades], requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more. What is unforeseen is told as Failed, and ends the process."""

    def tell(message: Message) -> None:
        answers.write(encoded(message))

    source = ""

    def fail(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        with suppress(OSError):
            tell(Failed(in_words(error, source), place_of(error)))

    sys.excepthook = fail
    try:
        grades = ready()
    except (OSError, ValueError, RuntimeError) as error:
        words = in_one_line(error)
        if words is None:
            raise
        tell(Refused(words))
        return
    tell(Ready(grades.model))
    for line in requests:
        path = path_of(line)
        source = path.name
        try:
            outcome = grades.grade(path, lambda time_s, length_s: tell(Progress(time_s, length_s)))
        except BrokenPipeError:
            return  # the daemon has gone
        except OSError as error:
            tell(Unread(error.errno or 0, error.strerror or in_words(error, source)))
        else:
            tell(Done(outcome, grades.model))
