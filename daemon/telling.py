"""Saying the same thing once and not at every look: a thousand files in trouble are one line in the journal."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

AGAIN_S = 3_600.0  # what is still so is said again, for whoever reads only the last hours


class Telling:
    """Troubles of one round after the other; each is said when it is new, when it has grown tenfold, and hourly."""

    def __init__(self, log: logging.Logger, monotonic_s: Callable[[], float]) -> None:
        self._log = log
        self._monotonic_s = monotonic_s
        self._now: Counter[str] = Counter()
        self._said: dict[str, tuple[int, float]] = {}

    def note(self, words: str) -> None:
        """There is this trouble in this round; `{n}` in the words stands for how often."""
        self._now[words] += 1

    def end_round(self) -> tuple[str, ...]:
        """Say what is to be said. Returns: all troubles of the round."""
        now_s = self._monotonic_s()
        for words, n in self._now.items():
            n_said, at_s = self._said.get(words, (0, now_s - AGAIN_S))
            if n >= 10 * n_said or now_s - at_s >= AGAIN_S:
                self._log.warning(words.replace("{n}", str(n)))
                self._said[words] = (n, now_s)
        troubles = tuple(words.replace("{n}", str(n)) for words, n in self._now.items())
        # a trouble that comes and goes is not said each time it comes
        self._said = {
            words: said for words, said in self._said.items() if words in self._now or now_s - said[1] < AGAIN_S
        }
        self._now.clear()
        return troubles
