"""`peea archive list`, `verify`, `drill`, `rekey` and `purge`: what a ward's archive holds, and keeping it so."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import locks
from archive.audit import Deed
from archive.files import remove_surely, sha256_of
from archive.inspection import Inspection
from archive.jobs import Receipt
from archive.keys import SecretKey, read_identities, read_recipients
from archive.ledger import Ledger
from archive.receipts import Kept, sorted_keys
from archive.sealing import SealedFileError
from archive.stocktaking import files_in, findings, is_known
from archive.vault import ReadBackError, opened_sha256, rekey_file
from config.settings import Settings
from daemon.face_sheets import face_sheets, remove_faces
from daemon.recipients import enough_recipients
from daemon.refusals import RefusedError, existing_file
from daemon.settings_file import existing_workplace, found_settings
from daemon.terminal import print_table
from daemon.workplace import Workplace


@dataclass(frozen=True)
class Line:
    """One sealed recording as `list` shows it; no name and no bed. at: the ward's time, ISO 8601."""

    number: int
    record_id: str
    at: str
    file: str
    size_bytes: int
    keys: int
    standing: str


class _Ward:
    """A ward's archive, its receipts and its settings."""

    def __init__(self, settings_file: Path | None, ward: Path | None) -> None:
        self.settings: Settings = found_settings(settings_file, ward)
        self.place: Workplace = existing_workplace(self.settings)
        self.there = files_in(self.place.archive)
        with Inspection(self.place.ledger) as inspection:
            self.broken = inspection.broken_receipts()
            self.kept = inspection.kept()
            self.under_way = inspection.unfinished()

    def path(self, kept: Kept) -> Path:
        """Where that recording's sealed file lies."""
        return self.place.archive / kept.receipt.sealed_name

    def is_plain_too(self, kept: Kept) -> bool:
        """Whether a plain copy still lies in the work folder: the daemon is not done with it."""
        return (self.place.work / kept.id).exists()

    def wanted(self) -> tuple[str, ...]:
        """The public keys of now, as receipts tell them."""
        return sorted_keys(read_recipients(self.settings.archive.recipients_file))

    def chosen(self, records: Sequence[str]) -> tuple[Kept, ...]:
        """Those that the archive holds; with records, those named by number or record id. Raises: RefusedError."""
        held = tuple(one for one in self.kept if not one.receipt.is_purged)
        if not records:
            return held
        found: list[Kept] = []
        for record in records:
            here = [one for one in held if _is_named(one, record)]
            if len(here) != 1:
                raise RefusedError(f"{record}: {len(here)} sealed recordings of that number or record id")
            found += here
        return tuple(found)


def list_(settings_file: Path | None, ward: Path | None, *, as_json: bool) -> None:
    """Print what the archive holds by its receipts."""
    held = _Ward(settings_file, ward)
    wanted = held.wanted()
    lines = [_line(one, held, wanted) for one in held.kept]
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=1))
        return
    rows = [
        (str(line.number), line.record_id, line.at, line.file, f"{line.size_bytes:,}", line.standing) for line in lines
    ]
    print_table(("Number", "Record id", "Sealed", "File", "Bytes", "Standing"), rows)
    print(f"{len(lines)} recordings, {sum(line.size_bytes for line in lines):,} bytes")


def verify(settings_file: Path | None, ward: Path | None) -> int:
    """Read every sealed file again and compare it with its receipt. Returns: exit status."""
    held = _Ward(settings_file, ward)
    n_wrong = 0
    for words in held.broken:
        print(f"BROKEN RECEIPTS: {words}")
        n_wrong += 1
    for finding in findings(held.place.archive, held.there, held.kept, held.under_way):
        about = f" (number {finding.kept.number}, record {finding.kept.record_id})" if finding.kept else ""
        print(f"{finding.fault.upper()}: {finding.name}{about}: {finding.words}")
        n_wrong += 1
    n_held = len(held.chosen(()))
    purged = len(held.kept) - n_held
    print(f"{n_held} sealed recordings read, {purged} purged, {n_wrong or 'nothing'} wrong")
    return 1 if n_wrong else 0


def drill(identities: Sequence[Path], count: int, settings_file: Path | None, ward: Path | None, *, every: bool) -> int:
    """Open sealed recordings, chosen by chance or all, and compare what is in them. Nothing plain touches the disk.

    Returns: exit status.
    """
    held, keys = _Ward(settings_file, ward), _keys(identities)
    whole = held.chosen(())
    if not whole:
        raise RefusedError("the archive holds nothing yet that could be opened")
    chosen = whole if every else tuple(secrets.SystemRandom().sample(whole, min(count, len(whole))))
    failed = 0
    with Ledger(held.place.ledger, upgrade=False) as ledger:
        ledger.note(Deed.DRILLED, "", files=len(chosen), keys=" ".join(str(key.recipient) for key in keys))
        for one in sorted(chosen, key=lambda kept: kept.number):
            problem = _drill_problem(held.path(one), one, keys)
            failed += bool(problem)
            print(f"number {one.number}, record {one.record_id}: {problem or 'opens, and holds the recording'}")
        ledger.note(Deed.DRILLED, "", opened=len(chosen) - failed, failed=failed)
    print(f"{len(chosen) - failed} of {len(chosen)} open and hold what was recorded")
    return 1 if failed else 0


