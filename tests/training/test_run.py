"""The RUN directory: resumes the same command only, and names what is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from station.core.errors import ConfigError, StorageError
from training.run import Run, write_whole
from training.settings import FitSettings


def test_the_same_command_resumes_and_another_is_refused(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", FitSettings(), "abc")
    run.save("stage", {"x": np.arange(3.0)}, {"error": 0.5})
    again = Run.begin(tmp_path / "run", FitSettings(), "abc")
    found = again.load("stage")
    assert found is not None
    assert found[0]["x"].tolist() == [0, 1, 2]
    assert found[1] == {"error": 0.5}
    assert again.load("later") is None
    for settings, data in ((FitSettings(seed=1), "abc"), (FitSettings(), "other")):
        with pytest.raises(ConfigError, match="choose another --out"):
            Run.begin(tmp_path / "run", settings, data)


def test_a_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match="is not empty and holds no run"):
        Run.begin(tmp_path, FitSettings(), "abc")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_damaged_and_not_finite_files_are_named(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", FitSettings(), "abc")
    run.save("vae", {"w": np.array([1.0, np.nan], np.float32)})
    with pytest.raises(ConfigError, match=r"vae\.safetensors: w is not finite"):
        run.load("vae")
    (run.directory / "vae.safetensors").write_bytes(b"torn")
    with pytest.raises(ConfigError, match=r"vae\.safetensors: is damaged"):
        run.load("vae")
    with pytest.raises(ConfigError, match="no finished run"):
        run.need("tower")
    with pytest.raises(ConfigError, match="no finished run"):
        run.read("recipe.json")


def test_a_refused_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "file", b"x")
    target = tmp_path / "directory"
    target.mkdir()
    (target / "inside").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        write_whole(target, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["directory"]
