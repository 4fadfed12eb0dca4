import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from grading.ready import ready_scorer
from grading.scorer import OnnxScorer
from grading.serving import ServingFormError, write_serving_form
from grading.types import Crop
from grading.version import CARD_FILE, GOLDEN_FILE, INT8_FILE, WEIGHTS_FILE, VersionError, read_version
from grading.weights import WeightsError, n_grades, packed, read_weights
from tests.grading.contracts import check_scorer
from tests.grading.networks import card, packed_random_weights, random_version, random_weights


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as they are kept: kernels in half precision."""
    path = tmp_path_factory.mktemp("weights") / "network.npz"
    path.write_bytes(packed_random_weights())
    return path


def served(stored: Path, crop_px: int) -> OnnxScorer:
    form = stored.parent / f"{crop_px}.onnx"
    write_serving_form(read_weights(stored), form, crop_px)
    return OnnxScorer(form, "random")


@pytest.fixture(scope="module")
def scorer(stored: Path) -> OnnxScorer:
    return served(stored, 160)


def pictures(count: int, crop_px: int = 224) -> np.ndarray:
    rng = np.random.default_rng(1)
    colours = rng.integers(0, 255, (count, 1, 1, 3)).repeat(8, 1).repeat(8, 2)
    small = np.clip(colours + rng.integers(-60, 60, (count, 8, 8, 3)), 0, 255).astype(np.uint8)
    return np.asarray(small.repeat(crop_px // 8, 1).repeat(crop_px // 8, 2))


def crops(batch: np.ndarray) -> list[Crop]:
    return [Crop(0.0, pixels, 0.0) for pixels in batch]


def test_the_real_scorer_keeps_the_contract(scorer: OnnxScorer) -> None:
    check_scorer(scorer)


def test_the_serving_form_answers_as_keras_does(stored: Path) -> None:
    """At 224 px; test_bundled does the same at the 160 px of the network that comes with PEEA."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from grading.network import take_weights, with_weights

    weights, scorer = read_weights(stored), served(stored, 224)
    network = with_weights(weights, scorer.crop_px)
    batch = pictures(4, scorer.crop_px)
    keras_said = np.asarray(network.predict_on_batch(batch.astype(np.float32)))
    ours = scorer.score(crops(batch))
    assert np.abs(keras_said - ours).max() < 1e-4
    # random weights are sure of one grade whatever the picture shows, so the small probabilities are looked at too
    assert np.abs(np.log(keras_said) - np.log(ours)).max() < 0.005
    assert np.log(keras_said).std(axis=0).max() > 0.05  # the answers differ from picture to picture
    taken = take_weights(network)
    assert set(taken) == set(weights)
    assert all(np.array_equal(taken[name], weights[name]) for name in weights)


def test_weights_survive_the_file_and_the_same_weights_give_the_same_bytes(stored: Path) -> None:
    weights = random_weights()
    read = read_weights(stored)
    assert n_grades(read) == 5
    assert np.array_equal(read["conv1_bn/moving_variance"], weights["conv1_bn/moving_variance"])  # over 65504
    kernel = weights["conv3_block1_2_conv/kernel"]
    assert np.abs(read["conv3_block1_2_conv/kernel"] - kernel).max() < 1e-3 * np.abs(kernel).max()
    assert packed(weights) == stored.read_bytes()
    assert stored.stat().st_size < 50_000_000


def test_weights_that_have_diverged_are_not_kept() -> None:
    for value in (np.nan, np.inf, 1e6):
        weights = {"grades/kernel": np.full((2048, 5), value, np.float32), "grades/bias": np.zeros(5, np.float32)}
        with pytest.raises(WeightsError, match="grades/kernel"):
            packed(weights)


def test_a_cut_weights_file_is_refused(stored: Path, tmp_path: Path) -> None:
    cut = tmp_path / "network.npz"
    cut.write_bytes(stored.read_bytes()[:1_000_000])
    with pytest.raises(WeightsError, match="not a whole weights file"):
        read_weights(cut)


