"""What went wrong, in words safe to log and to print on a sheet: no file name, so no name of a person (pure)."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path

from reports.words import Language

_LONGEST = 300
_OURS = Path(__file__).parents[1]
_FOLDERS = ("archive", "config", "daemon", "grading", "reports")


def in_words(error: BaseException, source: str, folder_of: Callable[[Path], Path | None] = lambda path: None) -> str:
    """The error as a short sentence, without the name of the recording in it.

    Args: folder_of: the folder that may be named in place of a file in it.
    """
    if isinstance(error, OSError) and error.strerror:
        folder = folder_of(Path(error.filename)) if isinstance(error.filename, str) else None
        return f"{error.strerror}, in {folder}" if folder else error.strerror
    words = str(error) or type(error).__name__
    for name in (source, Path(source).stem):
        if len(name) > 1:
            words = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", "<recording>", words)
    words = " ".join(words.split())[:_LONGEST]
    return words if isinstance(error, OSError) else f"{type(error).__name__}: {words}"


def place_of(error: BaseException) -> str:
    """Where it was raised, as `file.py:line`, for the one line in the log: the last line of ours, if any is."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(tuple(f"{_OURS}/{name}/" for name in _FOLDERS))]
    frames = traceback.StackSummary.from_list(ours or frames)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def parked_words(attempts: int, trouble: str, language: Language) -> str:
    """Why work on a recording has stopped, for its row; `trouble` "": the program itself ended each time."""
    if language == "zh":
        return f"尝试 {attempts} 次均未完成（{trouble or '程序中断'}）。"
    what = trouble or "the program broke off"
    return f"Not finished after {attempts} tries ({what})."
