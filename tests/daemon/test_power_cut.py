"""The plug is pulled before and after every disk operation between the inbox and the archive, and the power comes back.

Fast: some of the moments. Slow: every moment of an ordinary day, and every third of a first start.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from archive.inspection import Inspection
from archive.vault import opened_sha256
from config.settings import load
from tests.archive.witness import needs_strace
from tests.hospital import GARBAGE, SEVERE, Hospital
from tests.power import Operation, moments, recorded
from tests.power_program import work
from tests.toy_grades import ToyGrades

RECORDINGS = {"bed3_P0003.mp4": SEVERE + b"\n" + bytes(200_000), "film.mp4": GARBAGE}
FILES = {name: hashlib.sha256(data).hexdigest() for name, data in RECORDINGS.items()}
FAST_STEP = 61


def prepared(folder: Path, *, worked_before: bool) -> Hospital:
    """A ward with recordings in its inbox, one of them twice."""
    ward = Hospital(folder)
    if worked_before:
        with ward:
            ward.drop("bed1_P0001.mp4", SEVERE)
            ward.work()
    for name, data in RECORDINGS.items():
        ward.drop(name, data)
    ward.drop("bed3_again.mp4", RECORDINGS["bed3_P0003.mp4"])
    return ward


def wrong(folder: Path, ward: Hospital, ids: set[str]) -> Iterator[str]:
    """What is not as it must be after the work was taken up again."""
    place = folder / "ward"
    with Inspection(place / "state/ledger.sqlite") as inspection:
        kept = inspection.kept()
        yield from (*inspection.damage(), *inspection.trail().problems, *inspection.broken_receipts())
        yield from (f"{id[:8]} is not archived" for id in inspection.unfinished())
    if {one.id for one in kept} != ids or len(kept) != len(ids):
        yield f"rows of {[one.record_id for one in kept]}"
    sealed = {path for path in (place / "archive").rglob("*") if path.is_file()}
    if sealed != {place / "archive" / one.receipt.sealed_name for one in kept}:
        yield f"the archive holds {sorted(path.name for path in sealed)}"
    for one in kept:
        if opened_sha256(place / "archive" / one.receipt.sealed_name, [ward.recovery]) != one.id:
            yield f"{one.record_id} holds something else"
    for path in [*(place / "inbox").rglob("*"), *(place / "state/work").rglob("*"), *place.rglob(".peea-*")]:
        yield f"left: {path.relative_to(place)}"
    found = [cell for path in (place / "sheets").glob("*.xlsx") for cell in fingerprints(path)]
    if sorted(found) != sorted(ids):
        yield f"rows of the workbook: {[id[:8] for id in found]}"


def fingerprints(path: Path) -> list[str]:
    rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    return [cell for row in rows for cell in row if isinstance(cell, str) and len(cell) == 64]


def problems(tmp_path: Path, step: int, *, worked_before: bool) -> list[str]:
    """Record one life of a daemon; cut it off at every step-th moment; let another one take up the work."""
    origin = tmp_path / "origin"
    origin.mkdir()
    ward = prepared(origin, worked_before=worked_before)
    before = tmp_path / "before"
    shutil.copytree(origin, before)
    operations = recorded(origin, ["-m", "tests.power_program", str(origin)], tmp_path / "trace")
    ids = set(FILES.values())
    ids |= {hashlib.sha256(SEVERE).hexdigest()} if worked_before else set()
    assert list(wrong(origin, ward, ids)) == []
    assert_each_recording_is_on_the_disk_before_its_row(operations)
    found, seen = [], set[bytes]()
    for number, (what, disk, loss) in enumerate(moments(before, operations)):
        if number % step:
            continue
        again = tmp_path / "again"
        disk.write_to(again, loss)
        if (print_ := fingerprint(again)) not in seen:
            seen.add(print_)
            work(load(again / "peea.toml"), ToyGrades())
            found += [f"{what}, lost {loss}: {problem}" for problem in wrong(again, ward, ids)]
        shutil.rmtree(again)
    assert len(seen) * step > len(operations)
    return found


def assert_each_recording_is_on_the_disk_before_its_row(operations: list[Operation]) -> None:
    """What a nurse copied may still be in memory only; the ledger must not say that it is ours."""
    for name in RECORDINGS:
        (synced,) = [at for at, one in enumerate(operations) if one.name == "fsync" and one.path.endswith(name)]
        (kept,) = [
            at
            for at, one in enumerate(operations)
            if one.name == "renameat2" and FILES[name] in one.target and "copy-" not in one.target
        ]
        commits = [at for at, one in enumerate(operations) if one.name == "fdatasync" and one.path.endswith("-wal")]
        assert synced < max(at for at in commits if at < kept)


def fingerprint(folder: Path) -> bytes:
    """The same for two folders in which all files are the same."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"")
    return digest.digest()


@needs_strace
def test_a_plug_pulled_at_some_moment_between_inbox_and_archive_costs_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, FAST_STEP, worked_before=True) == []


@needs_strace
@pytest.mark.slow
def test_a_plug_pulled_at_any_moment_between_inbox_and_archive_costs_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, 1, worked_before=True) == []


@needs_strace
@pytest.mark.slow
def test_a_plug_pulled_during_a_first_start_costs_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, 3, worked_before=False) == []
