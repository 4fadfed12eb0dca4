import io
import subprocess
from pathlib import Path

import numpy as np
import pytest

from archive.models import ModelStore, ModelStoreError, bundled
from archive.sums import SUMS_FILE, check_sums
from grading.ready import prove
from grading.serving import ServingFormError
from grading.version import CARD_FILE, GOLDEN_FILE, WEIGHTS_FILE, ModelVersion, VersionError
from tests.versions import renamed_version, spoilt


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {name: renamed_version(folder / name) for name in ("ward-1", "ward-2")}


def passes(version: ModelVersion) -> None:
    """A proof that every version stands."""


def test_the_active_version_is_the_one_that_was_activated_last(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    before = [store.activate(store.install(folder), passes) for folder in made.values()]
    assert before == [bundled().name, "ward-1"]
    assert store.champion() == tmp_path / "versions" / "ward-2"
    assert {"ward-1", "ward-2"} <= set(store.names())
    assert ModelStore(tmp_path).wanted() == "ward-2"


def test_rollback_goes_back_step_by_step_to_the_version_that_came_with_peea(
    tmp_path: Path, made: dict[str, Path]
) -> None:
    store = ModelStore(tmp_path)
    for folder in made.values():
        store.activate(store.install(folder), passes)
    assert [folder.name for folder in store.line()] == ["ward-2", "ward-1", bundled().name]
    assert store.rollback(passes) == "ward-1"
    assert store.champion().name == "ward-1"
    assert store.rollback(passes) == bundled().name
    with pytest.raises(ModelStoreError, match="no other version"):
        store.rollback(passes)


def test_rollback_passes_over_versions_that_are_gone(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    (tmp_path / "champion").write_text("ward-2\nward-0\nphantom-0\n")
    store.install(made["ward-2"])
    assert store.rollback(passes) == bundled().name


def test_activating_the_active_version_again_is_no_step_to_go_back(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    name = store.install(made["ward-1"])
    store.activate(name, passes)
    stamp = store.stamp()
    assert store.activate(name, passes) == name
    assert store.stamp() != stamp  # a daemon that could not use it tries again
    assert store.rollback(passes) == bundled().name


def test_a_version_that_does_not_prove_itself_changes_nothing(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    for folder in made.values():
        store.install(folder)
    store.activate("ward-1", passes)

    def fails(version: ModelVersion) -> None:
        raise ServingFormError(f"{version.card.version} answers otherwise")

    with pytest.raises(ServingFormError):
        store.activate("ward-2", fails)
    with pytest.raises(ServingFormError):
        store.rollback(fails)
    assert store.wanted() == "ward-1"


def test_installing_again_changes_nothing_and_activates_nothing(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    store.install(made["ward-1"])
    before = (tmp_path / "versions" / "ward-1" / WEIGHTS_FILE).stat().st_mtime_ns
    store.install(made["ward-1"])
    assert (tmp_path / "versions" / "ward-1" / WEIGHTS_FILE).stat().st_mtime_ns == before
    assert not (tmp_path / "champion").exists()


def test_another_version_of_the_same_name_is_refused(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path / "store")
    store.install(made["ward-1"])
    with pytest.raises(ModelStoreError, match="never change"):
        store.install(renamed_version(tmp_path / "other" / "ward-1", seed=7))


@pytest.mark.parametrize("name", ["../ward-9", "two words", ".hidden", ""])
def test_a_name_that_is_no_folder_s_is_refused(tmp_path: Path, name: str) -> None:
    folder = renamed_version(tmp_path / "made", version=name)
    with pytest.raises(ModelStoreError, match="letters, digits"):
        ModelStore(tmp_path / "store").install(folder)


def test_a_half_version_is_neither_installed_nor_activated(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path / "store")
    half = tmp_path / "half"
    half.mkdir()
    with pytest.raises(VersionError):
        store.install(half)
    name = store.install(made["ward-1"])
    (tmp_path / "store" / "versions" / name / WEIGHTS_FILE).unlink()
    with pytest.raises(VersionError, match="missing"):
        store.activate(name, passes)


@pytest.mark.parametrize("changed", [WEIGHTS_FILE, CARD_FILE, GOLDEN_FILE])
def test_one_changed_byte_is_refused_at_install_and_at_activation(tmp_path: Path, changed: str) -> None:
    folder = renamed_version(tmp_path / "made" / "ward-1")
    store = ModelStore(tmp_path / "store")
    name = store.install(folder)
    if changed == CARD_FILE:  # a figure made better by hand
        text = (folder / CARD_FILE).read_text()
        (folder / CARD_FILE).write_text(text.replace('"seed":', '"seed": '))
    else:
        spoilt(folder / changed)
    with pytest.raises(VersionError, match=f"{changed} is not the file"):
        ModelStore(tmp_path / "new").install(folder)
    spoilt(tmp_path / "store" / "versions" / name / changed)
    with pytest.raises(VersionError):
        store.activate(name, passes)
    assert store.wanted() == bundled().name


def test_a_copy_that_broke_off_is_refused(tmp_path: Path) -> None:
    folder = renamed_version(tmp_path / "ward-1")
    whole = (folder / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).unlink()
    (folder / WEIGHTS_FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VersionError, match="copied in part"):
        ModelStore(tmp_path / "store").install(folder)


def test_the_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    folder = renamed_version(tmp_path / "ward-1")
    assert subprocess.run(["sha256sum", "--check", "--strict", SUMS_FILE], cwd=folder, check=False).returncode == 0
    (folder / SUMS_FILE).write_text("nonsense\n")
    with pytest.raises(VersionError, match="cannot be understood"):
        check_sums(folder)


def test_answers_other_than_those_stored_are_refused_also_without_checksums(tmp_path: Path) -> None:
    folder = renamed_version(tmp_path / "made" / "ward-1")
    store = ModelStore(tmp_path / "store")
    golden = store.version(store.install(folder)).golden()
    cache = tmp_path / "cache"
    prove(store.version("ward-1"), cache)
    (folder / SUMS_FILE).unlink()
    out = io.BytesIO()
    np.savez(out, crops=golden.crops, probabilities=np.roll(golden.probabilities, 1, axis=1))
    (folder / GOLDEN_FILE).unlink()
    (folder / GOLDEN_FILE).write_bytes(out.getvalue())
    other = ModelStore(tmp_path / "other")
    with pytest.raises(ServingFormError, match="differs"):
        other.activate(other.install(folder), lambda version: prove(version, cache))  # its form is cached by now
    (folder / GOLDEN_FILE).write_bytes(out.getvalue()[:-100])
    with pytest.raises(VersionError, match="damaged"):
        ModelStore(tmp_path / "third").activate(
            ModelStore(tmp_path / "third").install(folder), lambda version: prove(version, cache)
        )


def test_a_folder_that_was_renamed_is_not_activated(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    store.install(made["ward-1"])
    (tmp_path / "versions" / "ward-1").rename(tmp_path / "versions" / "ward-7")
    with pytest.raises(VersionError, match="holds the version ward-1"):
        store.activate("ward-7", passes)


def test_a_name_that_is_none_says_which_there_are(tmp_path: Path, made: dict[str, Path]) -> None:
    store = ModelStore(tmp_path)
    store.install(made["ward-1"])
    with pytest.raises(ModelStoreError, match=r"'ward-9'.*ward-1"):
        store.activate("ward-9", passes)
