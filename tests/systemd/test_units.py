"""The units as files: systemd itself reads them, and what they promise is compared with the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


@needs_systemd
@pytest.mark.parametrize("unit", ["peea.service", "peea-trainer.service"])
def test_systemd_finds_nothing_to_complain_of(tmp_path: Path, unit: str) -> None:
    """With the program's path replaced by one that exists here; everything else as it is installed."""
    text = re.sub(r"^ExecStart=/opt/peea/venv/bin/\S+", "ExecStart=/bin/true", (UNITS / unit).read_text(), flags=re.M)
    (tmp_path / unit).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_the_daemon_is_hardened() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", str(UNITS / "peea.service")],
        capture_output=True,
        text=True,
        check=True,
    )

    level = re.search(r"Overall exposure level for peea.service: ([0-9.]+)", done.stdout)
    assert level is not None
    assert float(level[1]) <= 1.0


def test_the_manual_installs_what_it_calls() -> None:
    """A bare Debian has no sudo."""
    text = (UNITS.parent / "docs/operating.md").read_text("utf-8")
    (installed,) = re.findall(r"^    apt-get install (git .*?)  +#", text, re.MULTILINE)
    assert {"git", "python3-venv", "sudo", "alsa-utils"} <= set(installed.split())
    assert text.index("umask 022") < text.index("git clone")  # else the user peea may not read the program


def test_the_program_and_the_settings_are_those_of_the_manual() -> None:
    for unit, program in (("peea.service", "peea"), ("peea-trainer.service", "peea-trainer")):
        text = (UNITS / unit).read_text()
        assert f"ExecStart=/opt/peea/venv/bin/{program} run --settings /etc/peea/peea.toml\n" in text
        assert "ProcSubset=pid\n" not in text


@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="needs systemd-tmpfiles")
def test_the_folders_of_a_ward_are_made_with_their_permissions(tmp_path: Path) -> None:
    text = (UNITS / "peea-tmpfiles.conf").read_text().replace("peea  peea ", "root  root ")
    (tmp_path / "peea.conf").write_text(text, encoding="utf-8")

    subprocess.run(
        ["systemd-tmpfiles", "--create", f"--root={tmp_path / 'root'}", str(tmp_path / "peea.conf")], check=True
    )

    folders = {path.name: path.stat().st_mode & 0o7777 for path in (tmp_path / "root/var/lib/peea").iterdir()}
    assert folders["inbox"] == 0o3770
    assert folders["sheets"] == 0o2770  # managers type into the tinted columns
    assert {folders[name] for name in ("archive", "keys", "state")} == {0o700}
