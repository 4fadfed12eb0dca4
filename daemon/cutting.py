"""Cuts frames out of a recording in a process of its own: decoders are large, and videos come from strangers.

daemon.cutting, as a program, reads one line of JSON from standard input, writes a line of JSON and a PNG
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from config.programs import own_program
from daemon.grading_process import confine
from reports.result import Stills

HEIGHT_PX = 220
MOST_S = 90.0  # a recording of 25 s takes a few; the service manager waits three minutes for a sign of life


class NotCutError(RuntimeError):
    """No frames could be cut; the message says why, without the recording's name."""


def stills(path: Path, at_s: Sequence[float], memory_mib: int) -> Stills:
    """The frames at these times (ascending, seconds) side by side.

    Raises: NotCutError: the recording or the process would not. OSError: no process can be started.
    """
    request = json.dumps({"path": str(path), "at_s": list(at_s), "memory_mib": memory_mib})
    try:
        done = subprocess.run(
            own_program("daemon.cutting"),
            input=request.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=MOST_S,
            check=True,
        )
        head, png = done.stdout.split(b"\n", 1)
        size = json.loads(head)
        return Stills(png, tuple(at_s), int(size["width_px"]), int(size["height_px"]))
    except subprocess.TimeoutExpired as error:
        raise NotCutError(f"it took more than {MOST_S:.0f} s") from error
    except subprocess.CalledProcessError as error:
        raise NotCutError(f"the process that cuts ended with {error.returncode}") from error
    except ValueError as error:
        raise NotCutError("the process that cuts answered nothing") from error


def main() -> None:
    """What the daemon starts."""
    request = json.loads(sys.stdin.buffer.readline().decode("utf-8", "surrogateescape"))
    confine(int(request["memory_mib"]))
    from grading.stills import strip

    cut = strip(Path(request["path"]), request["at_s"], HEIGHT_PX)
    sys.stdout.buffer.write(json.dumps({"width_px": cut.width_px, "height_px": cut.height_px}).encode() + b"\n")
    sys.stdout.buffer.write(cut.png)


if __name__ == "__main__":
    main()
