"""Where matplotlib keeps its list of fonts: in the ward's own cache, for the service has no home."""

from __future__ import annotations

import os
from pathlib import Path

_VARIABLE = "MPLCONFIGDIR"


def keep_fonts_in(state: Path) -> None:
    """To be called before `reports.pictures` is imported. A folder that somebody has named already is kept."""
    if _VARIABLE not in os.environ:
        folder = state / "cache" / "matplotlib"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ[_VARIABLE] = str(folder)
