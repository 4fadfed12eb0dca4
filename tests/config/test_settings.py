from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load


def written(folder: Path, text: str) -> Path:
    path = folder / "peea.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes_in(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(written(folder, text))
    return str(caught.value)


def test_the_defaults_alone_are_settings() -> None:
    settings = load(None)

    assert isinstance(settings, Settings)
    assert settings.inbox.settle_s == 5.0
    assert settings.ward.inbox == Path.cwd() / "ward" / "inbox"


def test_a_ward_changes_only_what_it_names(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[ward]\nname = "骨科"\nlanguage = "zh"\n[inbox]\nsettle_s = 2\n'))

    assert (settings.ward.name, settings.ward.language, settings.inbox.settle_s) == ("骨科", "zh", 2.0)
    assert settings.inbox.rescan_s == load(None).inbox.rescan_s


def test_relative_paths_count_from_the_files_folder_and_then_from_the_wards(tmp_path: Path) -> None:
    path = written(tmp_path, '[ward]\nfolder = "east"\ninbox = "/srv/inbox"\nsheets = "../sheets"\n')

    ward = load(path).ward

    assert ward.folder == tmp_path / "east"
    assert ward.inbox == Path("/srv/inbox")
    assert ward.sheets == tmp_path / "east/../sheets"
    assert load(path).archive.recipients_file == tmp_path / "east/keys/recipients.txt"


def test_a_ward_folder_on_the_command_line_takes_the_place_of_the_files(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[ward]\nfolder = "east"\n'), ward_folder=tmp_path / "west")

    assert settings.ward.state == tmp_path / "west/state"


def test_all_mistakes_are_reported_at_once_with_their_keys(tmp_path: Path) -> None:
    said = mistakes_in(
        tmp_path,
        '[ward]\nlanguage = "fr"\nname = ""\n[inbox]\npolling = 1\n[grading]\nconfirm_s = "abc"\nframes_per_s = 0\n',
    )

    assert "grading.confirm_s: 'abc' is not a number" in said
    assert "grading.frames_per_s: 0 is too small; it must be more than 0" in said
    assert "ward.language: 'fr' is not one of 'en' or 'zh'" in said
    assert "ward.name: may not be empty" in said
    assert "inbox.polling: 1 is neither true nor false" in said
    assert said.startswith(str(tmp_path / "peea.toml"))
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[inbox]\nsettle = 3", "inbox.settle: there is no such setting; did you mean inbox.settle_s?"),
        ("[ward]\nsettle_s = 3", "ward.settle_s: there is no such setting; did you mean inbox.settle_s?"),
        ("[grade]\nx = 3", "grade: there is no such section; did you mean [grading]?"),
        ("settle_s = 3", "settle_s: there is no such section; settle_s stands in [inbox]"),
        ("[logging]\nqqqq = 3", "logging.qqqq: there is no such setting; [logging] has level"),
        ("ward = 3", "ward: 3 is not a section; write [ward] on a line of its own"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(tmp_path: Path, text: str, said: str) -> None:
    assert said in mistakes_in(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[ward]\nzone = "Asia/Shangai"', "ward.zone: 'Asia/Shangai' is not a time zone"),
        ('[ward]\nsheets = "inbox"', "ward.sheets: 'inbox' is the folder of ward.inbox already"),
        ('[inbox]\nsuffixes = ["MP4"]', "inbox.suffixes: 'MP4' is not an ending"),
        ("[inbox]\nsuffixes = []", "inbox.suffixes: may not be empty"),
        ("[inbox]\nsuffixes = [4]", "inbox.suffixes.0: 4 is not text"),
        ("[inbox]\nidentity_pattern = '('", "inbox.identity_pattern: not a regular expression"),
        ("[inbox]\nidentity_pattern = '(?P<room>x)'", "inbox.identity_pattern: group room is unknown"),
        ("[grading]\nlongest_s = 1", "grading.longest_s: 1 must be more than grading.shortest_s, 2"),
        ("[grading]\ndim_luma = 3", "grading.dim_luma: 3 is below grading.too_dark_luma, "),
        ("[grading]\nconfirm_s = 0.05", "nothing would be confirmed"),
        ("[grading]\nconfirm_s = 3", "grading.confirm_s: 3 is more than grading.shortest_s, 2"),
        ("[grading]\nconfirm_s = nan", "grading.confirm_s: nan is not a finite number"),
        ("[inbox]\nidentity_pattern = '(?P<bed>a{4294967296})'", "inbox.identity_pattern: not a regular expression"),
        ('[ward]\nkeys = "~nobody-here/keys"', "ward.keys: '~nobody-here/keys' names the home of a user whom"),
        ('[grading]\nmodel = "~nobody-here/v"', "grading.model: '~nobody-here/v' names the home of a user whom"),
        ('[archive]\nrecipients_file = "a\\u0000b"', "archive.recipients_file: 'a\\x00b' holds a character"),
        ('[ward]\ninbox = "."', "ward.inbox: {folder}/ward and ward.sheets, {folder}/ward/sheets, lie one within the"),
        ('[ward]\ninbox = "state/work/in"', "ward.state, {folder}/ward/state, lie one within the other; put them side"),
        ("[grading]\nthreads = " + "9" * 5000, "not valid TOML"),
        ("x = " + "[" * 9000, "not valid TOML"),
        ('[trainer]\nschedule = "daily"', "trainer.schedule: 'daily' has 1 fields; it needs five"),
    ],
)
def test_what_cannot_work_is_said_in_words(tmp_path: Path, text: str, said: str) -> None:
    assert said.replace("{folder}", str(tmp_path)) in mistakes_in(tmp_path, text)


def test_the_mark_that_editors_of_windows_put_in_front_does_no_harm(tmp_path: Path) -> None:
    assert load(written(tmp_path, '\ufeff[ward]\nname = "7"\n')).ward.name == "7"


def test_bad_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in mistakes_in(tmp_path, "[ward]\nname = Ward 3\n")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b'[ward]\nname = "\xff"')

    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path / "bytes.toml")


def test_settings_cannot_be_changed_by_those_who_are_handed_them() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(None).ward.name = "other"  # type: ignore[misc]
