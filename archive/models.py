"""The model store: immutable versions in folders, and which of them grades (the champion).

    <root>/versions/<name>/   network.npz, card.json, golden.npz; never changed once it is there
    <root>/champion           the name of the active version and, below it, those that were active before

A version is copied in under another name and renamed; the file `champion` is replaced as a whole. So a daemon reading
the store at any moment sees one whole version. Without a champion the version that came with PEEA is used.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import grading
from archive.files import write_whole
from grading.version import ModelVersion, VersionError, read_version

BUNDLED = Path(grading.__file__).parent / "bundled"
MOST_REMEMBERED = 20


class ModelStoreError(ValueError):
    """The store cannot do what was asked; the message says what to do."""


class ModelStore:
    """Versions of the network on disk."""

    def __init__(self, root: Path) -> None:
        self._versions = root / "versions"
        self._champion = root / "champion"

    def champion(self) -> Path:
        """The folder of the version that grades.

        Raises:
            ModelStoreError: the active version is gone, and none came with PEEA.
        """
        names = self._history()
        return self._folder(names[0]) if names else bundled()

    def names(self) -> tuple[str, ...]:
        """All versions that can be activated, by name."""
        folders = (*_folders(BUNDLED), *_folders(self._versions))
        return tuple(sorted({folder.name for folder in folders}))

    def version(self, name: str) -> ModelVersion:
        """A version by its name.

        Raises:
            ModelStoreError: there is none of that name.
            VersionError: its files are not whole.
        """
        return read_version(self._folder(name))

    def install(self, folder: Path) -> str:
        """Copies a version into the store and returns its name; installing the same name again changes nothing.

        Raises:
            VersionError: the folder is no whole model version.
        """
        name = read_version(folder).card.version
        target = self._versions / name
        if not target.exists():
            unfinished = self._versions / f".{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(folder, unfinished)
            unfinished.rename(target)
        return name

    def activate(self, name: str) -> None:
        """Makes a version the champion, by one rename.

        Raises:
            ModelStoreError: there is no such version.
            VersionError: its files are not whole.
        """
        read_version(self._folder(name))
        self._remember([name, *self._history()])

    def rollback(self) -> str:
        """Makes the version before the champion the champion again, and returns its name.

        Raises:
            ModelStoreError: no other version was active before.
        """
        history = self._history()
        if len(history) < 2:
            raise ModelStoreError("no other version was active before: choose one with `peea model activate`")
        read_version(self._folder(history[1]))
        self._remember(history[1:])
        return history[1]

    def _folder(self, name: str) -> Path:
        for place in (self._versions, BUNDLED):
            if (place / name).is_dir():
                return place / name
        raise ModelStoreError(f"there is no model version {name!r}; there are: {', '.join(self.names()) or 'none'}")

    def _history(self) -> list[str]:
        return self._champion.read_text("utf-8").split() if self._champion.is_file() else []

    def _remember(self, names: list[str]) -> None:
        self._champion.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._champion, ("\n".join(names[:MOST_REMEMBERED]) + "\n").encode())


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


__all__ = ["BUNDLED", "ModelStore", "ModelStoreError", "VersionError", "bundled"]
