"""The export command: keys, refusals in one sentence, nothing half-written."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from export.cli import main


def test_keygen_writes_a_pair_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keygen", "--out", str(tmp_path / "keys")]) == 0
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {"saiken.key", "saiken.pub"}
    assert (tmp_path / "keys" / "saiken.key").stat().st_mode & 0o077 == 0
    assert main(["keygen", "--out", str(tmp_path / "keys")]) == 1
    assert "exists already" in capsys.readouterr().err


def _refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(words) == 1
    error = capsys.readouterr().err
    assert error.count("saiken-export: ") == 1
    return error


def test_what_is_no_finished_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = _refused([str(tmp_path), "--out", str(tmp_path / "bundle")], capsys)
    assert "recipe.json is missing: no finished run" in error
    assert not (tmp_path / "bundle").exists()


def test_a_weight_that_is_not_finite_is_refused(
    disc_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(disc_run, run)
    weights = load_file(run / "vae.safetensors")
    weights["to_mean.bias"] = np.full_like(weights["to_mean.bias"], np.nan)
    save_file(weights, run / "vae.safetensors")
    error = _refused([str(run), "--out", str(tmp_path / "bundle")], capsys)
    assert "vae.safetensors: to_mean.bias is not finite" in error
    assert not (tmp_path / "bundle").exists()


def test_a_missing_key_is_refused(disc_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(disc_run), "--out", str(tmp_path / "bundle"), "--key", str(tmp_path / "none.key")]
    assert "there is no such key" in _refused(words, capsys)
    assert list(tmp_path.iterdir()) == []


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "saiken-export keygen --out keys" in capsys.readouterr().out
