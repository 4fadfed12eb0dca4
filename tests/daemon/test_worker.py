"""The worker process: whatever a recording does to it, the daemon's process goes on and says why."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.jobs import State
from daemon.messages import (
    Done,
    Failed,
    Message,
    MessageError,
    Progress,
    Ready,
    Refused,
    Unread,
    decoded,
    encoded,
    path_of,
    request,
)
from daemon.stopping import Stop
from daemon.worker import WorkerLostError
from daemon.worker_grades import WorkerGrades, WorkerLimits, WorkerUnavailableError
from grading.types import Assessment, Grade, Reason, Rejection
from tests.hospital import BREAKS, DIM, KILLS, SEVERE, Hospital, assessment
from tests.toy_worker import CHATTERS, EATS, HANGS, SWALLOWS

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
LIMITS = WorkerLimits(memory_bytes=500 * MIB, silent_s=1.0, patience=1.0, longest_s=10.0)


@pytest.fixture
def grades() -> Iterator[WorkerGrades]:
    with worker_grades() as grades:
        yield grades


def worker_grades(
    limits: WorkerLimits = LIMITS,
    memory_mib: int = 400,
    *more: str,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> WorkerGrades:
    command = [sys.executable, "-m", "tests.toy_worker", str(memory_mib), *more]
    return WorkerGrades(command, b"{}\n", limits, monotonic_s)


def recording(folder: Path, data: bytes, name: str = "bed12.mp4") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def is_running(process: int) -> bool:
    """Whether one of its threads still is."""
    try:
        states = [
            path.read_text().rsplit(")", 1)[1].split()[0] for path in Path(f"/proc/{process}/task").glob("*/stat")
        ]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return states not in ([], ["Z"])


@pytest.mark.parametrize(
    "message",
    [
        Ready("phantom-2"),
        Refused("no such network; 换一个"),
        Progress(1.5, 24.2),
        Done(assessment(Grade.SEVERE), "phantom-2"),
        Done(Rejection(Reason.INTRACTABLE), "m"),
        Unread(5, "Input/output error"),
        Failed("MemoryError", "pyramid.py:55"),
    ],
)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    line = encoded(message)

    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert decoded(line) == message


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"\xff", b'{"kind":"boom"}', b'{"kind":"ready","x":1}', b"1"])
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(MessageError):
        decoded(line)


def test_a_request_carries_a_name_of_any_bytes() -> None:
    path = Path(os.fsdecode(b"/ward/bad\xff\nname.mp4"))

    assert path_of(request(path)) == path


def test_outcomes_come_back_as_values_and_progress_is_told(tmp_path: Path, grades: WorkerGrades) -> None:
    told: list[float] = []

    severe = grades.grade(recording(tmp_path, SEVERE), lambda time_s, length_s: told.append(time_s))
    dim = grades.grade(recording(tmp_path, DIM))

    assert severe == assessment(Grade.SEVERE)
    assert dim == Rejection(Reason.TOO_DIM, None, "toy-1")
    assert told[0] == 0.0 and told[-1] == 1.5
    assert grades.model == "toy-1"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (KILLS, "ended with status 9"),
        (HANGS, "no frame came for"),
        (CHATTERS, "grading took more than"),
        (EATS, "MemoryError"),
        (SWALLOWS, "MiB of memory"),
        (BREAKS, "RuntimeError: the decoder of <recording> broke"),
    ],
)
def test_a_recording_that_ends_its_worker_costs_nothing_else(tmp_path: Path, data: bytes, why: str) -> None:
    limits = WorkerLimits(500 * MIB, silent_s=1.0 if data == HANGS else 300.0, patience=1.0, longest_s=10.0)
    # the process's own limit strikes before the daemon's watch does, or after it
    memory_mib = 400 if data == EATS else 1200
    passed_s = [0.0]

    def time_flies(time_s: float, length_s: float) -> None:
        passed_s[0] += 10.0 if data == CHATTERS else 0.0

    with worker_grades(limits, memory_mib, monotonic_s=lambda: time.monotonic() + passed_s[0]) as grades:
        with pytest.raises(WorkerLostError, match=why) as lost:
            grades.grade(recording(tmp_path, data, "王小明.mp4"), time_flies)

        assert "王小明" not in str(lost.value)
        assert grades.worker_process is None
        assert isinstance(grades.grade(recording(tmp_path, SEVERE)), Assessment)


def test_a_worker_killed_from_outside_is_lost_and_replaced(tmp_path: Path, grades: WorkerGrades) -> None:
    def kill(time_s: float, length_s: float) -> None:
        assert grades.worker_process is not None
        os.kill(grades.worker_process, signal.SIGSEGV)

    with pytest.raises(WorkerLostError, match="SIGSEGV"):
        grades.grade(recording(tmp_path, CHATTERS), kill)

    assert isinstance(grades.grade(recording(tmp_path, SEVERE)), Assessment)


def test_a_worker_that_died_while_idle_costs_no_recording_a_try(tmp_path: Path, grades: WorkerGrades) -> None:
    grades.started()
    first = grades.worker_process
    assert first is not None
    os.kill(first, signal.SIGKILL)
    while is_running(first):
        time.sleep(0.01)

    assert isinstance(grades.grade(recording(tmp_path, SEVERE)), Assessment)


def test_a_stop_is_heard_while_the_worker_hangs(tmp_path: Path) -> None:
    def stop(time_s: float, length_s: float) -> None:
        raise Stop

    with worker_grades(WorkerLimits(500 * MIB, 60.0, 1.0, 10.0)) as grades:
        grades.started()
        process = grades.worker_process
        began_s = time.monotonic()
        with pytest.raises(Stop):
            grades.grade(recording(tmp_path, HANGS), stop)

        assert time.monotonic() - began_s < 3.0
        assert process is not None and not is_running(process)


def test_a_recording_that_the_disk_will_not_give_is_an_error_of_the_disk(tmp_path: Path, grades: WorkerGrades) -> None:
    with pytest.raises(FileNotFoundError):
        grades.grade(tmp_path / "none.mp4")

    assert grades.worker_process is not None


def test_a_worker_that_cannot_begin_says_what_to_do(tmp_path: Path) -> None:
    with (
        worker_grades(LIMITS, 400, "refuse") as grades,
        pytest.raises(WorkerUnavailableError, match="network: No such"),
    ):
        grades.started()

    broken = WorkerGrades([sys.executable, "-c", "raise SystemExit(3)"], b"{}\n", LIMITS)
    with broken, pytest.raises(WorkerUnavailableError, match="status 3"):
        broken.started()


def test_the_limits_of_a_worker_are_really_set(tmp_path: Path, grades: WorkerGrades) -> None:
    grades.grade(recording(tmp_path, SEVERE))

    process = Path(f"/proc/{grades.worker_process}")
    limits = {line[:25].strip(): line[26:].split()[:2] for line in (process / "limits").read_text().splitlines()}
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max data size"] == [str(400 * MIB)] * 2
    assert limits["Max file size"] == [str(1024 * MIB)] * 2
    status = (process / "status").read_text()
    assert "NoNewPrivs:\t1\n" in status and "Umask:\t0077\n" in status
    assert (process / "oom_score_adj").read_text() == "900\n"


def test_the_worker_ends_with_its_daemon_even_after_kill_9(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tests.daemon.test_worker import worker_grades\n"
        "grades = worker_grades().started(); print(grades.worker_process, flush=True)\n"
        "grades.grade(Path(sys.argv[1]))"
    )
    hanging = str(recording(tmp_path, HANGS))
    with subprocess.Popen([sys.executable, "-c", program, hanging], stdout=subprocess.PIPE, cwd=ROOT) as daemon:
        assert daemon.stdout is not None
        worker = int(daemon.stdout.readline())
        assert is_running(worker)
        daemon.kill()

    until_s = time.monotonic() + 10
    while is_running(worker):
        assert time.monotonic() < until_s
        time.sleep(0.02)


def test_the_time_allowed_grows_with_the_length_and_a_lie_about_it_gains_nothing() -> None:
    limits = WorkerLimits(1, 60.0, patience=10.0, longest_s=600.0)

    assert limits.most_s(20.0) < limits.most_s(200.0) < limits.most_s(600.0)
    assert limits.most_s(1e12) == limits.most_s(600.0) == limits.most_s(0.0)


def test_in_the_ward_it_is_rejected_in_words_once_its_tries_are_used_up(tmp_path: Path) -> None:
    ward = Hospital(tmp_path)
    with worker_grades() as grades:
        ward.grades = grades  # type: ignore[assignment]
        with ward:
            ward.drop("bed1.mp4", KILLS)
            ward.drop("bed2.mp4", SEVERE)
            ward.work()
            for _ in range(3):
                ward.clock.turn(3600)
                ward.work()

    broken, whole = ward.rows()
    assert broken.outcome == Rejection(Reason.INTRACTABLE, None, "toy-1")
    assert isinstance(whole.outcome, Assessment)
    assert [job.state for job in ward.rows()] == [State.ARCHIVED] * 2
    assert ward.work_files() == []
    assert "cannot be worked through" in ward.sheet_text()
