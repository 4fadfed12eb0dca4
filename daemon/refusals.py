"""What a command will not do, said in one line with what to do instead."""

from __future__ import annotations

from pathlib import Path


class RefusedError(ValueError):
    """The command cannot be carried out as given; the message is for the person at the terminal."""


def existing_file(path: Path) -> Path:
    """The path, if it is a file that can be read. Raises: RefusedError."""
    if path.is_dir():
        raise RefusedError(f"{path} is a folder; name a file")
    if not path.exists():
        raise RefusedError(f"{path}: there is no such file; check the name")
    return path


def regular_file(path: Path) -> Path:
    """As `existing_file`, and no pipe or device, which would be read for ever. Raises: RefusedError."""
    if not existing_file(path).is_file():
        raise RefusedError(f"{path} is a pipe or a device; name a file")
    return path


def new_file(path: Path) -> Path:
    """The path, if nothing is there yet and its folder is. Raises: RefusedError."""
    if path.exists() or path.is_symlink():
        raise RefusedError(f"{path} exists already; name a new file, or remove that one first")
    if not path.absolute().parent.is_dir():
        raise RefusedError(f"{path.absolute().parent}: there is no such folder; make it first")
    return path
