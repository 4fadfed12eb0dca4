"""Which time zone this machine is set to."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name; None if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def machine_zone(localtime: Path = Path("/etc/localtime")) -> ZoneInfo:
    """The machine's zone: $TZ, else what `localtime` links to, else UTC."""
    linked = str(localtime.resolve()).rpartition("zoneinfo/")[2] if localtime.is_symlink() else ""
    for name in (os.environ.get("TZ", "").lstrip(":"), linked):
        zone = zone_named(name) if name else None
        if zone is not None:
            return zone
    return ZoneInfo("UTC")
