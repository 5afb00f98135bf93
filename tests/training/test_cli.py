"""The command line: settings are checked by name, every refusal is one sentence and exit code 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from training import benchmark, cli
from training.cli import main
from training.settings import FitSettings
from training.tower import load_tower


def test_generic_writes_a_tower(tmp_path: Path) -> None:
    out = tmp_path / "generic.safetensors"
    assert main(["generic", "--steps", "1", "--out", str(out)]) == 0
    assert sum(load_tower(out).channels) == 48 + 96 + 128 + 160
    assert [path.name for path in tmp_path.iterdir()] == ["generic.safetensors"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["fit", "nowhere", "--out", "run"], "nowhere: there is no such folder"),
        (["fit", "data", "--out", "run", "--dims", "1000"], "dims = 1000"),
        (["fit", "data", "--out", "run", "--budget", "-1"], "budget_min = -1"),
        (["fit", "data", "--out", "run"], "3 good parts are too few"),
        (["evaluate", "bundle", "data"], "no test pictures"),
        (["fit", "data", "--out", "run", "--tower", "imagenet"], "needs --backbone"),
        (["fit", "data", "--out", "run", "--parts-file", "none.csv"], "none.csv: cannot be read"),
        (["fit", "data", "--out", "run", "--grey", "1"], "grey = 1"),
        (["benchmark", "none.toml", "--out", "run"], "none.toml"),
        (["sequence", "data", "--json", "out.json"], "sequence.csv: cannot be read"),
    ],
)
def test_a_refusal_is_one_sentence(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for number in range(3):
        cv2.imwrite(str(tmp_path / "data" / f"{number}.png"), np.full((64, 64), 9, np.uint8))
    assert main(words) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "saiken-train fit DATA --out RUN" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--tower", "eiffel", "invalid choice: 'eiffel'"),
        ("--bank", "river", "invalid choice: 'river'"),
        ("--frame", "256", "argument --frame: '256': must be HEIGHTxWIDTH in pixels, for example 256x320"),
        ("--frame", "axb", "'axb': must be HEIGHTxWIDTH"),
        ("--frame", "0x64", "'0x64': must be HEIGHTxWIDTH"),
        ("--frame", "-8x64", "argument --frame"),
    ],
)
def test_a_wrong_command_line_ends_with_2(
    option: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fit", "data", "--out", "run", option, value])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[FitSettings]:
    """What `fit` is asked for, instead of fitting; pictures lie in data/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    cv2.imwrite(str(tmp_path / "data" / "0.png"), np.full((64, 64), 9, np.uint8))
    found: list[FitSettings] = []
    monkeypatch.setattr(cli, "fit", lambda paths, out, settings, progress: found.append(settings))
    return found


def test_without_options_the_settings_are_the_usual_ones(asked: list[FitSettings]) -> None:
    assert main(["fit", "data", "--out", "run"]) == 0
    assert asked == [FitSettings()]


@pytest.mark.parametrize(
    ("words", "setting", "value"),
    [
        ("--quick", "quick", True),
        ("--frame 48x64", "frame", (48, 64)),
        ("--levels fine,coarse", "levels", ("fine", "coarse")),
        ("--metric total", "metric", "total"),
        ("--bank global", "bank", "global"),
        ("--normalisation local_contrast", "normalisation", "local_contrast"),
        ("--fixture shift", "fixture", "shift"),
        ("--cells 4", "cells", 4),
        ("--global-size 500", "global_size", 500),
        ("--candidates 7", "candidates", 7),
        ("--rank 3", "rank", 3),
        ("--bound 0.05", "bound", 0.05),
        ("--grey 0.1", "grey", 0.1),
        ("--parts (.*)_", "parts", "(.*)_"),
        ("--parts-file parts.csv", "parts_file", "parts.csv"),
        ("--tower imagenet", "tower", "imagenet"),
        ("--backbone net.npz", "backbone", "net.npz"),
        ("--budget 2.5", "budget_min", 2.5),
        ("--screen-scale 2", "screen_scale", 2),
        ("--scale 1.5", "scale", 1.5),
    ],
)
def test_each_option_is_one_setting(asked: list[FitSettings], words: str, setting: str, value: Any) -> None:
    assert main(["fit", "data", "--out", "run", *words.split()]) == 0
    changed = {
        name for name in FitSettings.__struct_fields__ if getattr(asked[0], name) != getattr(FitSettings(), name)
    }
    assert changed == {setting}
    assert getattr(asked[0], setting) == value


def test_benchmark_runs_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []
    monkeypatch.setattr(benchmark, "run_benchmark", lambda *arguments: found.extend(arguments[:2]))
    assert main(["benchmark", "night.toml", "--out", "nights"]) == 0
    assert found == [Path("night.toml"), Path("nights")]
