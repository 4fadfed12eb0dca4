"""`peea audit show`, `verify` and `export`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from archive.audit import Entry
from archive.files import write_new
from archive.inspection import Inspection
from config.settings import Settings
from daemon.refusals import new_file
from daemon.settings_file import existing_workplace, found_settings
from daemon.terminal import print_table

_ID_DIGITS = 12


def show(last: int, about: str, settings_file: Path | None, ward: Path | None) -> None:
    """Print the last entries, or the last about one recording, sheet row or model."""
    settings = found_settings(settings_file, ward)
    with _inspection(settings) as inspection:
        found = [entry for entry in inspection.entries() if entry.about.startswith(about)]
    rows = [
        (str(entry.number), _ward_time(entry, settings), entry.who, entry.what, _shortened(entry.about), entry.details)
        for entry in found[-last:]
    ]
    print_table(("Entry", "When", "Who", "What", "About", "Details"), rows)


def verify(printed_head: str, settings_file: Path | None, ward: Path | None) -> int:
    """Look at every link; print what is wrong, the first broken link first. Returns: exit status."""
    with _inspection(found_settings(settings_file, ward)) as inspection:
        verdict = inspection.trail(printed_head)
    for problem in verdict.problems:
        print(f"BROKEN: {problem}")
    if verdict.problems:
        print(f"{verdict.entries} entries; the trail cannot be relied on from the first of these on")
        return 1
    print(f"{verdict.entries} entries, all links whole; the trail ends with {verdict.head}")
    return 0


def export(output: Path | None, settings_file: Path | None, ward: Path | None) -> None:
    """Write all entries as JSON lines, to a new file or to standard output."""
    with _inspection(found_settings(settings_file, ward)) as inspection:
        lines = [json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in inspection.entries()]
    if output is None:
        print("".join(lines), end="")
        return
    write_new(new_file(output), "".join(lines).encode("utf-8"), mode=0o600)
    print(f"{output}: {len(lines)} entries")


def _inspection(settings: Settings) -> Inspection:
    return Inspection(existing_workplace(settings).ledger)


def _ward_time(entry: Entry, settings: Settings) -> str:
    try:
        moment = datetime.fromisoformat(entry.at)
    except ValueError:
        return entry.at
    return moment.astimezone(settings.ward.zone_info).isoformat(sep=" ", timespec="seconds")


def _shortened(about: str) -> str:
    return about[:_ID_DIGITS] if len(about) == 64 else about
