from __future__ import annotations

from pathlib import Path

from daemon.settling import Settling, Sighting

VIDEO = Path("inbox/bed12.mp4")


def seen(size_bytes: int = 100, modified_ns: int = 7, changed_ns: int = 7, inode: int = 1) -> dict[Path, Sighting]:
    return {VIDEO: Sighting(size_bytes, modified_ns, changed_ns, inode)}


def test_a_file_that_stood_still_is_settled() -> None:
    settling = Settling(5.0)

    assert settling.settled(seen(), 100.0) == ()
    assert settling.settled(seen(), 104.9) == ()
    assert settling.settled(seen(), 105.0) == (VIDEO,)


def test_a_growing_file_is_not_complete_however_long_it_takes() -> None:
    settling = Settling(5.0)

    for second in range(0, 86_400, 4):
        assert settling.settled(seen(size_bytes=second), float(second)) == ()

    assert settling.settled(seen(size_bytes=86_396), 86_401.0) == (VIDEO,)


def test_any_change_begins_the_wait_anew() -> None:
    for changed in (seen(size_bytes=101), seen(modified_ns=8), seen(changed_ns=8), seen(inode=2)):
        settling = Settling(5.0)
        settling.settled(seen(), 0.0)

        assert settling.settled(changed, 5.0) == ()
        assert settling.settled(changed, 10.0) == (VIDEO,)


def test_a_file_that_comes_back_begins_anew() -> None:
    settling = Settling(5.0)
    settling.settled(seen(), 0.0)
    settling.settled({}, 3.0)

    assert settling.settled(seen(), 6.0) == ()


def test_an_old_time_stamp_is_no_sign_of_completeness() -> None:
    assert Settling(5.0).settled(seen(modified_ns=0), 1e6) == ()


def test_the_oldest_is_first() -> None:
    settling = Settling(0.0)
    files = {
        Path("c"): Sighting(1, 20, 0, 1),
        Path("b"): Sighting(1, 10, 0, 2),
        Path("a"): Sighting(1, 20, 0, 3),
    }

    assert settling.settled(files, 0.0) == (Path("b"), Path("a"), Path("c"))


def test_the_next_wait_is_that_of_the_file_that_settles_first() -> None:
    settling = Settling(5.0)
    assert settling.next_s(0.0) is None
    settling.settled(seen(), 0.0)
    settling.settled({**seen(), Path("other"): Sighting(1, 1, 1, 9)}, 3.0)

    assert settling.next_s(4.0) == 1.0
    assert settling.next_s(6.0) == 2.0
