"""The same records give the same bytes, in whatever process, time zone, language of the machine and order of hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.reports.digests import digests

SURROUNDINGS = (
    {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "4294967295", "LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"},
)


def test_the_same_records_give_the_same_bytes_in_other_processes() -> None:
    command = [sys.executable, "-m", "tests.reports.digests"]
    root = Path(__file__).parents[2]
    others = [
        subprocess.Popen(command, env=os.environ | each, cwd=root, stdout=subprocess.PIPE, text=True)
        for each in SURROUNDINGS
    ]
    here = list(digests())

    assert [each.communicate()[0].split() for each in others] == [here, here]
