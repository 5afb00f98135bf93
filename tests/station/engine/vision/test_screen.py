"""Residual and whitening against the slow reference, and NaN never passes."""

from __future__ import annotations

import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import ScreenSpec
from station.engine.vision import reference
from station.engine.vision.screen import (
    Whitening,
    fit_per_intensity,
    fit_per_place,
    intensity_bins,
    require_finite,
    residual,
)

PER_PLACE = ScreenSpec(whitening="per_place", eps=0.01)
PER_INTENSITY = ScreenSpec(whitening="per_intensity", eps=0.01)


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((20, 28), dtype=np.float32), rng.random((20, 28), dtype=np.float32)


@pytest.mark.parametrize("box", [1, 3, 7])
def test_the_residual_is_the_reference_s(pair: tuple[np.ndarray, np.ndarray], box: int) -> None:
    slow = reference.residual(*(picture.astype(np.float64) for picture in pair), box)
    fast = residual(*pair, box)
    assert fast.dtype == np.float32
    assert np.abs(fast - slow).max() < 1e-6


def test_a_perfect_reconstruction_has_no_residual(pair: tuple[np.ndarray, np.ndarray]) -> None:
    assert residual(pair[0], pair[0].copy(), 7).max() == 0


def test_the_residual_can_be_written_into_a_buffer(pair: tuple[np.ndarray, np.ndarray]) -> None:
    buffer = np.empty_like(pair[0])
    assert np.shares_memory(residual(*pair, 3, out=buffer), buffer)
    assert np.array_equal(buffer, residual(*pair, 3))


@pytest.mark.parametrize(("spec", "shape"), [(PER_PLACE, (20, 28)), (PER_INTENSITY, (8,))], ids=["place", "intensity"])
def test_whitening_is_the_reference_s(
    pair: tuple[np.ndarray, np.ndarray], spec: ScreenSpec, shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(1)
    mean, std = rng.random(shape, dtype=np.float32), rng.random(shape, dtype=np.float32)
    raw, reconstruction = pair
    fast = Whitening(spec, mean, std).whiten(raw, reconstruction)
    slow = reference.whiten(*(values.astype(np.float64) for values in (raw, reconstruction, mean, std)), spec)
    assert np.abs(fast - slow).max() < 1e-4 * np.abs(slow).max()


def test_intensity_bins_cover_all_grey_values() -> None:
    values = np.array([[-0.1, 0.0, 0.24, 0.25, 0.99, 1.0, 1.3]], np.float32)
    assert intensity_bins(values, 4).tolist() == [[0, 0, 0, 1, 3, 3, 3]]


def test_statistics_per_place_whiten_normal_parts_to_mean_0_and_spread_1() -> None:
    rng = np.random.default_rng(2)
    spread = np.repeat(np.linspace(0.05, 0.2, 4, dtype=np.float32), 10)[None, None, :]
    residuals = 0.3 + spread * rng.normal(size=(200, 30, 40)).astype(np.float32)
    mean, std = fit_per_place(residuals)
    whitening = Whitening(ScreenSpec(eps=1e-6), mean, std)
    z = np.stack([whitening.whiten(r, r) for r in residuals])
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.05


def test_statistics_per_intensity_follow_the_grey_value() -> None:
    rng = np.random.default_rng(3)
    reconstructions = rng.random((10, 40, 40), dtype=np.float32)
    residuals = 0.1 + 0.2 * (reconstructions > 0.5) + 0.01 * rng.normal(size=(10, 40, 40))
    mean, std = fit_per_intensity(residuals.astype(np.float32), reconstructions, bins=4)
    assert np.allclose(mean, [0.1, 0.1, 0.3, 0.3], atol=0.005)
    assert np.allclose(std, 0.01, atol=0.002)


def test_an_intensity_that_never_occurred_takes_the_values_of_all() -> None:
    residuals = np.full((2, 20, 20), 0.2, np.float32)
    residuals[0] = 0.4
    mean, std = fit_per_intensity(residuals, np.zeros((2, 20, 20), np.float32), bins=4)
    assert np.allclose(mean, 0.3) and np.allclose(std, 0.1)


@pytest.mark.parametrize(
    ("mean", "std"),
    [
        (np.zeros((4, 4)), np.zeros((4, 5))),
        (np.zeros(8), np.zeros(8)),
        (np.full((4, 4), np.nan), np.ones((4, 4))),
        (np.zeros((4, 4)), np.full((4, 4), np.inf)),
        (np.zeros((4, 4)), np.full((4, 4), -1.0)),
    ],
    ids=["other sizes", "tables instead of maps", "nan", "infinite", "negative"],
)
def test_statistics_that_do_not_fit_are_a_broken_bundle(mean: np.ndarray, std: np.ndarray) -> None:
    with pytest.raises(BundleError, match=r"calibration\.safetensors: screen\.mean"):
        Whitening(PER_PLACE, mean.astype(np.float32), std.astype(np.float32))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_enough(bad: float) -> None:
    values = np.zeros((5, 5), np.float32)
    require_finite(values, "the map")
    values[4, 4] = bad
    with pytest.raises(NotInspectedError, match="the map is not finite") as refused:
        require_finite(values, "the map")
    assert refused.value.reason is Reason.NOT_FINITE
