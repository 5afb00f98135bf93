"""Tiny drawn parts for the tests of training: a disc with a bore on a plain ground, always nearly the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.dataset import open_dataset
from training.fit import fit
from training.progress import Progress
from training.settings import FitSettings

Draw = Callable[[int, bool], NDArray[np.uint8]]


def _draw(seed: int, bad: bool = False) -> NDArray[np.uint8]:
    """One 64 x 64 frame; a bad part has a bright scratch."""
    rng = np.random.default_rng(seed)
    image = np.full((64, 64), 60, np.uint8)
    cv2.circle(image, (32, 32), 24, 150, -1, cv2.LINE_AA)
    cv2.circle(image, (32, 32), 8, 90, -1, cv2.LINE_AA)
    if bad:
        cv2.line(image, (36, 14), (48, 26), 245, 3, cv2.LINE_AA)
    noisy = image + rng.normal(0, 3, image.shape) + rng.uniform(-4, 4)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Two threads on a busy machine are many times slower than one."""
    torch.set_num_threads(1)


@pytest.fixture
def draw() -> Draw:
    """Draws a frame from a seed, good or bad."""
    return _draw


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set in the MVTec layout: 84 good for training, 6 good and 6 bad for the test, with masks."""
    root = tmp_path_factory.mktemp("data")
    groups = {"train/good": (84, 0, False), "test/good": (6, 500, False), "test/scratch": (6, 600, True)}
    for folder, (count, seed, bad) in groups.items():
        (root / folder).mkdir(parents=True)
        for number in range(count):
            cv2.imwrite(str(root / folder / f"{number:03d}.png"), _draw(seed + number, bad))
    mask = np.zeros((64, 64), np.uint8)
    cv2.line(mask, (36, 14), (48, 26), 255, 3)
    (root / "ground_truth" / "scratch").mkdir(parents=True)
    for number in range(6):
        cv2.imwrite(str(root / "ground_truth" / "scratch" / f"{number:03d}_mask.png"), mask)
    return root


@pytest.fixture(scope="session")
def tiny() -> FitSettings:
    """Nothing is left to be found, and hardly anything is trained: a fit takes about three seconds."""
    return FitSettings(
        name="disc",
        fixture="none",
        normalisation="none",
        scale=1.0,
        levels=("middle", "coarse"),
        metric="within",
        bank="place",
        cells=1,
        candidates=4,
        screen_scale=2,
        budget_min=0.03,
        dims=8,
        bank_size=8,
        max_golden=12,
        patch_cells=2,
    )


@pytest.fixture(scope="session")
def fitted(drawn_set: Path, tiny: FitSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the data set under these settings."""
    out = tmp_path_factory.mktemp("fit") / "run"
    fit(open_dataset(drawn_set).train, out, tiny, Progress(io.StringIO()))
    return out