def rekey(records: Sequence[str], identities: Sequence[Path], settings_file: Path | None, ward: Path | None) -> int:
    """Seal for the recipients of now what is sealed for others. Only headers are written anew. Returns: exit status."""
    held, keys = _Ward(settings_file, ward), _keys(identities)
    recipients = enough_recipients(held.settings.archive)
    done = failed = 0
    with _alone(held.place), Ledger(held.place.ledger, upgrade=False) as ledger:
        for one in held.chosen(records):
            path = held.path(one)
            try:
                if _is_as_wanted(path, one, sorted_keys(recipients)):
                    continue
                rekey_file(path, keys, recipients, one.id, note=_Noting(ledger, one))
            except (OSError, SealedFileError) as error:
                failed += 1
                print(f"FAILED: number {one.number}, record {one.record_id}: {error}")
            else:
                done += 1
                print(f"number {one.number}, record {one.record_id}: sealed for {len(recipients)} keys")
    print(f"{done} re-keyed, {failed} failed, {len(held.chosen(records)) - done - failed} were so already")
    return 1 if failed else 0


def purge(days: int | None, settings_file: Path | None, ward: Path | None, *, really: bool) -> None:
    """Remove sealed recordings whose time is over; without `really` only name them.

    Raises: RefusedError: no time is set.
    """
    held = _Ward(settings_file, ward)
    keep_days = held.settings.archive.keep_days if days is None else days
    if keep_days <= 0:
        raise RefusedError("recordings are kept for ever: set archive.keep_days in the settings, or name --days")
    before = datetime.now(UTC) - timedelta(days=keep_days)
    over = [one for one in held.chosen(()) if one.sealed_at < before and not held.is_plain_too(one)]
    cut_off = [one for one in held.kept if one.receipt.is_purged and held.path(one).exists()]
    for one in (*over, *cut_off):
        print(
            f"number {one.number}, record {one.record_id}, sealed {one.sealed_at:%Y-%m-%d}: {one.receipt.sealed_name}"
        )
    if not really:
        print(f"{len(over) + len(cut_off)} recordings older than {keep_days} days; nothing was removed: add --yes")
        return
    gone = [*over, *(one for one in held.kept if one.receipt.is_purged)]
    with _alone(held.place), Ledger(held.place.ledger, upgrade=False) as ledger:
        for one in over:
            ledger.purged(one.id, datetime.now(UTC))  # first the trace: a crash leaves a file that `verify` names
            remove_surely(held.path(one))
        for one in cut_off:
            remove_surely(held.path(one))
    for sheet in face_sheets(held.settings.ward, gone):
        remove_faces(sheet, held.place)
        print(f"number {sheet.kept.number}, record {sheet.kept.record_id}: its result sheet loses the patient's face")
    print(f"{len(over) + len(cut_off)} recordings older than {keep_days} days are removed; rows and sheets stay")


def _alone(place: Workplace) -> AbstractContextManager[None]:
    """No other command changes sealed files meanwhile, and a daemon that starts leaves half files alone."""
    return locks.held(
        place.keeping_lock, "process {process} is re-keying or purging this archive already ({lock}); wait for its end"
    )


class _Noting:
    """Writes the receipt of a re-keyed file into the ledger, under the name that the file has in the archive."""

    def __init__(self, ledger: Ledger, kept: Kept) -> None:
        self._ledger = ledger
        self._kept = kept

    def __call__(self, receipt: Receipt) -> None:
        named = replace(receipt, sealed_name=self._kept.receipt.sealed_name)
        self._ledger.rekeyed(self._kept.id, named, datetime.now(UTC))


def _is_as_wanted(path: Path, kept: Kept, wanted: tuple[str, ...]) -> bool:
    sha256 = sha256_of(path)
    if not is_known(kept, sha256):
        raise ReadBackError("the file is not what was sealed here, so it is left alone; fetch it from a backup")
    return kept.receipt.recipients == wanted and sha256 == kept.receipt.sealed_sha256


def _is_named(kept: Kept, record: str) -> bool:
    return record == str(kept.number) or (len(record) >= 6 and kept.id.startswith(record))


def _drill_problem(path: Path, kept: Kept, keys: Sequence[SecretKey]) -> str:
    try:
        return "" if opened_sha256(path, keys) == kept.id else "OPENS, BUT HOLDS SOMETHING ELSE"
    except (OSError, SealedFileError) as error:
        return f"DOES NOT OPEN: {error.strerror if isinstance(error, OSError) and error.strerror else error}"


def _keys(paths: Sequence[Path]) -> tuple[SecretKey, ...]:
    return tuple(key for path in paths for key in read_identities(existing_file(path)))


def _line(kept: Kept, held: _Ward, wanted: tuple[str, ...]) -> Line:
    receipt = kept.receipt
    at = kept.sealed_at.astimezone(held.settings.ward.zone_info).isoformat(sep=" ", timespec="seconds")
    return Line(
        kept.number,
        kept.record_id,
        at,
        receipt.sealed_name,
        0 if receipt.is_purged else receipt.sealed_bytes,
        len(receipt.recipients),
        "; ".join(_standing(kept, wanted)),
    )


def _standing(kept: Kept, wanted: tuple[str, ...]) -> Iterator[str]:
    if kept.receipt.is_purged:
        yield "purged"
    elif not kept.receipt.recipients:
        yield "sealed before keys were noted"
    elif kept.receipt.recipients == wanted:
        yield "sealed for the keys of now"
    else:
        yield "sealed for other keys: rekey"
