import keras
import numpy as np
import pytest

from trainer.curves import Curve, CurveKeeper, read_curve, share_right
from trainer.rivals import alexnet, layers_with_weights, resnet15


@pytest.mark.parametrize(("build", "layers"), [(alexnet, 8), (resnet15, 15)])
def test_the_rivals_have_as_many_layers_as_their_names_say(build, layers: int) -> None:  # type: ignore[no-untyped-def]
    made = build(4, 96)
    assert layers_with_weights(made) == layers
    said = made.predict_on_batch(np.zeros((2, 96, 96, 3), np.float32))
    assert said.shape == (2, 4)
    assert said.sum(axis=1) == pytest.approx([1, 1])


def test_a_curve_goes_on_after_a_kill_and_an_epoch_done_again_takes_the_old_one_s_place(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "curve.json"
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    network.compile("sgd", loss="categorical_crossentropy")
    data = np.eye(2, dtype=np.float32)
    shares = iter([(0.1, 0.2), (0.3, 0.4), (0.5, 0.6), (0.7, 0.8)])
    for first, last in ((0, 2), (1, 3)):  # killed after two, of which the second was not kept
        keeper = CurveKeeper(path, lambda made: next(shares))
        network.fit(data, data, initial_epoch=first, epochs=last, verbose=0, callbacks=[keeper])
    kept = read_curve(path)
    assert [(one.epoch, one.training) for one in kept.epochs] == [(0, 0.1), (1, 0.5), (2, 0.7)]
    assert kept.minutes > 0 and kept.processor_minutes > 0
    path.write_text("{")
    assert read_curve(path) == Curve()


def test_the_share_that_is_right_counts_from_the_first_grade() -> None:
    said = np.array([[0.9, 0.1, 0, 0], [0.1, 0.9, 0, 0]], np.float32)
    assert share_right(said, np.array([1, 3]), 1) == 0.5
