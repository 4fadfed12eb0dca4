"""The manifest of a data set: one line a picture with its SHA-256 and its label; the hash over all is the set's name.

Two data sets of one name hold the same pictures with the same labels in the same parts. A manifest is a CSV file named
by that hash; a line's first columns are what is hashed, the last is where the picture lay when it was written.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from itertools import zip_longest
from pathlib import Path

from archive.files import sha256_of, write_whole
from trainer.cases import Case

LAYOUT = "crops-1"  # changes when crops change, so that kept crops of another code are not used
NAME_DIGITS = 16
COLUMNS = ("sha256", "patient", "grade", "part", "pspi", "recording", "units", "file")


class ManifestError(ValueError):
    """The file is no whole manifest."""


@dataclass(frozen=True)
class Entry:
    """One picture: the hash of its bytes, its label as text, and its file."""

    sha256: str
    patient: str
    grade: str
    part: str
    pspi: str
    recording: str
    units: str
    file: str


@dataclass(frozen=True)
class Manifest:
    """A data set, sorted; its name is a function of everything but the files' places."""

    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """The hash over all pictures and labels: 16 hexadecimal digits."""
        root = hashlib.sha256(LAYOUT.encode())
        for entry in self.entries:
            filmed = f" {entry.recording}" if entry.recording else ""
            coded = f" units {entry.units}" if entry.units else ""
            root.update(
                f"{entry.sha256} {entry.patient} {entry.grade} {entry.part} {entry.pspi}{filmed}{coded}\n".encode()
            )
        return root.hexdigest()[:NAME_DIGITS]


def manifest_of(cases: Iterable[Case]) -> Manifest:
    """The manifest of cases; reads every picture once. Raises: OSError: one cannot be read."""
    # key frames of two recordings bear one name: what is in them decides, never the order of the list
    return Manifest(tuple(sorted(map(_entry, cases), key=lambda entry: (*_place(entry), *astuple(entry)))))


def write_manifest(manifest: Manifest, folder: Path) -> Path:
    """Writes `<name>.csv` into the folder, whole."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(entry) for entry in manifest.entries)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{manifest.name}.csv"
    write_whole(path, out.getvalue().encode())
    return path


def read_manifest(path: Path) -> Manifest:
    """A manifest as it was written.

    Raises:
        ManifestError: it is none, or does not hash to the name that its file bears.
    """
    try:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    except (OSError, UnicodeError, csv.Error) as problem:
        raise ManifestError(f"{path} cannot be read as a manifest ({problem})") from problem
    if not rows or tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise ManifestError(f"{path} is no manifest: its columns are not {', '.join(COLUMNS)}")
    manifest = Manifest(tuple(Entry(*row) for row in rows[1:]))
    if manifest.name != path.stem:
        raise ManifestError(f"{path} has been changed: its lines are of a data set {manifest.name}")
    return manifest


def differences(written: Manifest, now: Manifest) -> tuple[str, ...]:
    """What is no longer as a manifest says, one line a picture; empty if all is."""
    said = []
    before, after = _by_place(written), _by_place(now)
    for place in sorted(before.keys() | after.keys()):
        patient, name = place
        was, found = before.get(place, []), after.get(place, [])
        same = {_hashed(one) for one in was} & {_hashed(other) for other in found}
        was, found = ([entry for entry in entries if _hashed(entry) not in same] for entries in (was, found))
        for one, other in zip_longest(was, found):
            if one is None or other is None:
                said.append(f"{name} of {patient} is {'new' if one is None else 'gone'}")
            elif one.sha256 != other.sha256:
                said.append(f"{name} of {patient} is another picture")
            else:
                said.append(f"{name} of {patient} has another label or part")
    return tuple(said)


def _by_place(manifest: Manifest) -> dict[tuple[str, str], list[Entry]]:
    """Several pictures may bear one name, as key frames do."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in manifest.entries:
        found.setdefault(_place(entry), []).append(entry)
    return found


def _place(entry: Entry) -> tuple[str, str]:
    return entry.patient, Path(entry.file).name


def _hashed(entry: Entry) -> tuple[str, ...]:
    return astuple(entry)[:-1]


def _entry(case: Case) -> Entry:
    units = " ".join(f"{intensity:g}" for intensity in case.units or ())
    label = (case.patient, str(int(case.grade)), case.part, str(case.pspi), case.recording, units)
    return Entry(sha256_of(case.picture), *label, str(case.picture))
