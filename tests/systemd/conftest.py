from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.systemd.booted import DROP_IN, INSTALL, OVER_HOST, Machine, why_not


@pytest.fixture
def machine() -> Iterator[Machine]:
    if reason := why_not():
        pytest.skip(reason)
    booted = subprocess.run([str(OVER_HOST), "start"], capture_output=True, text=True, check=False, timeout=60)
    if booted.returncode != 0:
        pytest.skip(f"no systemd could be booted here: {booted.stderr.strip()[-200:]}")
    machine = Machine(booted.stdout.strip())
    try:
        machine("bash", "-c", INSTALL.replace("cat >", "printf '%s' \"$0\" >"), DROP_IN)
        yield machine
    finally:
        subprocess.run([str(OVER_HOST), "stop", machine.process], check=False, timeout=60)
