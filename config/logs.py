"""How PEEA's programs log: one line per event; with the journal's priorities when systemd reads along."""

from __future__ import annotations

import logging
import os
import sys
from typing import TextIO

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _JournalLines(logging.Formatter):
    """`<6>message`: the journal knows time, host and unit itself. A traceback stays one event per line."""

    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_PRIORITY.get(record.levelno, 6)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())


def set_up(level: str, sink: TextIO | None = None) -> None:
    """Log to `sink` (standard error by default) from `level` up; other libraries only from warning up."""
    stream = sink if sink is not None else sys.stderr
    handler = logging.StreamHandler(stream)
    if "JOURNAL_STREAM" in os.environ and not stream.isatty():
        handler.setFormatter(_JournalLines("%(name)s: %(message)s"))
    else:
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    for package in ("config", "grading", "archive", "reports", "daemon", "trainer"):
        logging.getLogger(package).setLevel(level.upper())
