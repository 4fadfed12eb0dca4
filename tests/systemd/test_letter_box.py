"""The share as it is handed out, with a real smbd, two nurses and PEEA at work: put in, never look in."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.systemd.booted import OVER_HOST, ROOT, Machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("smbd") or not shutil.which("smbclient"), reason="needs samba and smbclient"),
]

SHARE = f"""
set -eu
cp {ROOT}/config/samba/peea-inbox.conf /etc/samba/
printf '[global]\nsmb ports = 445\nserver role = standalone server\nlog file = /tmp/smbd.log\n' >/etc/samba/smb.conf
printf 'include = /etc/samba/peea-inbox.conf\n' >>/etc/samba/smb.conf
mkdir -p /run/samba /var/lib/samba/private
for nurse in nurse1 nurse2; do
  useradd --no-create-home --shell /usr/sbin/nologin --groups peea-drop $nurse
  printf 'secret\nsecret\n' | smbpasswd -s -a $nurse
done
useradd --no-create-home --shell /usr/sbin/nologin stranger
printf 'secret\nsecret\n' | smbpasswd -s -a stranger
smbd -D
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/445) 2>/dev/null && break; sleep 0.1; done
printf 'toy severe' >/tmp/video
"""


def session(machine: Machine, who: str, commands: str, *options: str) -> str:
    """What smbclient says to this nurse."""
    command = ["smbclient", "//127.0.0.1/peea-inbox", "-U", f"{who}%secret", *options, "-c", commands]
    done = subprocess.run(
        [str(OVER_HOST), "in", machine.process, *command], capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr


def test_nurses_put_recordings_in_and_see_nothing_of_each_other(machine: Machine) -> None:
    machine("bash", "-c", SHARE)
    said = session(machine, "nurse1", "put /tmp/video bed12_first.mp4")
    assert machine.found("/var/lib/peea/inbox") == ["/var/lib/peea/inbox/bed12_first.mp4"], said
    assert machine("stat", "-c", "%U %a", "/var/lib/peea/inbox/bed12_first.mp4").split() == ["peea", "600"]

    said = session(machine, "nurse1", "put /tmp/video bed12_clear.mp4", "--option=client max protocol=SMB2_10")
    assert "NT_STATUS_ACCESS_DENIED" in said  # that protocol knows no encryption: faces would cross the network

    for nurse in ("nurse2", "nurse1"):
        assert "bed12_first" not in session(machine, nurse, "ls")
        assert "NT_STATUS_ACCESS_DENIED" in session(machine, nurse, "get bed12_first.mp4 /tmp/stolen")
        assert "NT_STATUS_ACCESS_DENIED" in session(machine, nurse, "put /tmp/video bed12_first.mp4")
    assert "NT_STATUS" in session(machine, "nurse2", "rename bed12_first.mp4 mine.mp4")
    assert "NT_STATUS" in session(machine, "nurse2", "del bed12_first.mp4")
    assert "NT_STATUS_ACCESS_DENIED" in session(machine, "stranger", "ls")
    session(machine, "nurse2", "mkdir monday; cd monday; put /tmp/video bed13_second.mp4")
    machine("bash", "-c", "printf more >>/tmp/video")
    session(machine, "nurse2", "cd monday; put /tmp/video bed14_third.mp4")
    assert len(machine.found("/var/lib/peea/inbox")) == 3

    machine("systemctl", "start", "peea")
    machine.soon(lambda: not machine.found("/var/lib/peea/inbox", "/var/lib/peea/state/work"))

    assert len(machine.found("/var/lib/peea/archive")) == 2  # the first and the second are the same recording
    assert "open to" not in machine.journal()


def test_no_other_user_reads_anything_that_peea_makes(machine: Machine) -> None:
    machine("bash", "-c", "useradd --no-create-home curious; useradd --no-create-home -G peea-drop nurse")
    machine("systemctl", "start", "peea")
    machine("bash", "-c", "echo no video >/var/lib/peea/inbox/bed12.mp4")
    machine.soon(lambda: len(machine.found("/var/lib/peea/archive")) == 1)
    machine("bash", "-c", "echo another >/var/lib/peea/inbox/bed13.mp4.part")

    look = (
        "find /var/lib/peea /run /tmp /dev/shm -user peea -print0 | while IFS= read -r -d '' path; do "
        'setpriv --reuid=$0 --regid=$0 --init-groups test -r "$path" && echo "$path"; done; true'
    )
    for who in ("curious", "nurse"):
        readable = machine("bash", "-c", look, who).split()
        assert [path for path in readable if not path.endswith("/peea.toml")] == [], who
