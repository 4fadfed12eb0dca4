"""The model store: immutable versions in folders, and which of them grades (the champion).

    <root>/versions/<name>/   network.npz, card.json, golden.npz, SHA256SUMS; never changed once it is there
    <root>/champion           the name of the active version and, below it, those that were active before

A version is copied in under another name and renamed; the file `champion` is replaced as a whole. So a daemon reading
the store at any moment sees one whole version. Without a champion the version that came with PEEA is used. Before a
version becomes the champion its checksums are compared and it must prove itself (`Proof`: its golden batch).
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import grading
from archive.files import Seen, put_folder_in_place, seen, write_whole
from archive.sums import SUMS_FILE, check_sums, write_sums
from grading.version import ModelVersion, VersionError, read_version

BUNDLED = Path(grading.__file__).parent / "bundled"
MOST_REMEMBERED = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")  # a folder's name, and one word in the file `champion`

Proof: TypeAlias = Callable[[ModelVersion], object]  # raises if the version must not grade


class ModelStoreError(ValueError):
    """The store cannot do what was asked; the message says what to do."""


class ModelStore:
    """Versions of the network on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._versions = root / "versions"
        self._champion = root / "champion"

    def champion(self) -> Path:
        """The folder of the version that grades.

        Raises:
            ModelStoreError: the active version is gone, and none came with PEEA.
        """
        names = self._history()
        return self._folder(names[0]) if names else bundled()

    def line(self) -> tuple[Path, ...]:
        """The champion's folder, then those of the versions that graded before it, the bundled one last of all.

        Folders that are gone are left out, so the first need not be the champion's; compare with `wanted`.
        """
        known = {name: self._folder(name) for name in self._history() if name in self.names()}
        came_with = {folder.name: folder for folder in _folders(BUNDLED)[-1:]}
        return tuple((known | {name: came_with[name] for name in came_with if name not in known}).values())

    def wanted(self) -> str:
        """The name of the version that shall grade, whether or not it is there."""
        return next(iter(self._history()), "") or bundled().name

    def stamp(self) -> Seen | None:
        """What tells one choice of the champion from the next, also of the same version; None: nobody chose yet."""
        return seen(self._champion)

    def names(self) -> tuple[str, ...]:
        """All versions that can be activated, by name."""
        folders = (*_folders(BUNDLED), *_folders(self._versions))
        return tuple(sorted({folder.name for folder in folders}))

    def version(self, name: str) -> ModelVersion:
        """A version by its name, its files compared with their checksums.

        Raises:
            ModelStoreError: there is none of that name.
            VersionError: its files are not whole, or not those that it was made with.
        """
        version = whole_version(self._folder(name))
        if version.card.version != name:
            raise VersionError(
                f"{version.folder} holds the version {version.card.version}: give the folder its own name again"
            )
        return version

    def install(self, folder: Path) -> str:
        """Copies a version into the store and returns its name; installing the same version again changes nothing.

        Raises:
            VersionError: the folder is no whole model version.
            ModelStoreError: another version of that name is there already, or its name cannot be a folder's.
        """
        name = whole_version(folder).card.version
        if _NAME.fullmatch(name) is None:
            raise ModelStoreError(f"a version's name is of letters, digits, dots and dashes, not {name!r}: rename it")
        target = self._versions / name
        if target.exists():
            _refuse_other(folder, target)
            return name
        unfinished = self._versions / f".{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for path in sorted(folder.iterdir()):
            if path.is_file():
                write_whole(unfinished / path.name, path.read_bytes())
        if not (unfinished / SUMS_FILE).is_file():
            write_sums(unfinished)
        whole_version(unfinished)
        for path in unfinished.iterdir():
            path.chmod(0o444)  # a careless hand at least
        put_folder_in_place(unfinished, target)
        return name

    def activate(self, name: str, proof: Proof) -> str:
        """Makes a version the champion, by one rename; returns the name of the one that graded before.

        Raises:
            ModelStoreError: there is no such version.
            VersionError: its files are not whole. What else `proof` raises: nothing has changed then.
        """
        proof(self.version(name))
        with self._changing():
            before = self._history() or [folder.name for folder in _folders(BUNDLED)[-1:]]
            self._remember([name, *before])
        return before[0] if before else ""

    def rollback(self, proof: Proof) -> str:
        """Makes the version before the champion the champion again, and returns its name.

        Versions that are no longer there are passed over; the last of all is the one that came with PEEA.

        Raises:
            ModelStoreError: no other version was active before.
            VersionError: the version before is not whole. What else `proof` raises: nothing has changed then.
        """
        with self._changing():
            history = self._history() or [folder.name for folder in _folders(BUNDLED)[-1:]]
            known = self.names()
            earlier = [name for name in history[1:] if name in known and name != history[0]]
            came_with = [folder.name for folder in _folders(BUNDLED)[-1:] if folder.name != history[0]]
            left = earlier or came_with
            if not left:
                raise ModelStoreError("no other version was active before: choose one with `peea model activate`")
            proof(self.version(left[0]))
            self._remember(left)
        return left[0]

    def _folder(self, name: str) -> Path:
        if _NAME.fullmatch(name) is not None:
            for place in (self._versions, BUNDLED):
                if (place / name).is_dir():
                    return place / name
        raise ModelStoreError(f"there is no model version {name!r}; there are: {', '.join(self.names()) or 'none'}")

    def _history(self) -> list[str]:
        return self._champion.read_text("utf-8").split() if self._champion.is_file() else []

    def _remember(self, names: list[str]) -> None:
        kept = [name for at, name in enumerate(names) if at == 0 or name != names[at - 1]]
        write_whole(self._champion, ("\n".join(kept[:MOST_REMEMBERED]) + "\n").encode())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change of the champion at a time: the trainer and a person may both be at it."""
        self._root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def whole_version(folder: Path) -> ModelVersion:
    """The version in a folder, its files compared with their checksums (an old one may have none).

    Raises:
        VersionError: a file is missing, changed or copied in part.
    """
    version = read_version(folder)
    check_sums(folder)
    return version


def bundled() -> Path:
    """The folder of the version that came with PEEA.

    Raises:
        ModelStoreError: none came with it.
    """
    folders = _folders(BUNDLED)
    if not folders:
        raise ModelStoreError(f"no model version came with PEEA ({BUNDLED} is empty): install PEEA again")
    return folders[-1]


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(folder for folder in place.iterdir() if folder.is_dir() and not folder.name.startswith("."))


def _refuse_other(folder: Path, target: Path) -> None:
    whole_version(target)
    sums = folder / SUMS_FILE
    if sums.is_file() and sums.read_bytes() != (target / SUMS_FILE).read_bytes():
        raise ModelStoreError(f"another version named {target.name} is installed already, and versions never change")


__all__ = ["BUNDLED", "ModelStore", "ModelStoreError", "Proof", "VersionError", "bundled", "whole_version"]
