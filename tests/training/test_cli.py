"""The command line: settings are checked by name, every refusal is one sentence and exit code 1."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.cli import main
from training.tower import load_tower


def test_generic_writes_a_tower(tmp_path: Path) -> None:
    out = tmp_path / "generic.safetensors"
    assert main(["generic", "--steps", "1", "--out", str(out)]) == 0
    assert load_tower(out).sizes.channels == 272
    assert [path.name for path in tmp_path.iterdir()] == ["generic.safetensors"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["fit", "nowhere", "--out", "run"], "nowhere: there is no such folder"),
        (["fit", "data", "--out", "run", "--dims", "1000"], "dims = 1000"),
        (["fit", "data", "--out", "run", "--budget", "-1"], "budget_min = -1"),
        (["fit", "data", "--out", "run"], "3 good parts are too few"),
        (["evaluate", "bundle", "data"], "no test pictures"),
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


def test_a_wrong_command_line_ends_with_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fit", "data", "--out", "run", "--tower", "eiffel"])
    assert ended.value.code == 2
