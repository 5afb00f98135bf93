"""A finished run on tiny drawn parts, made once for all tests of export."""

from __future__ import annotations

import io
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


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Two threads on a busy machine are many times slower than one."""
    torch.set_num_threads(1)


def _disc(seed: int, bad: bool = False) -> NDArray[np.uint8]:
    """One 64 x 64 frame; a bad part has a bright scratch."""
    rng = np.random.default_rng(seed)
    image = np.full((64, 64), 60, np.uint8)
    cv2.circle(image, (32, 32), 24, 150, -1, cv2.LINE_AA)
    cv2.circle(image, (32, 32), 8, 90, -1, cv2.LINE_AA)
    if bad:
        cv2.line(image, (36, 14), (48, 26), 245, 3, cv2.LINE_AA)
    noisy = image + rng.normal(0, 3, image.shape) + rng.uniform(-4, 4)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def disc_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set in the MVTec layout: 80 good for training, 8 good and 8 bad for the test, half of these with masks."""
    root = tmp_path_factory.mktemp("data")
    groups = {"train/good": (80, 0, False), "test/good": (8, 500, False), "test/scratch": (8, 600, True)}
    for folder, (count, seed, bad) in groups.items():
        (root / folder).mkdir(parents=True)
        for number in range(count):
            cv2.imwrite(str(root / folder / f"{number:03d}.png"), _disc(seed + number, bad))
    mask = np.zeros((64, 64), np.uint8)
    cv2.line(mask, (36, 14), (48, 26), 255, 3)
    (root / "ground_truth" / "scratch").mkdir(parents=True)
    for number in range(4):
        cv2.imwrite(str(root / "ground_truth" / "scratch" / f"{number:03d}_mask.png"), mask)
    return root


@pytest.fixture(scope="session")
def disc_run(disc_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished run."""
    out = tmp_path_factory.mktemp("fit") / "run"
    settings = FitSettings(
        name="disc", fixture="none", budget_min=0.05, dims=8, bank_size=8, max_golden=12, patch_cells=2
    )
    fit(open_dataset(disc_set).train, out, settings, Progress(io.StringIO()))
    return out
