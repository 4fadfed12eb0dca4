from grading.track import FaceTracker, nearness
from grading.types import Box
from tests.grading.toys import ToyFinder, frame, scene

PATIENT, NURSE = Box(110, 60, 100, 120), Box(10, 20, 60, 70)


def follow(finder: ToyFinder, scenes: str, look_again_s: float = 0.3) -> FaceTracker:
    """A tracker that has seen one frame per letter, 10 a second."""
    tracker = FaceTracker(finder, look_again_s)
    for index, letter in enumerate(scenes):
        tracker.update(frame(scene(int(letter), 1), index / 10))
    return tracker


def test_the_patient_is_the_face_followed_longest_near_the_centre() -> None:
    finder = ToyFinder({1: [PATIENT], 2: [NURSE, PATIENT], 3: [NURSE]})
    tracker = follow(finder, "1112222211113333111")
    patient = tracker.patient()
    assert patient is not None
    assert tracker.tracks[patient].face.box == PATIENT


def test_a_nurse_who_was_there_first_and_longer_at_the_edge_is_not_the_patient() -> None:
    finder = ToyFinder({1: [PATIENT], 2: [NURSE, PATIENT], 3: [NURSE]})
    tracker = follow(finder, "3333333333" + "2" * 12)
    patient = tracker.patient()
    assert patient is not None
    assert tracker.tracks[patient].face.box == PATIENT


def test_a_face_that_comes_back_keeps_its_track() -> None:
    tracker = follow(ToyFinder({1: [PATIENT], 0: []}), "111110000000000011111")
    assert len(tracker.tracks) == 1


def test_a_newcomer_is_seen_although_the_patient_never_left() -> None:
    tracker = follow(ToyFinder({1: [PATIENT], 2: [PATIENT, NURSE]}), "1111122222")
    assert len(tracker.tracks) == 2


def test_the_cascade_runs_seldom_while_the_face_stays() -> None:
    finder = ToyFinder({1: [PATIENT]})
    follow(finder, "1" * 40, look_again_s=1.0)
    assert finder.looked <= 5


def test_no_face_at_all_means_no_patient() -> None:
    assert follow(ToyFinder({}), "000").patient() is None


def test_a_crowd_does_not_grow_memory() -> None:
    boxes = {number: [Box(number * 20.0, 10, 12, 12)] for number in range(1, 12)}
    tracker = FaceTracker(ToyFinder(boxes), 0.0)
    for turn in range(10):
        for number in range(1, 12):
            tracker.update(frame(scene(number, 1), turn + number / 20))
    assert len(tracker.tracks) <= 8


def test_nearness_is_highest_in_the_middle_and_for_a_large_face() -> None:
    seen = frame(scene(1, 1))
    middle = Box(110, 60, 100, 120)
    assert nearness(middle, seen) > nearness(Box(10, 60, 100, 120), seen) > 0
    assert nearness(middle, seen) > nearness(Box(135, 90, 50, 60), seen)
