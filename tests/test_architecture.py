"""The walls of the house: floors, sizes, homes of heavy libraries."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {"config": 1, "grading": 2, "archive": 3, "reports": 3, "daemon": 4, "trainer": 4}
LONGEST_FILE, LONGEST_FUNCTION = 300, 45
# each heavy library has one file that imports it, so that there is one place to look when it changes
HOMES = {
    "onnxruntime": {"grading/engine.py", "trainer/quantise.py"},
    "onnx": {"grading/engine.py"},
    "openpyxl": {"reports"},
    "matplotlib": {"reports/pictures.py", "trainer/figures.py"},
    "scipy": {"reports/distributions.py", "trainer/calibration.py"},
    "watchdog": {"daemon/watcher.py"},
    "apscheduler": {"trainer/schedule.py"},
    "bayes_opt": {"trainer/search.py"},
    "cryptography": {"archive/primitives.py"},
    "gtts": {"reports/gtts_voice.py"},
    "mtcnn": set(),
    "tensorflow": set(),
}


def sources() -> list[Path]:
    return [path for package in FLOORS for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_only_point_down(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        top = name.split(".")[0]
        if top in FLOORS and top != package:
            assert FLOORS[top] < FLOORS[package], f"{package} must not import {name}"


def test_keras_is_only_where_networks_are_made() -> None:
    users = {str(path.relative_to(ROOT)) for path in sources() if "keras" in {n.split(".")[0] for n in imported(path)}}
    assert {user for user in users if not user.startswith("trainer/")} == {"grading/network.py"}
    importers = {str(path.relative_to(ROOT)) for path in sources() if "grading.network" in set(imported(path))}
    assert all(importer.startswith("trainer/") for importer in importers)


@pytest.mark.parametrize(("library", "homes"), HOMES.items())
def test_a_heavy_library_is_imported_in_its_home_only(library: str, homes: set[str]) -> None:
    users = {str(path.relative_to(ROOT)) for path in sources() if library in {n.split(".")[0] for n in imported(path)}}
    strangers = {user for user in users if not any(user.startswith(home) for home in homes)}
    assert strangers == set()


def test_the_daemon_imports_no_tensorflow() -> None:
    heavy = "('tensorflow', 'keras', 'torch', 'matplotlib', 'scipy')"
    code = f"import sys, daemon.run_command, grading.ready; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_files_and_functions_stay_small_enough_to_read() -> None:
    too_long = [str(path) for path in sources() if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE]
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
                too_long.append(f"{path}:{node.name}")
    assert too_long == []


def test_exactly_one_place_catches_everything() -> None:
    broad = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                name = ast.unparse(node.type) if node.type else "everything"
                goes_on = not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
                if name in ("Exception", "BaseException", "everything") and goes_on:
                    broad.append(f"{path.relative_to(ROOT)}")
    # grading/ahead.py carries an error from one thread to another; nothing is caught for good there
    assert sorted(broad) == ["daemon/loop.py", "grading/ahead.py"]


@pytest.mark.parametrize("package", FLOORS)
def test_the_folders_at_the_top_are_ours_alone(package: str) -> None:
    # python-daemon also owns a package named daemon
    assert set(packages_distributions().get(package, ())) <= {"peea"}


def test_nothing_that_is_too_large_or_of_somebody_s_machine_is_kept() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        assert not path.exists() or path.stat().st_size < 50 * 1024 * 1024, name
