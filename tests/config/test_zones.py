from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.zones import machine_zone, zone_named


def test_a_name_that_is_no_zone_gives_none() -> None:
    assert zone_named("Asia/Shanghai") == ZoneInfo("Asia/Shanghai")
    assert zone_named("Asia/Shangai") is None
    assert zone_named("../etc/passwd") is None


def test_the_machines_zone_is_what_localtime_links_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Shanghai")

    assert machine_zone(link).key == "Asia/Shanghai"
    assert machine_zone(tmp_path / "none").key == "UTC"


def test_tz_goes_before_localtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Europe/Berlin")

    assert machine_zone(tmp_path / "none").key == "Europe/Berlin"
