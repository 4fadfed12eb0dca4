"""How values stand in the ledger's rows."""

from datetime import UTC, datetime, timedelta, timezone

from archive import rows


def test_moments_sort_as_texts_and_are_all_of_one_length() -> None:
    start = datetime(999, 12, 31, 23, 59, 59, tzinfo=UTC)
    moments = [
        start,
        start + timedelta(microseconds=1),
        start + timedelta(seconds=1),
        datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 11, 21, 17, 0, 0, 1, tzinfo=UTC),
    ]

    texts = [rows.moment_text(moment) for moment in moments]

    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {32}
    assert texts[3] == "2026-11-21T17:00:00.000000+00:00"
