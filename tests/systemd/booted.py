"""A real systemd that boots over an overlay of this machine, with PEEA installed: nothing that happens there stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from archive.models import BUNDLED

ROOT = Path(__file__).parents[2]
OVER_HOST = Path(__file__).with_name("systemd-over-host")
SOON_S = 120.0

# The ward is made inside by the product's own files and commands. Only where the program lies differs from the manual,
# and that it may be below a home here.
DROP_IN = f"""
[Service]
ExecStart=
ExecStart={sys.executable} -m daemon.main run --settings /etc/peea/peea.toml
Environment=PYTHONPATH={ROOT}
ProtectHome=no
RestartSec=1
"""
INSTALL = f"""
set -eu
for folder in {Path(sys.executable).resolve().parent} {Path(sys.executable).parent} {ROOT}; do
  while [ "$folder" != / ]; do chmod o+x "$folder"; folder=$(dirname "$folder"); done
done
cd {ROOT}/systemd
cp peea.service /etc/systemd/system/
mkdir -p /etc/systemd/system/peea.service.d /etc/peea
cat >/etc/systemd/system/peea.service.d/test.conf
systemd-sysusers $PWD/peea-sysusers.conf
systemd-tmpfiles --create $PWD/peea-tmpfiles.conf
cd {ROOT}
as_peea="setpriv --reuid=peea --regid=peea --init-groups env HOME=/var/lib/peea"
$as_peea {sys.executable} -m daemon.main setup /var/lib/peea
install -m 644 /var/lib/peea/peea.toml /etc/peea/peea.toml
sed -i 's/^# settle_s = 5.0/settle_s = 0.5/' /etc/peea/peea.toml
systemctl daemon-reload
"""


def why_not() -> str:
    """Why a systemd cannot be booted here; "" if it can."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [name for name in ("systemctl", "systemd-sysusers", "unshare", "nsenter", "ip") if not shutil.which(name)]
    if missing or not Path("/usr/lib/systemd/systemd").exists():
        return f"needs the packages systemd, util-linux and iproute2 (missing: {', '.join(missing) or 'systemd'})"
    absent = {"overlay", "cgroup2"} - set(Path("/proc/filesystems").read_text().split())
    if absent:
        return f"needs {' and '.join(sorted(absent))} in the kernel"
    if any(ROOT.is_relative_to(place) for place in ("/tmp", "/run")):  # noqa: S108 - nothing is written there
        return f"needs a checkout elsewhere than {ROOT}: a booted systemd has a /tmp and a /run of its own"
    if not any(BUNDLED.glob("*/card.json")):
        return "needs a bundled network"
    return ""


class Machine:
    """A booted systemd."""

    def __init__(self, process: str) -> None:
        self.process = process

    def __call__(self, *command: str, text: str = "") -> str:
        done = subprocess.run(
            [str(OVER_HOST), "in", self.process, *command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=SOON_S,
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}\n{self.journal()}"
        return done.stdout

    def shown(self, name: str) -> str:
        return self("systemctl", "show", "peea", "--value", "--property", name).strip()

    def journal(self) -> str:
        command = [str(OVER_HOST), "in", self.process, "journalctl", "-u", "peea", "--no-pager", "-o", "cat"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def soon(self, is_so: Callable[[], bool]) -> None:
        end_s = time.monotonic() + SOON_S
        while not is_so():
            assert time.monotonic() < end_s, self.journal()
            time.sleep(0.2)

    def found(self, *arguments: str) -> list[str]:
        return self("find", *arguments, "-type", "f").split()
