"""What `peea doctor` looks at in the ledger and in the archive. Reads only, also while the daemon writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from archive import migrations
from archive.audit import Deed
from archive.inspection import Inspection
from archive.ledger import LedgerError
from config.settings import Settings
from daemon.findings import Finding, fault, fine, remark
from daemon.workplace import Workplace

DRILL_DAYS = 180
_NAMED = 3  # problems of one kind that are named one by one


def ledger(settings: Settings) -> Iterator[Finding]:
    """Whether the file is sound, of which form it is, and whether trail and receipts are whole."""
    path = Workplace.of(settings.ward).ledger
    if not path.exists():
        yield remark("ledger", "there is none yet; the daemon makes it at its first start")
        return
    try:
        with Inspection(path) as inspection:
            damage = inspection.damage()
            yield from _named("ledger", damage, "restore it from a backup, with the daemon stopped")
            if not damage:
                yield fine("ledger", f"sound, form {inspection.form} of {len(migrations.MIGRATIONS)}")
            if inspection.form < len(migrations.MIGRATIONS):
                yield remark(
                    "ledger", "it is of an older form; the daemon copies it and brings it up to date at its start"
                )
                return
            verdict = inspection.trail()
            yield from _named("audit trail", verdict.problems, "see docs/audit.md")
            if not verdict.problems:
                yield fine("audit trail", f"{verdict.entries} entries, all links whole, ends with {verdict.head}")
            yield from _named("receipts", inspection.broken_receipts(), "run `peea archive verify`")
            parked = inspection.parked()
            if parked:
                yield remark("recordings", f"{parked} set aside; see `peea status`")
    except LedgerError as error:
        yield fault("ledger", str(error))


def archive(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether every sealed file is there with its size, and when one was last opened for a test."""
    place = Workplace.of(settings.ward)
    try:
        with Inspection(place.ledger) as inspection:
            kept = [one for one in inspection.kept() if not one.receipt.is_purged]
            drills = [entry for entry in inspection.entries() if entry.what == Deed.DRILLED]
    except LedgerError:
        return  # told already
    wrong = []
    for one in kept:
        path = place.archive / one.receipt.sealed_name
        if not path.is_file() or path.stat().st_size != one.receipt.sealed_bytes:
            wrong.append(f"{one.receipt.sealed_name} (number {one.number}) is missing or of another size")
    yield from _named("archive", wrong, "run `peea archive verify`")
    if not wrong:
        yield fine("archive", f"{len(kept)} sealed recordings are there; `peea archive verify` reads them")
    opened = [entry for entry in drills if '"opened"' in entry.details and json.loads(entry.details).get("failed") == 0]
    last = datetime.fromisoformat(opened[-1].at) if opened else None
    if kept and (last is None or now - last > timedelta(days=DRILL_DAYS)):
        when = "never" if last is None else f"last on {last:%Y-%m-%d}"
        yield remark("archive", f"sealed recordings were {when} opened for a test: peea archive drill -i KEY")


def _named(subject: str, problems: tuple[str, ...] | list[str], what_to_do: str) -> Iterator[Finding]:
    for problem in problems[:_NAMED]:
        yield fault(subject, f"{problem}; {what_to_do}")
    if len(problems) > _NAMED:
        yield fault(subject, f"and {len(problems) - _NAMED} more of this kind")
