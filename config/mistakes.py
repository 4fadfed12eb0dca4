"""Mistakes in settings, in words: what was found under which key, and what belongs there."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.zones import zone_named

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from config.settings import Settings

GROUPS = ("bed", "patient", "activity")
_CRON_FIELDS = 5

# pydantic's name of a mistake -> what we say; {found!r} is what stood in the file, the rest is pydantic's context
_SENTENCES = {
    "float_type": "{found!r} is not a number",
    "int_type": "{found!r} is not a whole number",
    "int_from_float": "{found!r} is not a whole number",
    "finite_number": "{found!r} is not a finite number",
    "bool_type": "{found!r} is neither true nor false",
    "string_type": "{found!r} is not text in quotation marks",
    "path_type": "{found!r} is not a path in quotation marks",
    "tuple_type": "{found!r} is not a list in square brackets",
    "model_type": "{found!r} is not a section; write [{key}] on a line of its own",
    "literal_error": "{found!r} is not one of {expected}",
    "greater_than": "{found!r} is too small; it must be more than {gt:g}",
    "greater_than_equal": "{found!r} is too small; the least is {ge:g}",
    "less_than": "{found!r} is too large; it must be less than {lt:g}",
    "less_than_equal": "{found!r} is too large; the most is {le:g}",
    "string_too_short": "may not be empty",
    "string_too_long": "is longer than {max_length} characters",
}


def in_words(error: ErrorDetails, known: Mapping[str, Any]) -> str:
    """One of pydantic's mistakes as a sentence; `known` holds every section and key there is."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{key}: there is no such {_nearest(error['loc'], known)}"
    sentence = _SENTENCES.get(error["type"], "{found!r} does not fit: " + _quiet(error["msg"]))
    return f"{key}: " + sentence.format(found=error["input"], key=key, **error.get("ctx", {}))


def _quiet(message: str) -> str:
    return message.replace("{", "(").replace("}", ")")


def _nearest(path: tuple[int | str, ...], known: Mapping[str, Any]) -> str:
    """ "setting" or "section", with the nearest name that does exist."""
    if len(path) == 1:
        inside = [section for section, keys in known.items() if path[0] in keys]
        if inside:
            return f"section; {path[0]} stands in [{inside[0]}]"
        return "section" + _meant(str(path[0]), known, "; did you mean [{}]?", "; there are {}")
    section, name = str(path[0]), str(path[-1])
    elsewhere = [f"{other}.{name}" for other, keys in known.items() if other != section and name in keys]
    if elsewhere:
        return f"setting; did you mean {elsewhere[0]}?"
    return "setting" + _meant(name, known[section], f"; did you mean {section}.{{}}?", f"; [{section}] has {{}}")


def _meant(name: str, names: Iterable[str], one: str, every: str) -> str:
    near = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.5)
    return one.format(near[0]) if near else every.format(", ".join(names))


def across(settings: Settings) -> list[str]:
    """What is wrong between keys that are right each by itself; an empty list if nothing is."""
    found = (_of_paths, _of_ward, _of_inbox, _of_grading, _of_trainer)
    return [mistake for of in found for mistake in of(settings)]


def nested(settings: Settings) -> Iterable[str]:
    """Folders of the ward that lie in its inbox, or the inbox in them: what lies there is taken for new recordings.

    Args: settings: whose paths are absolute.
    """
    ward = settings.ward
    inbox = Path(os.path.normpath(ward.inbox))
    for key in ("sheets", "announcements", "archive", "keys", "state"):
        other = Path(os.path.normpath(getattr(ward, key)))
        if other.is_relative_to(inbox) or inbox.is_relative_to(other):
            yield f"ward.inbox: {inbox} and ward.{key}, {other}, lie one within the other; put them side by side"


def _of_paths(settings: Settings) -> Iterable[str]:
    for section, keys in settings:
        for key, value in keys:
            if not isinstance(value, Path) and (section, key) != ("grading", "model"):
                continue
            if "\0" in str(value):
                yield f"{section}.{key}: {str(value)!r} holds a character that no path can hold"
                continue
            try:
                Path(value).expanduser()
            except RuntimeError:
                yield f"{section}.{key}: {str(value)!r} names the home of a user whom this machine does not know"


def _of_ward(settings: Settings) -> Iterable[str]:
    ward = settings.ward
    if ward.zone and zone_named(ward.zone) is None:
        yield f"ward.zone: {ward.zone!r} is not a time zone; write one such as 'Asia/Shanghai', or '' for the machine's"
    taken: dict[str, str] = {}
    for key in ("inbox", "sheets", "announcements", "archive", "keys", "state"):
        path = str(getattr(ward, key))
        if path in taken:
            yield f"ward.{key}: {path!r} is the folder of ward.{taken[path]} already; each needs its own"
        taken.setdefault(path, key)


def _of_inbox(settings: Settings) -> Iterable[str]:
    inbox = settings.inbox
    if not inbox.suffixes:
        yield "inbox.suffixes: may not be empty, or no recording would ever be found"
    for suffix in inbox.suffixes:
        if not re.fullmatch(r"\.[a-z0-9]+", suffix):
            yield f"inbox.suffixes: {suffix!r} is not an ending such as '.mp4' (a dot, then small letters or digits)"
    for key in ("identity_pattern", "folder_pattern"):
        try:
            groups = re.compile(getattr(inbox, key)).groupindex
        except (re.error, OverflowError, RecursionError) as error:
            yield f"inbox.{key}: not a regular expression: {error}"
            continue
        unknown = sorted(set(groups) - set(GROUPS))
        if unknown:
            yield f"inbox.{key}: group {', '.join(unknown)} is unknown; groups are {', '.join(GROUPS)}"


def _of_grading(settings: Settings) -> Iterable[str]:
    grading = settings.grading
    if grading.longest_s <= grading.shortest_s:
        yield f"grading.longest_s: {grading.longest_s:g} must be more than grading.shortest_s, {grading.shortest_s:g}"
    if grading.dim_luma < grading.too_dark_luma:
        yield f"grading.dim_luma: {grading.dim_luma:g} is below grading.too_dark_luma, {grading.too_dark_luma:g}"
    if grading.confirm_s * grading.frames_per_s < 1:
        yield (
            f"grading.confirm_s: {grading.confirm_s:g} s is less than one graded frame "
            f"at grading.frames_per_s {grading.frames_per_s:g}; nothing would be confirmed"
        )
    if grading.confirm_s > grading.shortest_s:
        yield (
            f"grading.confirm_s: {grading.confirm_s:g} is more than grading.shortest_s, {grading.shortest_s:g}; "
            "the shortest recordings could never be graded"
        )


def _of_trainer(settings: Settings) -> Iterable[str]:
    fields = settings.trainer.schedule.split()
    if len(fields) != _CRON_FIELDS:
        yield (
            f"trainer.schedule: {settings.trainer.schedule!r} has {len(fields)} fields; it needs five: "
            "minute, hour, day of month, month, day of week"
        )
