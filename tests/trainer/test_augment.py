import numpy as np

from trainer.augment import CHANGES, Augmentation, augmented

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0)


def picture() -> np.ndarray:
    pixels = np.full((64, 64, 3), 100, np.uint8)
    pixels[20:30, 8:20] = (220, 40, 90)
    return pixels


def test_no_change_leaves_the_crop_as_it_is() -> None:
    assert np.array_equal(augmented(picture(), STILL, np.random.default_rng(0)), picture())


def test_mirroring_turns_left_to_right() -> None:
    turned = augmented(picture(), Augmentation(0, 0, 0, 1.0, 0, 0, 0), np.random.default_rng(0))
    assert np.array_equal(turned, picture()[:, ::-1])


def test_the_same_generator_state_gives_the_same_change_and_the_next_another() -> None:
    rng = np.random.default_rng(3)
    one = augmented(picture(), Augmentation(), rng)
    assert np.array_equal(one, augmented(picture(), Augmentation(), np.random.default_rng(3)))
    assert not np.array_equal(one, augmented(picture(), Augmentation(), rng))


def test_a_change_keeps_shape_and_does_not_touch_its_source() -> None:
    source = picture()
    changed = augmented(source, Augmentation(), np.random.default_rng(1))
    assert changed.shape == source.shape and changed.dtype == np.uint8
    assert np.array_equal(source, picture())


def test_half_changes_everything_half_as_far_and_mirrors_as_often() -> None:
    whole, half = vars(CHANGES["all"]), vars(CHANGES["half"])
    assert half.pop("mirror_share") == whole.pop("mirror_share")
    assert {name: 2 * amount for name, amount in half.items()} == whole
