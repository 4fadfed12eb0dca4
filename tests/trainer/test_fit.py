import os
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from trainer.augment import Augmentation
from trainer.checkpoint import DivergedError
from trainer.curves import CurveKeeper, read_curve
from trainer.fit import Batches, Lessons, Phase, Plan, fit, probabilities

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0)
PHASES = (Phase("new", ("conv5", "head"), 2, 3e-2), Phase("whole", ("conv1", "conv5", "head"), 2, 3e-3))
PLAN = Plan(PHASES, batch=8, dropout=0.0, augmentation=STILL)


def network(seed: int = 0, dropout: float = 0.0) -> keras.Model:
    """A network of the same kinds of layers and names as the real one, in miniature."""
    keras.utils.set_random_seed(seed)
    pixels = keras.Input((16, 16, 3))
    inner = keras.layers.Conv2D(4, 3, name="conv1_conv")(pixels / 255.0)
    inner = keras.layers.BatchNormalization(name="conv1_bn")(inner)
    inner = keras.layers.ReLU(name="conv1_relu")(inner)
    inner = keras.layers.Conv2D(8, 3, name="conv5_conv")(inner)
    inner = keras.layers.BatchNormalization(name="conv5_bn")(inner)
    inner = keras.layers.GlobalAveragePooling2D(name="avg_pool")(inner)
    inner = keras.layers.Dropout(dropout, name="dropout", seed=1)(inner)
    return keras.Model(pixels, keras.layers.Dense(5, activation="softmax", name="grades")(inner))


def learnable(count: int = 160) -> Lessons:
    """Pictures whose redness is their grade, with noise."""
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 5, count)
    pixels = rng.integers(0, 60, (count, 16, 16, 3)).astype(np.uint8)
    pixels[..., 0] = (grades * 45)[:, None, None] + rng.integers(0, 20, (count, 16, 16))
    return Lessons(pixels, np.eye(5, dtype=np.float32)[grades], np.ones(count, np.float32))


def folder(place: Path, name: str) -> Path:
    (place / name).mkdir()
    return place / name


