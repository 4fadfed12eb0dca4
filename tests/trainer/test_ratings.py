import pytest

from grading.types import Grade
from trainer.ratings import (
    RatingError,
    agreed,
    grade_from_pspi,
    grade_from_text,
    grade_from_vas,
    pspi,
    pspi_from_text,
    pspi_from_units,
)

# Figure 4 of the paper: 4e, 6d, 7e, 9c, 10d, 43b
FIGURE_4 = {"AU4": "e", "AU6": "d", "AU7": "e", "AU9": "c", "AU10": "d", "AU43": "b"}


def test_the_paper_s_figure_4_is_12_under_its_own_coding() -> None:
    assert pspi_from_units(FIGURE_4, "paper") == 12


def test_the_same_letters_are_worth_more_in_facs() -> None:
    # 5 + max(4, 5) + max(3, 4) + 1: AU43 is open or closed
    assert pspi_from_units(FIGURE_4, "facs") == 15
    assert pspi_from_units({"AU4": "A"}, "facs") == 1 and pspi_from_units({"AU4": "A"}, "paper") == 0


def test_letters_without_a_named_coding_are_refused() -> None:
    with pytest.raises(RatingError, match="--coding facs"):
        pspi_from_units(FIGURE_4, None)


def test_numbers_need_no_coding_and_a_missing_unit_is_0() -> None:
    assert pspi_from_units({"AU4": "2", "AU6": "1.5", "AU7": "3", "AU10": "4", "AU43": "1"}, None) == 10
    assert pspi(1, 2, 3, 4, 5, 1) == 10


@pytest.mark.parametrize("unit, text", [("AU4", "6"), ("AU4", "-1"), ("AU43", "2"), ("AU9", "f"), ("AU9", "nan")])
def test_a_unit_out_of_its_range_is_refused(unit: str, text: str) -> None:
    with pytest.raises(RatingError, match=unit):
        pspi_from_units({unit: text}, "facs")


@pytest.mark.parametrize(
    "text, grade",
    [("0", 0), ("1", 1), ("3", 1), ("3.4", 1), ("3.5", 2), ("6", 2), ("6.5", 3), ("8", 3), ("9", 4), ("10", 4)],
)
def test_a_vas_falls_into_the_paper_s_bands(text: str, grade: int) -> None:
    assert grade_from_vas(text) == grade


@pytest.mark.parametrize("text", ["11", "-1", "", "severe", "inf", "nan"])
def test_what_is_no_vas_is_refused(text: str) -> None:
    with pytest.raises(RatingError, match="is no VAS"):
        grade_from_vas(text)


def test_a_grade_is_a_number_or_its_name() -> None:
    assert [grade_from_text(text) for text in ("0", "4", "2.0", " Severe ", "none")] == [0, 4, 2, 3, 0]
    for text in ("5", "1.5", "", "bad"):
        with pytest.raises(RatingError, match="is no grade"):
            grade_from_text(text)


@pytest.mark.parametrize("value, grade", [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (13, 3), (14, 4), (16, 4)])
def test_a_pspi_falls_into_its_band(value: float, grade: int) -> None:
    assert grade_from_pspi(value) == grade


def test_a_pspi_is_0_to_16() -> None:
    assert pspi_from_text("15.5") == 15.5
    for text in ("17", "-1", "x"):
        with pytest.raises(RatingError, match="is no PSPI"):
            pspi_from_text(text)


def test_raters_agree_only_if_all_do() -> None:
    assert agreed([Grade.MILD, Grade.MILD]) is Grade.MILD
    assert agreed([Grade.MILD, Grade.MILD, Grade.OBVIOUS]) is None
