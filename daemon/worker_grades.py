"""Grades by a worker process that is watched: its memory, its time, and whether it still moves (docs/adr/0018)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType

from config.settings import Settings
from daemon.messages import Done, Failed, Progress, Ready, Refused, Unread, request
from daemon.worker import COMMAND, Worker, WorkerLostError
from grading.ports import OnFrame
from grading.types import Outcome

_LOG = logging.getLogger(__name__)

TICK_S = 0.2  # how long a stop that was asked for may go unheard
START_S = 300.0  # the first start with a new network makes its serving form, on a slow machine
BASE_S = 60.0  # of working time for a recording of no length: finding faces, writing back, a busy machine
_MIB = 1024 * 1024


class WorkerUnavailableError(RuntimeError):
    """No worker can be started, so that nothing can be graded; no recording is to blame. The message says why."""


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker may take; see [grading] in config/defaults.toml.

    silent_s: without a frame. patience: seconds of work per second of recording. longest_s: of a recording graded.
    """

    memory_bytes: int
    silent_s: float
    patience: float
    longest_s: float

    def most_s(self, length_s: float) -> float:
        """How long the work on a recording may take that claims this length (0: it claims none)."""
        claimed_s = length_s if 0 < length_s <= self.longest_s else self.longest_s
        return BASE_S + self.patience * claimed_s


class WorkerGrades:
    """Keeps the contract of grading.ports.Grades with a worker that is started again when it is lost.

    Raises (by `grade`): WorkerLostError: this recording cost a worker; the next one gets a new one.
    """

    def __init__(
        self,
        command: Sequence[str],
        first_line: bytes,
        limits: WorkerLimits,
        monotonic_s: Callable[[], float] = monotonic,
    ) -> None:
        self._command, self._first_line, self._limits = command, first_line, limits
        self._monotonic_s = monotonic_s
        self._worker: Worker | None = None
        self._is_ready = False
        self._model = ""

    @classmethod
    def of(cls, settings: Settings) -> WorkerGrades:
        """With the network and the limits that the settings name."""
        section = settings.grading
        limits = WorkerLimits(section.memory_mib * _MIB, section.silent_s, section.patience, section.longest_s)
        return cls(COMMAND, settings.model_dump_json().encode() + b"\n", limits)

    def begin(self) -> Worker:
        """Start the worker if there is none, and do not wait for it. Raises: OSError: the system starts no process."""
        if self._worker is None:
            self._worker, self._is_ready = Worker(self._command, self._first_line), False
        return self._worker

    def started(self) -> WorkerGrades:
        """Start the worker, wait until it is ready, and hand itself back. Raises: WorkerUnavailableError."""
        self._ready()
        return self

    def __enter__(self) -> WorkerGrades:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def model(self) -> str:
        """The version of the network in use."""
        return self._model

    @property
    def worker_process(self) -> int | None:
        """The number of the worker's process; None while there is none."""
        return self._worker.pid if self._worker is not None else None

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        """Grade the recording at `path`; `on_frame` is called several times a second, also while no frame comes.

        Raises: OSError: the disk would not give it. WorkerLostError, WorkerUnavailableError.
        """
        worker = self._ready()
        is_over = False
        try:
            worker.send(request(path))
            answer = self._followed(worker, on_frame)
            is_over = True
        finally:
            if not is_over:  # a stop, a limit, a lost worker: what it is at now is of no use to anybody
                self.close()
        if worker.memory_bytes() > self._limits.memory_bytes / 2:
            self.close()  # what one recording left behind must not count against the next
        if isinstance(answer, Unread):
            raise OSError(answer.number, answer.words) if answer.number else OSError(answer.words)
        self._model = answer.model
        return answer.outcome

    def _followed(self, worker: Worker, on_frame: OnFrame | None) -> Done | Unread:
        """What the worker answers in the end."""
        now_s = self._monotonic_s()
        began_s, heard_s, at = now_s, now_s, Progress(0.0, 0.0)
        while True:
            message = worker.receive(TICK_S)
            now_s = self._monotonic_s()
            match message:
                case Done() | Unread():
                    return message
                case Failed():
                    raise WorkerLostError(f"{message.words} ({message.place})")
                case Progress():
                    at, heard_s = message, now_s
            self._check(worker, now_s - heard_s, now_s - began_s, at.length_s)
            if on_frame is not None:
                on_frame(at.time_s, at.length_s)

    def _check(self, worker: Worker, silent_s: float, taken_s: float, length_s: float) -> None:
        limits = self._limits
        if silent_s > limits.silent_s:
            raise WorkerLostError(f"no frame came for {silent_s:.0f} s (grading.silent_s)")
        if taken_s > limits.most_s(length_s):
            raise WorkerLostError(f"grading took more than {limits.most_s(length_s):.0f} s (grading.patience)")
        taken_bytes = worker.memory_bytes()
        if taken_bytes > limits.memory_bytes:
            raise WorkerLostError(f"grading took {taken_bytes // _MIB} MiB of memory (grading.memory_mib)")

    def _ready(self) -> Worker:
        """The worker, started anew if there is none or if it ended while it had nothing to do."""
        if self._worker is not None and self._is_ready and not self._worker.is_alive:
            self.close()
        try:
            worker = self.begin()
            if not self._is_ready:
                self._model, self._is_ready = self._started(worker), True
        except (OSError, WorkerUnavailableError) as error:
            self.close()
            raise WorkerUnavailableError(f"grading cannot be started: {error}") from error
        return worker

    def _started(self, worker: Worker) -> str:
        until_s = self._monotonic_s() + START_S
        while self._monotonic_s() < until_s:
            match worker.receive(TICK_S):
                case Ready(model):
                    _LOG.info("worker process %d is ready", worker.pid)
                    return model
                case Refused(words):
                    raise WorkerUnavailableError(words)
                case Failed(words, place):
                    raise WorkerUnavailableError(f"{words} ({place})")
        raise WorkerUnavailableError(f"it was not ready after {START_S:.0f} s")
