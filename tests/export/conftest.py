"""Finished runs on tiny drawn parts, made once for all tests of export."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.dataset import open_dataset
from training.fit import fit
from training.imagenet import ImagenetTower
from training.progress import Progress
from training.settings import FitSettings

# Nothing is left to be found, and hardly anything is trained.
TINY = FitSettings(
    name="disc",
    fixture="none",
    normalisation="none",
    scale=1.0,
    levels=("middle", "coarse"),
    metric="within",
    bank="place",
    cells=1,
    candidates=3,
    screen_scale=2,
    budget_min=0.05,
    dims=8,
    bank_size=8,
    max_golden=12,
    patch_cells=2,
)


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


def _plate(seed: int) -> NDArray[np.uint8]:
    """One 64 x 64 frame: a plate that is darker on its left; half of the plates carry a speck of dust."""
    rng = np.random.default_rng(seed)
    image = np.linspace(30, 80, 64)[None].repeat(64, 0)
    if rng.random() < 0.5:
        row, column = rng.integers(4, 58, 2)
        image[row : row + 3, column : column + 3] = 250
    return np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def plate() -> Callable[[int], NDArray[np.uint8]]:
    """Draws a plate from a seed."""
    return _plate


def _backbone(path: Path) -> Path:
    """A MobileNetV2 with random weights, named as torchvision names them, three colours wide at the input."""
    rng = np.random.default_rng(0)
    state = {}
    for name, value in ImagenetTower("mobilenet_v2_tensorflow", ("block13",)).state_dict().items():
        shape = tuple(value.shape)
        if name == "features.0.0.bias" or name.endswith("num_batches_tracked") or name.startswith("input_"):
            continue
        if name == "features.0.0.weight":
            shape = (shape[0], 3, 3, 3)
        if len(shape) == 4:
            state[name] = rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))
        elif name.endswith(("running_var", "weight")):
            state[name] = np.ones(shape)
        else:
            state[name] = 0.1 * rng.standard_normal(shape)
    np.savez(path, **{name: value.astype(np.float16) for name, value in state.items()})
    return path


def _run(out: Path, paths: tuple[Path, ...], settings: FitSettings) -> Path:
    fit(paths, out, settings, Progress(io.StringIO()))
    return out


@pytest.fixture(scope="session")
def disc_run(disc_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished run: a place bank, and a tower that looks at patches."""
    return _run(tmp_path_factory.mktemp("fit") / "run", open_dataset(disc_set).train, TINY)


@pytest.fixture(scope="session")
def whole_run(disc_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one, whose tower looks at the whole picture."""
    settings = msgspec.structs.replace(TINY, candidates=4, budget_min=0.01)
    return _run(tmp_path_factory.mktemp("whole") / "run", open_dataset(disc_set).train, settings)


@pytest.fixture(scope="session")
def plate_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a global bank: its local score cannot tell where something belongs, so it has a third score."""
    root = tmp_path_factory.mktemp("plates")
    paths = tuple(root / f"{number:02d}.png" for number in range(90))
    for number, path in enumerate(paths):
        cv2.imwrite(str(path), _plate(number))
    settings = msgspec.structs.replace(
        TINY, name="plate", levels=("fine",), bank="global", global_size=200, candidates=2, max_golden=16, rank=6
    )
    return _run(root / "run", paths, settings)


@pytest.fixture(scope="session")
def imagenet_run(disc_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a MobileNetV2 for a tower."""
    root = tmp_path_factory.mktemp("imagenet")
    settings = msgspec.structs.replace(
        TINY,
        tower="imagenet",
        backbone=str(_backbone(root / "random.npz")),
        levels=("block3", "block6"),
        metric="total",
        budget_min=0.01,
    )
    return _run(root / "run", open_dataset(disc_set).train, settings)