class Killed(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends the fit as a kill would, in the middle of an epoch of the second phase."""

    def __init__(self) -> None:
        super().__init__()
        self.epochs = 0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if self.epochs == 3 and batch == 5:
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.epochs += 1


class Counted(keras.callbacks.Callback):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.epochs = 0

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.epochs += 1


def test_a_network_learns_in_phases(tmp_path: Path) -> None:
    lessons, made = learnable(), network()
    longer = replace(PLAN, phases=tuple(replace(phase, epochs=4) for phase in PHASES))
    fit(made, lessons, range(120), longer, ("conv5", "head"), tmp_path)
    said = probabilities(made, lessons.pixels, range(120, 160))
    assert (said.argmax(1) == lessons.targets[120:].argmax(1)).mean() > 0.9


def test_what_is_frozen_does_not_move_and_what_learns_does(tmp_path: Path) -> None:
    lessons = learnable()
    made = network()
    before = {layer.name: [np.array(value) for value in layer.get_weights()] for layer in made.layers}
    fit(made, lessons, range(120), Plan(PHASES[:1], batch=8, augmentation=STILL), ("conv5", "head"), tmp_path)
    moved = {
        layer.name: any(
            not np.array_equal(old, new) for old, new in zip(before[layer.name], layer.get_weights(), strict=True)
        )
        for layer in made.layers
    }
    assert not moved["conv1_conv"] and not moved["conv1_bn"]
    assert moved["conv5_conv"] and moved["conv5_bn"] and moved["grades"]


def test_pre_trained_normalisation_keeps_its_statistics_when_the_whole_network_learns(tmp_path: Path) -> None:
    lessons = learnable()
    made = network()
    before = [np.array(value) for value in made.get_layer("conv1_bn").get_weights()]
    fit(made, lessons, range(120), PLAN, ("conv5", "head"), tmp_path)
    after = made.get_layer("conv1_bn").get_weights()
    assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))


def test_a_killed_fit_goes_on_after_its_last_whole_epoch_as_if_it_had_not_been(tmp_path: Path) -> None:
    lessons = learnable()
    plan = replace(PLAN, dropout=0.2, optimiser="SGDM", augmentation=Augmentation())
    undisturbed = network(dropout=0.2)
    fit(undisturbed, lessons, range(120), plan, ("conv5", "head"), folder(tmp_path, "undisturbed"))
    kept = folder(tmp_path, "killed")
    with pytest.raises(KeyboardInterrupt):
        fit(network(dropout=0.2), lessons, range(120), plan, ("conv5", "head"), kept, [Killed()])
    again, counted = network(seed=9, dropout=0.2), Counted()
    fit(again, lessons, range(120), plan, ("conv5", "head"), kept, [counted])
    assert counted.epochs == 1  # three of four were done
    for one, other in zip(undisturbed.get_weights(), again.get_weights(), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("judged", [2, 3, 4])
def test_a_learning_curve_is_whole_also_after_a_kill_while_a_pass_is_judged(tmp_path: Path, judged: int) -> None:
    lessons, times, path = learnable(16), iter(range(1, 99)), tmp_path / "curve.json"

    def judge(made: keras.Model) -> tuple[float, float]:
        if next(times) == judged:
            raise KeyboardInterrupt
        return 0.5, 0.5

    with pytest.raises(KeyboardInterrupt):
        fit(network(), lessons, range(16), PLAN, ("conv5", "head"), tmp_path, [CurveKeeper(path, judge)])
    fit(network(seed=9), lessons, range(16), PLAN, ("conv5", "head"), tmp_path, [CurveKeeper(path, judge)])
    assert [(one.phase, one.epoch) for one in read_curve(path).epochs] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_state_cut_short_is_noticed_and_its_phase_begins_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lessons = learnable(16)
    plan = Plan((Phase("new", ("head",), 1, 3e-2),), batch=8, augmentation=STILL)
    fit(network(), lessons, range(16), plan, ("head",), tmp_path)
    (kept,) = tmp_path.iterdir()
    for damage in (kept.read_bytes()[:-200], kept.read_bytes()[:100], b""):
        kept.write_bytes(damage)
        counted = Counted()
        fit(network(), lessons, range(16), plan, ("head",), tmp_path, [counted])
        assert counted.epochs == 1
    assert "begins anew" in caplog.text


def test_a_fit_that_diverges_says_so_and_keeps_what_was_before(tmp_path: Path) -> None:
    class Spoilt(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            if self.model.optimizer.iterations == 25:  # in the second pass of 20 batches
                bias = self.model.get_layer("grades").bias
                bias.assign(bias * np.nan)

    lessons, kept = learnable(), folder(tmp_path, "kept")
    with pytest.raises(DivergedError, match=r"pass 2 diverged.* lower learning rate"):
        fit(network(), lessons, range(160), PLAN, ["conv5", "head"], kept, [Spoilt()])
    with np.load(kept / "phase_0.npz") as state:
        assert int(state["epochs_done"]) == 1


def test_l2_is_added_to_the_loss_of_the_layers_that_learn_and_of_no_other(tmp_path: Path) -> None:
    made = network()
    plan = Plan((Phase("new", ("head",), 1, 1e-9),), batch=8, augmentation=STILL, l2=0.5)
    fit(made, learnable(16), range(16), plan, (), tmp_path)
    kernel = np.asarray(made.get_layer("grades").get_weights()[0], np.float64)
    assert float(sum(made.losses)) == pytest.approx(0.5 * (kernel**2).sum(), rel=1e-4)


def test_action_units_teach_the_features_what_a_grade_alone_does_not(tmp_path: Path) -> None:
    lessons = learnable()
    flat = replace(lessons, targets=np.full_like(lessons.targets, 0.2))  # grades that say nothing
    units = np.repeat(lessons.targets.argmax(1)[:, None], 6, axis=1).astype(np.float32)
    plan = replace(PLAN, phases=(Phase("whole", ("conv1", "conv5", "head"), 6, 3e-2),), units_weight=1.0)

    def told_apart(made: keras.Model) -> float:
        seen = keras.Model(made.input, made.get_layer("avg_pool").output)
        features = np.asarray(seen.predict_on_batch(lessons.pixels.astype(np.float32)))
        design = np.c_[features, np.ones(len(features))]
        found = np.linalg.lstsq(design[:120], units[:120, 0], rcond=None)[0]
        left = units[120:, 0] - design[120:] @ found
        return float(1 - left.var() / units[120:, 0].var())

    ignorant, taught = network(), network()
    for name, made, some in (("ignorant", ignorant, None), ("taught", taught, units)):
        for layer in made.layers:  # features of which none says anything at first
            if layer.name == "conv5_conv":
                layer.set_weights([values * 0.0 + 1e-3 for values in layer.get_weights()])
        fit(made, replace(flat, units=some), range(120), plan, ("conv5", "head"), folder(tmp_path, name))
    assert len(taught.outputs) == 1
    assert told_apart(taught) > 0.9 > told_apart(ignorant)


def test_pictures_without_coded_units_are_learnt_from_as_if_there_were_no_units(tmp_path: Path) -> None:
    lessons = learnable()
    uncoded = replace(lessons, units=np.full((160, 6), np.nan, np.float32))
    one, other = network(), network()
    fit(one, lessons, range(120), PLAN, ("conv5", "head"), folder(tmp_path, "one"))
    fit(other, uncoded, range(120), replace(PLAN, units_weight=0.5), ("conv5", "head"), folder(tmp_path, "other"))
    for first, second in zip(one.get_weights(), other.get_weights(), strict=True):
        assert first == pytest.approx(second, abs=1e-4)


def test_a_fit_with_action_units_goes_on_after_a_kill(tmp_path: Path) -> None:
    lessons = learnable()
    coded = replace(lessons, units=np.tile(lessons.targets.argmax(1)[:, None], 6).astype(np.float32))
    plan = replace(PLAN, units_weight=0.5)
    undisturbed = network()
    fit(undisturbed, coded, range(120), plan, ("conv5", "head"), folder(tmp_path, "undisturbed"))
    kept = folder(tmp_path, "killed")
    with pytest.raises(KeyboardInterrupt):
        fit(network(), coded, range(120), plan, ("conv5", "head"), kept, [Killed()])
    again = network(seed=9)
    fit(again, coded, range(120), plan, ("conv5", "head"), kept)
    for one, other in zip(undisturbed.get_weights(), again.get_weights(), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_a_finished_fit_is_not_done_again(tmp_path: Path) -> None:
    lessons = learnable()
    one = network()
    fit(one, lessons, range(120), PLAN, ("conv5", "head"), tmp_path)
    other, counted = network(seed=9), Counted()
    fit(other, lessons, range(120), PLAN, ("conv5", "head"), tmp_path, [counted])
    assert counted.epochs == 0
    assert probabilities(one, lessons.pixels, range(5)) == pytest.approx(
        probabilities(other, lessons.pixels, range(5)), abs=1e-6
    )


def test_batches_hold_every_picture_once_an_epoch_and_in_another_order_the_next() -> None:
    pixels = np.arange(64, dtype=np.uint8)[:, None, None, None].repeat(4, 1).repeat(4, 2).repeat(3, 3)
    batches = Batches(Lessons(pixels, np.eye(64, dtype=np.float32), np.ones(64, np.float32)), range(64), PLAN, seed=1)
    first = [int(value) for at in range(len(batches)) for value in batches[at][0][:, 0, 0, 0]]
    batches.begin(1)
    second = [int(value) for at in range(len(batches)) for value in batches[at][0][:, 0, 0, 0]]
    assert sorted(first) == sorted(second) == list(range(64))
    assert first != second
    taught = batches[0][1].argmax(1)
    assert taught.tolist() == batches[0][0][:, 0, 0, 0].astype(int).tolist()
