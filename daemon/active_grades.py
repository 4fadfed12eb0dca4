"""Grades by the version that is active at the start of each recording: a new one is taken without a restart.

Before a recording the store is asked which version shall grade. A new one is made ready and checked first; if that
fails, the one that grades goes on, and the journal and `peea status` say why. At a start, with nothing to go on with,
the versions that were active before are tried in turn. A broken one is not tried again until somebody activates anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.ports import Grades, OnFrame
from grading.types import Outcome

_LOG = logging.getLogger(__name__)
_BROKEN = (OSError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Choice:
    """Which version shall grade. stamp: differs from that of any other choice. line: folders to try, in order."""

    stamp: object
    wanted: str
    line: tuple[Path, ...]


@dataclass(frozen=True)
class InUse:
    """Which version grades, and why another one that was wanted does not ("" if none was)."""

    model: str
    trouble: str


class NoModelError(ValueError):
    """No version of the network can be used; the message says why for each."""


class ActiveGrades:
    """Keeps the contract of grading.ports.Grades.

    Args:
        choice: which version shall grade now; asked before each recording, so it must be quick.
        ready: a grader with the version in this folder, loaded and checked; raises OSError, ValueError or RuntimeError.
        tell: is told what is in use, at the start and whenever somebody chose.

    Raises:
        NoModelError: none of the versions can be used.
    """

    def __init__(
        self, choice: Callable[[], Choice], ready: Callable[[Path], Grades], tell: Callable[[InUse], None]
    ) -> None:
        self._choice, self._ready, self._tell = choice, ready, tell
        first = choice()
        self._stamp = first.stamp
        self._folder, self._grades = self._begun(first)

    @property
    def model(self) -> str:
        """The version in use."""
        return self._grades.model

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        """Grade the recording, by the version that is active now. Raises: OSError: it cannot be read."""
        self._look()
        return self._grades.grade(path, on_frame)

    def _begun(self, choice: Choice) -> tuple[Path, Grades]:
        """The first version of the line that can be used."""
        troubles = _missing(choice)
        for folder in choice.line:
            try:
                grades = self._ready(folder)
            except _BROKEN as problem:
                troubles.append(_broken(folder, problem))
                continue
            self._say(grades.model, troubles)
            return folder, grades
        raise NoModelError(" ".join(troubles) or "there is no version of the network: install PEEA again")

    def _look(self) -> None:
        try:
            choice = self._choice()
        except (OSError, ValueError) as problem:  # the store is out of reach: no reason not to grade
            _LOG.warning("the model store cannot be read (%s); %s goes on", problem, self.model)
            return
        if choice.stamp != self._stamp:
            self._stamp = choice.stamp
            self._change(choice)

    def _change(self, choice: Choice) -> None:
        troubles = _missing(choice)
        if not troubles and choice.line[0] != self._folder:
            before = self.model
            try:
                self._grades = self._ready(choice.line[0])
            except _BROKEN as problem:
                troubles = [_broken(choice.line[0], problem)]
            else:
                self._folder = choice.line[0]
                _LOG.info("%s grades from this recording on, instead of %s", self.model, before)
        self._say(self.model, troubles)

    def _say(self, model: str, troubles: Sequence[str]) -> None:
        words = " ".join(troubles)
        if words:
            _LOG.error("%s So %s grades; see `peea model list`", words, model)
        self._tell(InUse(model, words))


def _missing(choice: Choice) -> list[str]:
    is_there = any(folder.name == choice.wanted for folder in choice.line[:1])
    return [] if is_there else [f"The active version {choice.wanted} is not there any more."]


def _broken(folder: Path, problem: Exception) -> str:
    return f"Version {folder.name} cannot be used: {' '.join(str(problem).split())}."
