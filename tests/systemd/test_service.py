"""peea.service under a real systemd that boots over an overlay of this machine: nothing that happens there stays."""

from __future__ import annotations

import pytest

from tests.systemd.booted import Machine


@pytest.mark.slow
def test_the_service_starts_works_is_restarted_and_stops(machine: Machine) -> None:
    machine("systemctl", "start", "peea")  # returns once READY=1 was said
    assert machine.shown("ActiveState") == "active"
    assert machine("ps", "-o", "user=", "-p", machine.shown("MainPID")).strip() == "peea"

    machine("bash", "-c", "echo no video >/var/lib/peea/inbox/bed12.mp4")
    machine.soon(lambda: len(machine.found("/var/lib/peea/archive")) == 1)
    machine.soon(lambda: not machine.found("/var/lib/peea/inbox", "/var/lib/peea/state/work"))
    assert len(machine.found("/var/lib/peea/sheets")) == 2, "the day's workbook and the result sheet"
    assert not machine.found("/var/lib/peea", "-path", "*/.cache/*"), "a library keeps something about this machine"
    machine.soon(lambda: "1 recordings done" in machine.shown("StatusText"))

    first = machine.shown("MainPID")
    machine("kill", "-9", first)
    machine.soon(lambda: machine.shown("MainPID") not in ("0", first) and machine.shown("ActiveState") == "active")
    assert machine.shown("NRestarts") == "1"

    machine("systemctl", "stop", "peea")
    assert (machine.shown("ActiveState"), machine.shown("Result")) == ("inactive", "success")
    assert machine.shown("ExecMainStatus") == "0"
    assert "Traceback" not in machine.journal()
