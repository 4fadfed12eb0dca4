from __future__ import annotations

import subprocess
from pathlib import Path

from config.programs import own_program

ROOT = Path(__file__).parents[2]
PRODUCT = ("archive", "config", "daemon", "grading", "reports", "trainer")
TRAP = "import os\nos.write(1, b'caught')\nraise SystemExit(9)\n"


def test_our_programs_run_nothing_that_lies_in_the_present_folder(tmp_path: Path) -> None:
    """Otherwise whoever may write in a shared folder has code run by root, who only calls `peea doctor` there."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/__init__.py").write_text(TRAP, encoding="utf-8")

    done = subprocess.run(own_program("config.programs"), cwd=tmp_path, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_every_program_of_ours_is_started_so() -> None:
    files = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]

    assert [path.name for path in files if 'sys.executable, "-m"' in path.read_text("utf-8")] == []


def test_a_program_gets_its_arguments() -> None:
    done = subprocess.run(own_program("reports.espeak", "--help"), capture_output=True, text=True, check=True)

    assert "--words-per-minute" in done.stdout
