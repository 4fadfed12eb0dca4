"""One worker process as the daemon sees it: started clean, spoken to over two pipes, watched, ended.

Started as a fresh program, never forked: the daemon has threads, and a fork would carry their locks along.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from daemon.messages import Message, MessageError, decoded

_PIECE_BYTES = 64 * 1024
LONGEST_MESSAGE_BYTES = 64 * 1024 * 1024  # an outcome of ten minutes takes 1 MB
_END_S = 5.0

# -P: the folder that the daemon happens to be started in is no place to load programs from
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from daemon.grading_process import main; main()"
COMMAND = (sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).absolute().parents[1]))


class WorkerLostError(ChildProcessError):
    """The worker ended, or was ended, while it worked on a recording; the message says why."""


class Worker:
    """A running worker.

    Args: command: the program. first_line: what it is given before any request.
    """

    def __init__(self, command: Sequence[str], first_line: bytes) -> None:
        # a session of its own: Ctrl-C at a terminal is for the daemon, which ends its worker itself
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._unread = bytearray()
        self.send(first_line)

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def send(self, line: bytes) -> None:
        """Hand over a line. Raises: WorkerLostError: nobody is there to take it."""
        try:
            self._requests.write(line)
        except BrokenPipeError:
            raise WorkerLostError(self._why_ended()) from None

    def receive(self, timeout_s: float) -> Message | None:
        """The next message; None: there was none in this time. Raises: WorkerLostError: the worker has ended."""
        if b"\n" not in self._unread:
            if not select.select([self._answers], [], [], timeout_s)[0]:
                return None
            piece = os.read(self._answers.fileno(), _PIECE_BYTES)
            if not piece or len(self._unread) > LONGEST_MESSAGE_BYTES:
                raise WorkerLostError(self._why_ended())
            self._unread += piece
            if b"\n" not in piece:
                return None
        line, _, rest = self._unread.partition(b"\n")
        self._unread = rest
        try:
            return decoded(bytes(line))
        except MessageError:
            raise WorkerLostError("the worker said what is no message") from None

    def memory_bytes(self) -> int:
        """Main memory that the process holds at this moment; 0 once it has ended."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_bytes().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """End the process at once, whatever it is at. One that hangs in the kernel (a dead share) is left behind."""
        self._process.kill()
        self._requests.close()
        self._answers.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return

    def _why_ended(self) -> str:
        try:
            status = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return "the worker closed its channel"
        if status < 0:
            return f"the worker was ended by {signal.Signals(-status).name}"
        return f"the worker ended with status {status}"
