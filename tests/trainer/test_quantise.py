from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from grading.ports import Scorer
from grading.ready import ready_scorer
from grading.scorer import OnnxScorer
from grading.serving import ServingFormError, write_serving_form
from grading.types import Crop, Grade, Outcome, Reason, Rejection
from grading.version import CARD_FILE, INT8_FILE, ModelVersion, VersionError, read_version
from grading.weights import read_weights
from tests.grading.contracts import check_scorer
from tests.grading.networks import random_version
from trainer.cases import Case
from trainer.pictures import Crops
from trainer.quantise import Gate, Places, PrecisionRefusedError, quantise

AT = datetime(2026, 11, 22, tzinfo=UTC)
PARTS = ["train"] * 6 + ["val"] * 3 + ["test"] * 3


def gate(same: float = 1.0, kappa: float = 0.90, same_recordings: float = 1.0) -> Gate:
    return Gate(1000, same, 0.90, kappa, 20, same_recordings)


def test_small_changes_pass_the_gate() -> None:
    assert gate(same=0.975, kappa=0.893).faults() == []
    assert Gate(1000, 1.0, 0.9, 0.9, 0, 1.0).faults() == []  # no recordings were given


def test_each_change_that_costs_too_much_is_named_with_its_number() -> None:
    (one,) = gate(same=0.96).faults()
    assert "4.0% of 1000 pictures" in one and "allowed: 3%" in one
    (two,) = gate(kappa=0.88).faults()
    assert "from 0.900 to 0.880" in two
    (three,) = gate(same_recordings=0.95).faults()
    assert "1 of 20 recordings" in three
    assert len(gate(0.5, 0.1, 0.0).faults()) == 3


@pytest.fixture(scope="module")
def crops() -> Crops:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 255, (len(PARTS), 14, 14, 3), dtype=np.uint8)
    cases = tuple(Case(Path(f"{at}.jpg"), f"P{at // 3}", Grade(at % 5), part) for at, part in enumerate(PARTS))
    return Crops(cases, small.repeat(16, 1).repeat(16, 2), 0, "0")  # "0" is what the random version's card names


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory, crops: Crops) -> ModelVersion:
    folder = tmp_path_factory.mktemp("float32") / "phantom-0"
    random_version(folder, np.empty((0, 5), np.float32), crops.pixels[:0])
    form = folder.parent / "form.onnx"
    write_serving_form(read_weights(folder / "network.npz"), form)
    said = OnnxScorer(form, "").score([Crop(0.0, pixels, 0.0) for pixels in crops.pixels[6:9]])
    with (folder / "golden.npz").open("wb") as file:
        np.savez(file, crops=crops.pixels[6:9], probabilities=said)
    return read_version(folder)


def never(scorer: Scorer, path: Path) -> Outcome:
    raise AssertionError(f"there are no recordings, but {path} is graded")


def test_the_int8_version_is_served_and_says_its_precision(tmp_path: Path, version: ModelVersion, crops: Crops) -> None:
    places = Places(tmp_path / "work", tmp_path / "made")
    card = quantise(version, crops, [], never, places, AT)
    assert card.version == "phantom-0-int8" and card.precision == "int8" and card.gate["pictures"] == 3
    made = read_version(tmp_path / "made" / "phantom-0-int8")
    assert made.card == card
    scorer = ready_scorer(made, tmp_path / "cache")
    assert scorer.version == "phantom-0-int8 (int8)"
    check_scorer(scorer)
    assert (made.folder / INT8_FILE).stat().st_size < 0.6 * version.weights.stat().st_size
    with pytest.raises(ValueError, match="int8 already"):
        quantise(made, crops, [], never, places, AT)
    with pytest.raises(FileExistsError, match="never changes"):
        quantise(version, crops, [], never, places, AT)
    _damage_and_refuse(made, tmp_path)


def _damage_and_refuse(made: ModelVersion, tmp_path: Path) -> None:
    golden = made.golden()
    with (made.folder / "golden.npz").open("wb") as file:
        np.savez(file, crops=golden.crops, probabilities=np.roll(golden.probabilities, 1, axis=1))
    with pytest.raises(ServingFormError, match="golden batch"):
        ready_scorer(made, tmp_path / "cache")
    (made.folder / INT8_FILE).unlink()
    with pytest.raises(VersionError, match=r"int8\.onnx is missing"):
        read_version(made.folder)


def test_a_version_that_changes_the_grade_of_a_recording_is_refused_and_not_kept(
    tmp_path: Path, version: ModelVersion, crops: Crops
) -> None:
    def changing(scorer: Scorer, path: Path) -> Outcome:
        return Rejection(Reason.NO_FACE) if "int8" in scorer.version else _assessed()

    places = Places(tmp_path / "work", tmp_path / "made")
    with pytest.raises(PrecisionRefusedError, match=r"phantom-0.*1 of 1 recordings"):
        quantise(version, crops, [Path("one.mp4")], changing, places, AT)
    assert not places.output.exists()
    assert not list(places.work.glob("*.unfinished"))


def _assessed() -> Outcome:
    from grading.types import Assessment, Quality

    quality = Quality(25.0, 1.0, 100.0)
    return Assessment(Grade.MILD, (0, 5.0, 0, 0, 0), (), (), 0.9, Grade.MILD, quality, "phantom-0", 0.5, 10.0)


def test_lists_that_the_version_was_not_made_from_are_refused(
    tmp_path: Path, version: ModelVersion, crops: Crops
) -> None:
    other = Crops(crops.cases, crops.pixels, 0, "another")
    with pytest.raises(ValueError, match=r"data set 0, and these lists are another.*held out"):
        quantise(version, other, [], never, Places(tmp_path, tmp_path / "made"), AT)


def test_a_card_from_before_there_were_precisions_is_float32(version: ModelVersion) -> None:
    text = (version.folder / CARD_FILE).read_text()
    old = version.folder.parent / "old"
    old.mkdir()
    for name in ("network.npz", "golden.npz"):
        (old / name).symlink_to(version.folder / name)
    card = version.card.model_dump_json(exclude={"precision", "gate"})
    assert "precision" not in card and "precision" in text
    (old / CARD_FILE).write_text(card)
    assert read_version(old).card.precision == "float32"
    assert read_version(old).shown == "phantom-0"
