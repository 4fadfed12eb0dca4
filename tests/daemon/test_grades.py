from __future__ import annotations

from pathlib import Path

from config.settings import load
from daemon.grades import cache_folder, grading_settings, model_folder
from grading.grader import GradingSettings


def test_gradings_own_defaults_are_those_that_are_documented() -> None:
    assert grading_settings(load(None).grading) == GradingSettings()


def test_a_model_named_in_the_settings_goes_before_all_others(tmp_path: Path) -> None:
    (tmp_path / "peea.toml").write_text('[grading]\nmodel = "models/ours"\n', encoding="utf-8")

    assert model_folder(load(tmp_path / "peea.toml")) == tmp_path / "ward/models/ours"


def test_the_cache_is_the_wards_where_we_may_write_and_else_the_users(tmp_path: Path) -> None:
    settings = load(None, ward_folder=tmp_path)
    assert "peea" in cache_folder(settings).parts

    settings.ward.state.mkdir()

    assert cache_folder(settings) == tmp_path / "state/cache"
