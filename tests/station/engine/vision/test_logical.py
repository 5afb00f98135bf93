"""The logical score against slow references: what the raster averages, how far a part is, and that NaN never passes."""

from __future__ import annotations

from typing import Any

import cv2
import msgspec
import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import LogicalSpec, ModelSpec, PictureSpec, ScreenSpec, vae_spec
from station.engine.vision.logical import LogicalScore, Overview, area_average, fuse_logical

VAE = vae_spec(PictureSpec(96, 256), ScreenSpec(scale=2), latent=True)  # sees 48 x 128, latent [16, 3, 8]
LENGTH = 16 * 2 * 4 + 2 * 3 * 8
Part = tuple[np.ndarray, np.ndarray, np.ndarray]
Tensors = dict[str, np.ndarray]


def part(seed: int = 0) -> Part:
    """Latent, picture and reconstruction of random numbers."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(16, 3, 8)).astype(np.float32)
    return latent, rng.random((48, 128), np.float32), rng.random((48, 128), np.float32)


def tensors(directions: int = 5, seed: int = 0) -> Tensors:
    """A model of good parts with orthonormal directions."""
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.normal(size=(LENGTH, directions)))
    return {
        "logical.mean": rng.normal(size=LENGTH).astype(np.float32),
        "logical.scale": rng.uniform(0.5, 2, LENGTH).astype(np.float32),
        "logical.basis": basis.T.astype(np.float32),
        "logical.spread": np.array([*[3.0, 2.5, 2.0, 1.5, 1.0][:directions], 0.4], np.float32),
    }


def slow_average(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Each pixel is cut into rows x columns equal pieces, so that every cell holds whole pieces."""
    height, width = picture.shape
    pieces = np.kron(picture.astype(np.float64), np.ones((rows, columns)))
    return pieces.reshape(rows, height, columns, width).mean(axis=(1, 3))


@pytest.mark.parametrize(
    ("size", "cells", "raster"),
    [
        ((64, 64), 8, (8, 8)),
        ((80, 240), 8, (3, 8)),
        ((240, 80), 8, (8, 3)),
        ((20, 28), 8, (6, 8)),
        ((5, 15), 4, (2, 4)),  # never one cell alone ...
        ((1, 15), 4, (1, 4)),  # ... unless there is no more to see
        ((3, 2), 4, (3, 2)),
    ],
)
def test_the_raster_keeps_cells_square_and_averages_areas(
    size: tuple[int, int], cells: int, raster: tuple[int, int]
) -> None:
    picture = np.random.default_rng(1).random(size, np.float32)
    down, across = area_average(*size, cells)
    coarse = down @ picture @ across
    assert coarse.shape == raster
    assert np.abs(coarse - slow_average(picture, *raster)).max() < 1e-6
    assert np.abs(coarse - cv2.resize(picture, raster[::-1], interpolation=cv2.INTER_AREA)).max() < 1e-5


def test_a_view_is_latent_picture_and_residual() -> None:
    latent, picture, reconstruction = part()
    overview = Overview(VAE)
    view = overview.describe(latent, picture, reconstruction)
    assert view.dtype == np.float32
    assert view.shape == (overview.length,) == (LENGTH,)
    seen = [view[block] for block in overview.blocks]
    assert np.concatenate(seen).shape == (LENGTH,)
    slow = [
        np.stack([slow_average(channel, 2, 4) for channel in latent]),
        slow_average(picture, 3, 8),
        slow_average(picture - reconstruction, 3, 8),
    ]
    for found, wanted in zip(seen, slow, strict=True):
        assert np.abs(found - wanted.ravel()).max() < 1e-5


@pytest.mark.parametrize("which", [0, 1, 2])
def test_another_size_is_a_bug_in_the_caller(which: int) -> None:
    given = list(part())
    given[which] = given[which][..., :-1]
    with pytest.raises(ValueError, match="latent, picture and reconstruction have shapes"):
        Overview(VAE).describe(*given)


