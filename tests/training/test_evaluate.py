"""Judging a test set: what is refused, which pictures are scaled, and what a part costs."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import BundleError, ConfigError, NotInspectedError
from training import evaluate as evaluation
from training.dataset import DataSet, Example
from training.evaluate import evaluate, read_test_frame
from training.progress import Progress


def test_nothing_to_judge_or_nothing_to_judge_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no test pictures"):
        evaluate(tmp_path, tmp_path, DataSet(tmp_path, (), ()), 1, Progress(io.StringIO()))
    with pytest.raises(BundleError):
        data = DataSet(tmp_path, (), (Example(tmp_path / "a.png", "good"),))
        evaluate(tmp_path / "none", tmp_path, data, 1, Progress(io.StringIO()))


def test_a_kind_that_shall_stand_apart_must_exist(tmp_path: Path) -> None:
    data = DataSet(tmp_path, (), (Example(tmp_path / "a.png", "good"), Example(tmp_path / "b.png", "dent")))
    with pytest.raises(ConfigError, match="apart = 'uneven': test has no such kind; it has dent"):
        evaluate(tmp_path, tmp_path, data, 1, Progress(io.StringIO()), apart=["uneven"])


def test_pictures_are_scaled_only_for_a_recipe_made_of_scaled_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def read(path: Path, size: tuple[int, int] | None = None) -> np.ndarray:
        asked.append(size)
        return np.zeros(size or (20, 30), np.uint8)

    monkeypatch.setattr(evaluation, "read_frame", read)
    recipe: Any = SimpleNamespace(frame=SimpleNamespace(height=16, width=24), provenance={"resized": 1})
    example = Example(tmp_path / "a.png", "good")
    assert read_test_frame(example, recipe).shape == (16, 24)
    recipe.provenance = {}
    with pytest.raises(ConfigError, match="is 30 x 20 pixels, but the bundle was made for 24 x 16"):
        read_test_frame(example, recipe)
    assert asked == [(16, 24), None]


class _Detector:
    """Every stage takes a millisecond of a clock that only it moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.preparation = self.screener = self.verifier = self

    def prepare(self, frame: np.ndarray) -> Any:
        if not frame.any():
            raise NotInspectedError(Reason.NOT_REGISTERED, "no part")
        self.now += 1e-3
        return SimpleNamespace(picture=frame)

    def _stage(self, *_: Any) -> None:
        self.now += 1e-3

    screen = describe_everywhere = compare_everywhere = _stage

    def inspect(self, _: Any) -> None:
        self.now += 3e-3


def test_cost_of_each_method_is_the_median_of_the_parts_that_can_be_inspected(monkeypatch: pytest.MonkeyPatch) -> None:
    detector: Any = _Detector()
    monkeypatch.setattr(evaluation.time, "process_time", lambda: detector.now)
    frames = [np.ones((2, 2), np.uint8), np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8)]
    cost = evaluation._cpu_ms(detector, frames)
    assert cost == pytest.approx({"vae_raw": 2, "vae_whitened": 2, "cascade": 3, "whole_frame": 4})
    assert evaluation._cpu_ms(detector, frames[1:2]) == {}
