"""The real `peea run` in a process of its own, with toy grades: for tests that kill it, stop it and start it twice.

python -m tests.toy_daemon WARD_FOLDER [SECONDS_PER_FRAME]
"""

from __future__ import annotations

import sys
from pathlib import Path

from config import logs
from config.settings import load
from daemon.service import serve
from tests.hospital import ToyGrades


def main() -> None:
    """Run the ward's daemon; an error ends it with its words and status 1."""
    folder = Path(sys.argv[1])
    frame_s = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    settings = load(folder / "peea.toml", ward_folder=folder)
    logs.set_up(settings.logging.level)
    try:
        serve(settings, lambda: ToyGrades(frame_s))
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
