"""`peea doctor`: looks at everything a ward needs, changes nothing, and says what to mend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from daemon.examination import clock, disk, folders, keys, locks
from daemon.findings import Finding, Standing
from daemon.ledger_examination import archive, ledger
from daemon.part_examination import model, speech
from daemon.settings_file import existing_workplace, found_settings
from daemon.terminal import print_table, told

_MARKS = {Standing.FINE: "ok", Standing.REMARK: "note", Standing.FAULT: "FAULT"}


def doctor(settings_file: Path | None, ward: Path | None, *, as_json: bool) -> int:
    """Print all findings. Returns: exit status, 1 if anything is to be mended. Raises: RefusedError: no ward."""
    settings = found_settings(settings_file, ward)
    existing_workplace(settings)
    with told("examining the ward") as tell:
        found = []
        for finding in findings(settings):
            tell(f"examining: {finding.subject}")
            found.append(finding)
    faults = sum(finding.standing is Standing.FAULT for finding in found)
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=1))
    else:
        print_table(("", "What", "Finding"), [(_MARKS[each.standing], each.subject, each.words) for each in found])
        print(f"{faults} to be mended" if faults else "nothing to be mended")
    return 1 if faults else 0


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything that is looked at, one after the other."""
    now = datetime.now(UTC)
    yield from folders(settings)
    yield from keys(settings)
    yield from ledger(settings)
    yield from archive(settings, now)
    yield from clock(settings, now)
    yield from disk(settings)
    yield from locks(settings, now)
    yield from speech(settings)
    yield from model(settings)
