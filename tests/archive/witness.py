"""What a program asks of the system, seen from outside by strace: the only witness of an fsync."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, the only witness of an fsync, is missing"
)
START = (
    "import sys; from pathlib import Path; from archive import files, keys, moving, vault; "
    "paths = [Path(each) for each in sys.argv[1:]]; "
)
SEEN = "write,fsync,fadvise64,read,rename,renameat,renameat2,unlink"


def calls(program: str, folder: Path, *paths: Path, inject: str = "") -> list[str]:
    """The calls of the program that name something in the folder, in order; `paths` are its variable of that name."""
    trace = folder.parent / f"{folder.name}.trace"
    options = ["-y", "-e", f"trace={SEEN}", *(["-e", f"inject={inject}"] if inject else []), "-o", trace]
    subprocess.run(["strace", *options, sys.executable, "-c", START + program, *paths], check=True)
    return [line for line in trace.read_text().splitlines() if str(folder) in line]


def names(lines: list[str]) -> list[str]:
    """The names of the calls, repeated ones once, without those that found no such file."""
    found = [line.split("(")[0] for line in lines if " ENOENT " not in line]
    return [name for before, name in zip([None, *found], found, strict=False) if name != before]
