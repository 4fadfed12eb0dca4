"""Checksums of a model version's files, in the format of sha256sum: a changed or half-copied version is refused.

The file is written last, when the version is made, and checked whenever one is installed, activated or loaded. It tells
accidents and careless hands, not an attacker who writes both the files and their sums.
"""

from __future__ import annotations

import re
from pathlib import Path

from archive.files import sha256_of, write_whole
from grading.version import VersionError

SUMS_FILE = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\0\n]+)")


def write_sums(folder: Path) -> None:
    """Writes the checksums of all files in the folder, whole or not at all; `sha256sum -c` reads them too."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS_FILE)
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in files]
    write_whole(folder / SUMS_FILE, "".join(lines).encode())


def check_sums(folder: Path) -> bool:
    """Compares every listed file with its checksum; False: the version is an old one without checksums.

    Raises:
        VersionError: a file is missing or not the one that was listed, or the list cannot be understood.
    """
    path = folder / SUMS_FILE
    if not path.is_file():
        return False
    for line in path.read_text("utf-8", errors="replace").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise VersionError(f"{path} cannot be understood: install the version again from where it was made")
        listed = folder / found[2]
        if not listed.is_file():
            raise VersionError(f"{folder} is not whole: {found[2]} is missing; copy the version again")
        if sha256_of(listed) != found[1]:
            raise VersionError(
                f"{listed} is not the file that the version was made with (its checksum differs): "
                "it was changed or copied in part; install the version again from where it was made"
            )
    return True
