"""How PEEA starts a program of its own: found where this process was found, never in the folder it is started in.

`python -m` looks into the present folder first, before the library: whoever may write there would have their code run,
by root too, as somebody calls `peea` in a shared folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
# -P: not the present folder; the module's own arguments follow
_PROGRAM = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def own_program(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules, such as "reports.espeak", as a program with these arguments."""
    return [sys.executable, "-P", "-c", _PROGRAM, str(_ROOT), module, *arguments]
