from __future__ import annotations

import itertools

import pytest

from grading.types import Grade, Reason, Rejection
from reports.sentences import NotFixedError, announcement, fixed_phrases, sentence_words, spoken_bed
from reports.words import LANGUAGES, Language
from tests.reports.samples import assessment, eight, record


def test_a_grade_is_announced_with_its_bed_in_both_languages() -> None:
    severe = record(4, assessment(((Grade.SEVERE, 1.0, 9.0),)), bed="12")
    assert announcement(severe, "en") == "Bed 12: severe pain, grade 3. Please check."
    assert announcement(severe, "zh") == "12床：重度疼痛，3级。请复核。"


def test_a_recording_without_a_grade_is_announced_with_what_to_do() -> None:
    dim = record(6, Rejection(Reason.TOO_DIM), bed="7")
    assert announcement(dim, "en") == "Bed 7: not graded, too dark. Please record again."
    stopped = record(8, None, bed="7", parked="3 crashes")
    assert announcement(stopped, "zh") == "7床：未评级。请查看记录单。"


@pytest.mark.parametrize(
    ("bed", "spoken"),
    [
        ("12", "12"),
        ("3a", "3A"),
        ("B-07", "B-07"),
        ("3-12", "3-12"),
        ("Bed 9", "9"),
        ("１２号床", "12"),
        (" 5床 ", "5"),
    ],
)
def test_short_codes_are_spoken(bed: str, spoken: str) -> None:
    assert spoken_bed(bed) == spoken


@pytest.mark.parametrize(
    "bed", ["", "Wang", "王小明", "Li 3 left hip", "12; rm", "123456", "12\n13", "=1+1", "٣", "Smith12"]
)
def test_what_may_be_a_name_or_a_remark_is_never_spoken(bed: str) -> None:
    private = record(7, assessment(()), bed=bed, patient="Smith", activity="free text", parked="private")
    assert announcement(private, "en") == "Recording 7: no pain seen."
    assert announcement(private, "zh") == "第7号录像：未见疼痛。"


@pytest.mark.parametrize(
    ("bed", "language", "keys"),
    [
        ("12A", "en", ["bed", "number-12", "letter-a"]),
        ("57", "en", ["bed", "number-50", "number-7"]),
        ("09", "en", ["bed", "number-0", "number-9"]),
        ("312", "en", ["bed", "number-3", "number-1", "number-2"]),
        ("B-30", "en", ["bed", "letter-b", "number-30"]),
        ("12", "zh", ["number-10", "number-2", "bed"]),
        ("20", "zh", ["number-2", "number-10", "bed"]),
        ("57", "zh", ["number-5", "number-10", "number-7", "bed"]),
        ("0", "zh", ["number-0", "bed"]),
    ],
)
def test_a_bed_is_put_together_from_clips(bed: str, language: Language, keys: list[str]) -> None:
    text = announcement(record(1, assessment(((Grade.MILD, 0.0, 5.0),)), bed=bed), language)
    assert [phrase.key for phrase in sentence_words(text, language)] == [*keys, "grade-1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_announcement_is_made_of_fixed_phrases(language: Language) -> None:
    outcomes = [
        None,
        *(Rejection(reason) for reason in Reason),
        *(assessment(((grade, 0.0, 9.0),)) for grade in Grade),
    ]
    fixed = set(fixed_phrases(language))
    beds = ["", *(str(n) for n in range(130)), "1Z", "QX-0", "0099-001B"]
    for (number, outcome), bed in itertools.product(enumerate(outcomes, start=1), beds):
        text = announcement(record(number, outcome, bed=bed), language)
        assert set(sentence_words(text, language)) <= fixed


@pytest.mark.parametrize(
    "text", ["", "Bed 12", "Bed 12: severe pain", "Bed Wang: no pain seen.", "no pain seen.", "12床：未见疼痛。"]
)
def test_other_texts_are_not_put_together(text: str) -> None:
    with pytest.raises(NotFixedError) as refused:
        sentence_words(text, "en")
    assert "Wang" not in str(refused.value)


def test_all_eight_kinds_are_announced_differently() -> None:
    assert len({announcement(each, "en") for each in eight()}) == 8
