from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator

import pytest

from config import logs


@pytest.fixture(autouse=True)
def logging_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    for package in ("config", "grading", "archive", "reports", "daemon", "trainer"):
        logging.getLogger(package).setLevel(logging.NOTSET)


def test_our_own_lines_appear_and_chatter_of_libraries_does_not() -> None:
    sink = io.StringIO()

    logs.set_up("info", sink)
    logging.getLogger("daemon.loop").info("graded 1a2b3c4d")
    logging.getLogger("watchdog").info("chatter")
    logging.getLogger("watchdog").warning("trouble")

    assert "INFO    daemon.loop: graded 1a2b3c4d" in sink.getvalue()
    assert "chatter" not in sink.getvalue()
    assert "trouble" in sink.getvalue()


def test_the_journal_gets_priorities_and_no_times() -> None:
    sink = io.StringIO()
    os.environ["JOURNAL_STREAM"] = "8:1"
    try:
        logs.set_up("warning", sink)
    finally:
        del os.environ["JOURNAL_STREAM"]
    logging.getLogger("daemon").info("not said")
    logging.getLogger("daemon").error("two\nlines")

    assert sink.getvalue() == "<3>daemon: two\n<3>lines\n"
