"""Compares the archive's folder with the receipts: what is missing, changed, or there without a receipt."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from archive.files import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, sha256_of
from archive.receipts import Kept


class Fault(StrEnum):
    """How a file of the archive is not as the receipts say."""

    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    REKEYING_CUT_OFF = "re-keying cut off"
    PURGING_CUT_OFF = "purging cut off"
    EXTRA = "extra"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Finding:
    """A file that is not as it should be. kept: None where no receipt names the file."""

    fault: Fault
    name: str
    kept: Kept | None
    words: str


def sealed_name(id: str, month: str) -> str:
    """Under which name a recording of that fingerprint lies in the archive; month as 2026/11. It tells of no person."""
    return f"{month}/{id[:16]}.age"


def files_in(archive: Path) -> frozenset[str]:
    """The names of all files in the archive's folder. Raises: OSError: it cannot be listed."""
    with os.scandir(archive):  # rglob takes a folder that is missing or closed for an empty one
        pass
    return frozenset(str(path.relative_to(archive)) for path in archive.rglob("*") if _is_file(path))


def findings(
    archive: Path, there: Collection[str], kept: Sequence[Kept], under_way: Collection[str] = ()
) -> Iterator[Finding]:
    """Read every sealed file and tell what is wrong, in the order of the receipts, what is extra last.

    Args: there: `files_in` the archive, from before the receipts were read: so no file of a daemon at work looks extra.
          under_way: fingerprints of recordings that were not in the archive when the receipts were read.
    """
    for one in kept:
        found = _fault(archive / one.receipt.sealed_name, one)
        if found is not None:
            yield Finding(found, one.receipt.sealed_name, one, _WORDS[found])
    expected = {id[:16] for id in under_way}
    for name in sorted({*there} - {one.receipt.sealed_name for one in kept}):
        path = Path(name)
        if path.name.startswith(TEMPORARY_PREFIX) and path.name.endswith(TEMPORARY_SUFFIX):
            if not under_way:
                yield Finding(Fault.UNFINISHED, name, None, _WORDS[Fault.UNFINISHED])
        elif path.stem not in expected:
            yield Finding(Fault.EXTRA, name, None, _WORDS[Fault.EXTRA])


def _fault(path: Path, one: Kept) -> Fault | None:
    receipt = one.receipt
    try:
        if path.is_symlink():
            return Fault.CHANGED  # sealing makes files; whoever put a link there may put anything behind it
        if not path.is_file():
            return None if receipt.is_purged else Fault.MISSING
        if receipt.is_purged:
            return Fault.PURGING_CUT_OFF
        sha256 = sha256_of(path)
    except OSError:
        return Fault.UNREADABLE
    if sha256 == receipt.sealed_sha256:
        return None
    return Fault.REKEYING_CUT_OFF if is_known(one, sha256) else Fault.CHANGED


def _is_file(path: Path) -> bool:
    return path.is_symlink() or not path.is_dir()


def is_known(one: Kept, sha256: str) -> bool:
    """Whether a sealed file with these bytes is, or once was, the one of that recording."""
    return any(receipt.sealed_sha256 == sha256 for receipt in one.receipts)


_WORDS = {
    Fault.MISSING: "it is not there; fetch it from a backup",
    Fault.CHANGED: "it is not what was sealed; fetch it from a backup",
    Fault.UNREADABLE: "it cannot be read; check permissions and disk",
    Fault.REKEYING_CUT_OFF: "it is still sealed for the keys of before; run `peea archive rekey` again",
    Fault.PURGING_CUT_OFF: "it was purged and is still there; run `peea archive purge` again",
    Fault.EXTRA: "no receipt names it; find out who put it there",
    Fault.UNFINISHED: "a crash left it; it goes at the daemon's next start",
}
