"""A recipe, networks in plain NumPy, and drawn parts: loose bolts and ring plates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest

from station.core.recipe import (
    CandidateSpec,
    DecisionSpec,
    FixtureSpec,
    FrameSpec,
    ModelSpec,
    PictureSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    VerifySpec,
    tower_spec,
    vae_spec,
)

SIZE = (48, 64)


class BlurSession:
    """Stands in for a VAE: its reconstruction is the picture, blurred."""

    info = "NumPy"

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.answer_nan = False

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        batch = feeds[self.spec.input.name]
        assert batch.shape[1:] == self.spec.input.shape and batch.flags.c_contiguous
        out = np.stack([cv2.blur(item[0], (5, 5))[None] for item in batch])
        if self.answer_nan:
            out[0, 0, 3, 3] = np.nan
        return {self.spec.output.name: out}

    def warmup(self, runs: int = 3) -> None: ...

    def close(self) -> None:
        self.closed = True


class ProjectionSession:
    """Stands in for a tower: one valid convolution, stride 8, kernel = the receptive field, random weights."""

    info = "NumPy"

    def __init__(self, spec: ModelSpec, verify: VerifySpec) -> None:
        self.spec = spec
        self._field = verify.receptive_px
        rng = np.random.default_rng(4)
        self._weights = rng.normal(0, 1 / self._field, (verify.dims, self._field**2)).astype(np.float32)
        self.answer_nan = False
        self.batches: list[int] = []

    def dense(self, padded: np.ndarray) -> np.ndarray:
        """[gh, gw, D] of a whole padded picture."""
        windows = np.lib.stride_tricks.sliding_window_view(padded, (self._field, self._field))[::8, ::8]
        return windows.reshape(*windows.shape[:2], -1) @ self._weights.T

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        batch = feeds[self.spec.input.name]
        assert batch.shape[1:] == self.spec.input.shape and len(batch) <= self.spec.max_batch
        self.batches.append(len(batch))
        out = np.stack([self.dense(item[0]).transpose(2, 0, 1) for item in batch])
        if self.answer_nan:
            out[0, 0, 0, 0] = np.inf
        return {self.spec.output.name: out}

    def warmup(self, runs: int = 3) -> None: ...

    def close(self) -> None:
        self.closed = True


def make_recipe(**changes: Any) -> Recipe:
    """A small recipe; the networks' interfaces follow from the changed parts."""
    parts: dict[str, Any] = {
        "picture": PictureSpec(*SIZE),
        "screen": ScreenSpec(scale=2, box=3),
        "verify": VerifySpec(receptive_px=19, patch_cells=2, dims=6, neighbourhood=1),
        "candidates": CandidateSpec(count=5, suppression_px=8),
        "decision": DecisionSpec(limit=1.0),
        "frame": FrameSpec(*SIZE),
        "fixture": FixtureSpec(kind="none", region=(0, 0, SIZE[1], SIZE[0])),
    } | changes
    parts.setdefault("vae", vae_spec(parts["picture"], parts["screen"]))
    parts.setdefault("tower", tower_spec(parts["verify"], parts["picture"]))
    promise = PromiseSpec(n=10, rank=1, mean=0.1, bound_95=0.3)
    return Recipe(name="r", version="1", product="p", promise=promise, **parts)


def make_tensors(recipe: Recipe, seed: int = 0) -> dict[str, np.ndarray]:
    """Statistics and a bank of random numbers that fit the recipe."""
    rng = np.random.default_rng(seed)
    rows, columns = recipe.picture.grid
    size: tuple[int, ...] = recipe.screen_size if recipe.screen.whitening == "per_place" else (8,)
    tensors = {
        "screen.mean": rng.random(size, dtype=np.float32) * 0.02,
        "screen.std": rng.random(size, dtype=np.float32) * 0.02,
    }
    if recipe.verify.bank == "place":
        shape: tuple[int, ...] = (rows, columns, 7)
    else:
        shape = (40,)
        tensors["bank.place"] = np.stack(np.divmod(np.arange(40) % (rows * columns), columns), axis=1).astype(np.int32)
    tensors["bank.descriptors"] = rng.normal(size=(*shape, recipe.verify.dims)).astype(np.float16)
    tensors["bank.golden"] = rng.integers(0, 9, shape).astype(np.int32)
    return tensors


def draw_bolt(angle: float, x: float, y: float, seed: int = 0, scratch: bool = False) -> np.ndarray:
    """A dark bolt on a bright ground, 160 x 160: a long shaft with thread, a wide head at one end."""
    rng = np.random.default_rng(seed)
    part = np.full((64, 112), 200.0)
    part[24:40, 12:84] = 90
    part[24:40, 12:60:6] = 60
    part[12:52, 84:98] = 70
    if scratch:
        part[26:38, 66:70] = 160
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array([x, y]) - turn @ np.array([55.5, 31.5])
    frame = cv2.warpAffine(part, np.hstack([turn, shift[:, None]]), (160, 160), borderValue=200.0)
    frame += np.linspace(-8, 8, 160)[None, :]
    return np.clip(cv2.GaussianBlur(frame, (0, 0), 0.7) + rng.normal(0, 2, frame.shape), 0, 255).astype(np.uint8)


def draw_plate(x: float, y: float, angle: float = 0.0, gain: float = 1.0, seed: int = 0) -> np.ndarray:
    """A bright plate with bores that fills most of the frame, 120 x 160."""
    rng = np.random.default_rng(seed)
    plate = np.full((120, 160), 60.0)
    cv2.rectangle(plate, (20, 18), (140, 102), 150.0, -1)
    for centre in ((45, 40), (110, 45), (70, 80)):
        cv2.circle(plate, centre, 11, 40.0, -1)
    cv2.line(plate, (100, 70), (132, 92), 210.0, 3)
    turn = cv2.getRotationMatrix2D((79.5, 59.5), -np.degrees(angle), 1.0)
    turn[:, 2] += (x, y)
    moved = cv2.warpAffine(plate, turn, (160, 120), borderMode=cv2.BORDER_REPLICATE)
    return np.clip(gain * cv2.GaussianBlur(moved, (0, 0), 0.8) + rng.normal(0, 2, plate.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def recipe_with() -> Callable[..., Recipe]:
    """Makes a small recipe: recipe_with(verify=VerifySpec(...))."""
    return make_recipe


@pytest.fixture
def tensors_for() -> Callable[..., dict[str, np.ndarray]]:
    """Makes tensors that fit a recipe."""
    return make_tensors


@pytest.fixture
def vae_for() -> Callable[[Recipe], BlurSession]:
    """Makes a VAE's stand-in."""
    return lambda recipe: BlurSession(recipe.vae)


@pytest.fixture
def tower_for() -> Callable[[Recipe], ProjectionSession]:
    """Makes a tower's stand-in."""
    return lambda recipe: ProjectionSession(recipe.tower, recipe.verify)


@pytest.fixture
def bolt() -> Callable[..., np.ndarray]:
    """Draws a bolt: bolt(angle, x, y, seed, scratch)."""
    return draw_bolt


@pytest.fixture
def plate() -> Callable[..., np.ndarray]:
    """Draws a plate: plate(x, y, angle, gain, seed)."""
    return draw_plate


@pytest.fixture
def replace() -> Callable[..., Any]:
    """msgspec.structs.replace."""
    return msgspec.structs.replace