def slow_distance(view: np.ndarray, model: Tensors) -> float:
    """Mahalanobis distance with the whole covariance: spread_k^2 along each direction, rest^2 across them."""
    mean, scale, basis, spread = (
        model[f"logical.{name}"].astype(np.float64) for name in ("mean", "scale", "basis", "spread")
    )
    across = np.eye(len(mean)) - basis.T @ basis
    covariance = basis.T @ np.diag(spread[:-1] ** 2) @ basis + spread[-1] ** 2 * across
    x = (view.astype(np.float64) - mean) / scale
    return float(np.sqrt(x @ np.linalg.inv(covariance) @ x))


@pytest.mark.parametrize("directions", [1, 5])
def test_the_distance_is_the_reference_s(directions: int) -> None:
    model = tensors(directions)
    score, overview = LogicalScore(VAE, model), Overview(VAE)
    for seed in range(5):
        given = part(seed)
        slow = slow_distance(overview.describe(*given), model)
        assert score.score(*given) == pytest.approx(slow, rel=1e-4)
    assert score.distance(model["logical.mean"]) == 0


def test_half_precision_of_the_directions_is_enough() -> None:
    model = tensors()
    exact, given = LogicalScore(VAE, model).score(*part()), part()
    model["logical.basis"] = model["logical.basis"].astype(np.float16)
    assert LogicalScore(VAE, model).score(*given) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_what_is_not_finite_is_refused(which: int, value: float) -> None:
    given = part()
    given[which].flat[7] = value
    with pytest.raises(NotInspectedError) as caught:
        LogicalScore(VAE, tensors()).score(*given)
    assert caught.value.reason is Reason.NOT_FINITE


@pytest.mark.parametrize(
    ("local", "logical", "fused"), [(0.5, 20.0, 0.5), (-9.0, 20.0, -4.0), (0.5, 32.0, 2.0), (7.0, 32.0, 7.0)]
)
def test_the_part_s_score_is_the_higher_of_both(local: float, logical: float, fused: float) -> None:
    assert fuse_logical(local, logical, LogicalSpec(mean=20.0, std=2.0, offset=4.0)) == pytest.approx(fused)


@pytest.mark.parametrize(("local", "logical"), [(np.nan, 1.0), (1.0, np.nan), (np.inf, 1.0), (1.0, -np.inf)])
def test_a_maximum_hides_no_nan(local: float, logical: float) -> None:
    with pytest.raises(NotInspectedError, match="the part's score is not finite"):
        fuse_logical(local, logical, LogicalSpec(mean=0.0, std=1.0))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"logical.mean": None}, r"logical\.mean is missing"),
        ({"logical.spread": None}, r"logical\.spread is missing"),
        ({"logical.mean": np.zeros(LENGTH - 1, np.float32)}, rf"logical\.mean \({LENGTH - 1},\).*needs \[{LENGTH}\]"),
        ({"logical.basis": np.zeros((4, LENGTH), np.float32)}, r".*logical\.basis \(4, 176\).*\[r \+ 1\]"),
        ({"logical.basis": np.zeros((1, 5, LENGTH), np.float32)}, r"logical\.basis has shape \(1, 5, 176\)"),
        ({"logical.scale": np.full(LENGTH, np.nan, np.float32)}, r"logical\.scale .*is not finite"),
        ({"logical.spread": np.zeros(6, np.float32)}, r"logical\.scale or logical\.spread is not positive"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(changes: dict[str, Any], sentence: str) -> None:
    model = {name: value for name, value in (tensors() | changes).items() if value is not None}
    with pytest.raises(BundleError, match=r"calibration\.safetensors: " + sentence):
        LogicalScore(VAE, model)


def test_a_screener_without_a_latent_is_refused() -> None:
    blind: ModelSpec = msgspec.structs.replace(VAE, latent=None)
    with pytest.raises(BundleError, match=r"vae\.latent = None: the logical score looks at the latent"):
        LogicalScore(blind, tensors())
