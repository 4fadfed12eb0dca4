from __future__ import annotations

import re
import tomllib

import pytest
from pydantic import BaseModel

from config.settings import Settings, defaults_text


def keys_of_the_schema() -> set[str]:
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        f"{name}.{key}"
        for name, section in sections.items()
        if isinstance(section, type) and issubclass(section, BaseModel)
        for key in section.model_fields
    }


def comments_by_key() -> dict[str, str]:
    comments: dict[str, str] = {}
    section, comment = "", ""
    for line in defaults_text().splitlines():
        if line.startswith("#"):
            comment += line.removeprefix("#").strip() + "\n"
        elif match := re.fullmatch(r"\[(\w+)\]", line):
            section, comment = match[1], ""
        elif match := re.match(r"(\w+) = ", line):
            comments[f"{section}.{match[1]}"], comment = comment, ""
        else:
            comment = ""
    return comments


def test_defaults_and_schema_have_the_same_keys() -> None:
    defaults = tomllib.loads(defaults_text())

    assert {f"{section}.{key}" for section, keys in defaults.items() for key in keys} == keys_of_the_schema()


def test_no_default_stands_in_the_code() -> None:
    for section in (Settings, *(field.annotation for field in Settings.model_fields.values())):
        assert isinstance(section, type)
        assert issubclass(section, BaseModel)
        assert all(field.is_required() for field in section.model_fields.values()), section


@pytest.mark.parametrize("key", sorted(keys_of_the_schema()))
def test_every_setting_says_what_it_is_its_unit_and_why(key: str) -> None:
    comment = comments_by_key()[key]

    assert re.search(r"^\S.{10,}\.", comment), "says nothing about what it is"
    unit = re.search(r"^Unit: (.+?)\. Why: \S.{10,}\.$", comment, re.MULTILINE | re.DOTALL)
    assert unit, comment
    ending = re.search(r"_(s|luma)$", key)
    if ending and not key.endswith("per_s"):
        assert unit[1].startswith(ending[1])
