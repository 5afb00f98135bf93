"""Settings of camera and line for a recipe: read from a file, wrong ones refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.line_settings import LineSettings, load_line_settings
from station.core.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "line.toml"
    path.write_text(text)
    return path


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    assert load_line_settings(write(tmp_path, "")) == LineSettings()


def test_both_tables_are_read(tmp_path: Path) -> None:
    text = (
        '[camera]\nexposure_us = 800\ntrigger = "external"\nroi = [8, 8, 640, 480]\n'
        '[supervision]\nrejects = { parts = 8, among = 10, reaction = "error" }\n'
    )
    settings = load_line_settings(write(tmp_path, text))
    assert (settings.camera.exposure_us, settings.camera.roi) == (800.0, (8, 8, 640, 480))
    limit = settings.supervision.rejects
    assert (limit.parts, limit.among, limit.reaction) == (8, 10, "error")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[camera]\nexposure = 800\n", "unknown key 'camera.exposure' (value 800); did you mean 'camera.exposure_us'?"),
        ("[camera]\nexposure_us = -1\n", "camera.exposure_us = -1"),
        ("[camera\n", "is no valid TOML"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_line_settings(write(tmp_path, text))
    assert sentence in str(caught.value)
    assert str(tmp_path / "line.toml") in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_line_settings(tmp_path / "none.toml")
