from pathlib import Path

import numpy as np
import pytest

from archive.models import ModelStore, ModelStoreError
from grading.version import WEIGHTS_FILE, VersionError
from tests.grading.networks import random_version

NO_CROPS = np.zeros((0, 224, 224, 3), np.uint8)
NO_ROWS = np.zeros((0, 5), np.float32)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {name: random_version(folder / name, NO_ROWS, NO_CROPS) for name in ("ward-1", "ward-2")}


def test_the_active_version_is_the_one_that_was_activated_last(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    for folder in made.values():
        store.activate(store.install(folder))
    assert store.champion() == tmp_path / "versions" / "ward-2"
    assert {"ward-1", "ward-2"} <= set(store.names())
    assert ModelStore(tmp_path).champion().name == "ward-2"


def test_rollback_goes_to_the_version_before_and_no_further_than_there_is(
    tmp_path: Path, made: dict[str, Path]
) -> None:
    store = ModelStore(tmp_path)
    for folder in made.values():
        store.activate(store.install(folder))
    assert store.rollback() == "ward-1"
    assert store.champion().name == "ward-1"
    with pytest.raises(ModelStoreError, match="no other version"):
        store.rollback()


def test_installing_again_changes_nothing_and_activates_nothing(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    store.install(made["ward-1"])
    before = (tmp_path / "versions" / "ward-1" / WEIGHTS_FILE).stat().st_mtime_ns
    store.install(made["ward-1"])
    assert (tmp_path / "versions" / "ward-1" / WEIGHTS_FILE).stat().st_mtime_ns == before
    assert not (tmp_path / "champion").exists()


def test_a_half_version_is_neither_installed_nor_activated(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path / "store")
    half = tmp_path / "half"
    half.mkdir()
    with pytest.raises(VersionError):
        store.install(half)
    name = store.install(made["ward-1"])
    (tmp_path / "store" / "versions" / name / WEIGHTS_FILE).unlink()
    with pytest.raises(VersionError, match="missing"):
        store.activate(name)


def test_a_name_that_is_none_says_which_there_are(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    store.install(made["ward-1"])
    with pytest.raises(ModelStoreError, match=r"'ward-9'.*ward-1"):
        store.activate("ward-9")