def npz(header: str) -> bytes:
    """A file of arrays that says of the first one what it likes."""
    out, text = io.BytesIO(), header.encode("latin1")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("crops.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + b"x" * 99)
    return out.getvalue()


def flipped(data: bytes) -> bytes:
    return data[:90] + bytes(each ^ 0xFF for each in data[90:100]) + data[100:]


HARMED = {
    "more than any memory holds": npz("{'descr': '<f4', 'fortran_order': False, 'shape': (9000000000000,)}"),
    "objects that would be run": npz("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"),
    "no header": npz("}{"),
    "another compression that is cut": flipped(npz("{'descr': '<f4', 'fortran_order': False, 'shape': (9,)}")),
    "one array": b"\x93NUMPY\x01\x00" + (64).to_bytes(2, "little") + b"{'descr': '<f4', 'fortran_order': False, "
    b"'shape': (1,)}       " + b"1234",
    "a pickle": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
}


@pytest.mark.parametrize("harm", HARMED)
def test_a_harmed_or_hostile_version_is_refused_in_words(tmp_path: Path, harm: str) -> None:
    for name in (WEIGHTS_FILE, GOLDEN_FILE):
        (tmp_path / name).write_bytes(HARMED[harm])
    (tmp_path / CARD_FILE).write_text(card("ward-1").model_dump_json())

    with pytest.raises(WeightsError, match="copy it again"):
        read_weights(tmp_path / WEIGHTS_FILE)
    with pytest.raises(VersionError, match="missing or damaged"):
        read_version(tmp_path).golden()


@pytest.mark.parametrize("text", [b"\xff\xfe{}", b"{", b"[" * 99_999, b'{"version": 5}'])
def test_a_card_that_cannot_be_understood_is_said_to_be_so(tmp_path: Path, text: bytes) -> None:
    for name in (WEIGHTS_FILE, GOLDEN_FILE):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / CARD_FILE).write_bytes(text)

    with pytest.raises(VersionError, match="cannot be understood"):
        read_version(tmp_path)


def test_an_int8_form_that_is_no_graph_is_refused_in_words(tmp_path: Path) -> None:
    batch = pictures(1)
    folder = random_version(tmp_path / "random-1", np.zeros((1, 5), np.float32), batch)
    (folder / CARD_FILE).write_text(card("random-1").model_copy(update={"precision": "int8"}).model_dump_json())
    (folder / INT8_FILE).write_bytes(b"no graph")

    with pytest.raises(ServingFormError, match="random-1: the graph cannot be loaded"):
        ready_scorer(read_version(folder), tmp_path / "cache")


def test_a_missing_layer_is_named(tmp_path: Path) -> None:
    weights = random_weights()
    del weights["conv4_block2_2_conv/kernel"]
    with pytest.raises(WeightsError, match="conv4_block2_2_conv/kernel"):
        write_serving_form(weights, tmp_path / "form.onnx")


def test_a_version_is_served_once_its_golden_batch_agrees_and_again_if_its_form_is_damaged(
    tmp_path: Path, scorer: OnnxScorer
) -> None:
    batch = pictures(3, scorer.crop_px)
    folder = random_version(tmp_path / "random-1", scorer.score(crops(batch)), batch)
    cache = tmp_path / "cache"
    made = ready_scorer(read_version(folder), cache)
    assert made.version == "random-1"
    forms = list(cache.rglob("*.onnx"))
    assert len(forms) == 1
    before = forms[0].stat().st_mtime_ns
    ready_scorer(read_version(folder), cache)
    assert forms[0].stat().st_mtime_ns == before  # found, not made again
    whole = forms[0].read_bytes()
    forms[0].write_bytes(whole[: len(whole) // 2])  # as a power cut may leave it
    ready_scorer(read_version(folder), cache)
    assert forms[0].read_bytes() == whole


def test_a_version_whose_golden_batch_disagrees_is_refused_and_not_kept(tmp_path: Path, scorer: OnnxScorer) -> None:
    batch = pictures(3, scorer.crop_px)
    said = scorer.score(crops(batch))
    said[1, 0] += 0.002
    folder = random_version(tmp_path / "random-1", said, batch)
    with pytest.raises(ServingFormError, match=r"random-1.*golden batch"):
        ready_scorer(read_version(folder), tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.onnx"))


def test_a_version_whose_card_and_golden_batch_differ_in_size_is_refused(tmp_path: Path, scorer: OnnxScorer) -> None:
    batch = pictures(3, scorer.crop_px)
    folder = random_version(tmp_path / "random-1", scorer.score(crops(batch)), batch)
    said = card("random-1", crop_px=192).model_dump_json()
    (folder / CARD_FILE).write_text(said)
    with pytest.raises(ServingFormError, match=r"192 px"):
        ready_scorer(read_version(folder), tmp_path / "cache")


def test_a_folder_that_lacks_a_file_is_no_version(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(VersionError, match=r"network.npz is missing"):
        read_version(tmp_path / "half")
