from __future__ import annotations

from pathlib import Path

from daemon.trouble import in_words, parked_words, place_of

SOURCE = "王小明_bed12.mp4"


def test_no_file_name_gets_into_the_words() -> None:
    missing = FileNotFoundError(2, "No such file or directory", f"/ward/work/{SOURCE}")

    assert in_words(missing, SOURCE) == "No such file or directory"
    assert in_words(RuntimeError(f"cannot decode {SOURCE}: bad 王小明_bed12"), SOURCE) == (
        "RuntimeError: cannot decode <recording>: bad <recording>"
    )


def test_the_wards_folder_is_named_in_place_of_the_file() -> None:
    full = OSError(28, "No space left on device", f"/ward/work/{SOURCE}")

    assert in_words(full, SOURCE, lambda path: Path("/ward/work")) == "No space left on device, in /ward/work"
    assert in_words(full, SOURCE, lambda path: None) == "No space left on device"


def test_an_error_without_words_is_called_by_its_kind() -> None:
    assert in_words(KeyError(), "") == "KeyError: KeyError"


def test_words_stay_one_short_line() -> None:
    words = in_words(ValueError("a\nb\n" + "x" * 9999), "")

    assert "\n" not in words
    assert len(words) < 400


def test_the_place_is_the_last_line_of_ours_or_theirs() -> None:
    try:
        raise ValueError
    except ValueError as error:
        assert place_of(error).startswith("test_trouble.py:")
    assert place_of(ValueError()) == "?"


def test_both_languages_say_why_a_recording_waits() -> None:
    assert parked_words(3, "", "en").startswith("Not finished after 3 tries (the program broke off).")
    assert "No space left" in parked_words(3, "No space left", "zh")
    assert parked_words(3, "", "zh").startswith("尝试 3 次")
