"""Drawings: right size and range, different from each other, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from training.drawings import cells, draw_object, draw_texture, fractal, grains, noise, shapes, stripes

Drawer = Callable[[np.random.Generator, int], NDArray[np.float32]]


@pytest.mark.parametrize("draw", [draw_object, draw_texture])
def test_drawings_are_pictures_and_repeat_with_their_seed(draw: Drawer) -> None:
    first = [draw(np.random.default_rng(seed), 64) for seed in range(16)]
    again = [draw(np.random.default_rng(seed), 64) for seed in range(16)]
    for a, b in zip(first, again, strict=True):
        assert a.shape == (64, 64)
        assert a.dtype == np.float32
        assert 0 <= a.min() <= a.max() <= 1
        assert a.std() > 0.01
        assert np.array_equal(a, b)
    assert not np.array_equal(first[0], first[1])


@pytest.mark.parametrize("layer", [fractal, shapes, stripes, grains, cells])
@pytest.mark.parametrize("size", [48, 51])
def test_layers_show_something_and_repeat_with_their_seed(layer: Drawer, size: int) -> None:
    for seed in range(6):
        drawn = layer(np.random.default_rng(seed), size)
        assert drawn.shape == (size, size)
        assert drawn.dtype == np.float32
        assert np.isfinite(drawn).all()
        assert drawn.std() > 0
        assert np.array_equal(drawn, layer(np.random.default_rng(seed), size))


def test_noise_has_mean_0_and_deviation_1_and_is_smoother_at_a_higher_exponent() -> None:
    def roughness(beta: float) -> float:
        layers = [noise(np.random.default_rng(seed), 64, beta) for seed in range(5)]
        assert all(abs(float(layer.mean())) < 1e-4 and abs(float(layer.std()) - 1) < 1e-3 for layer in layers)
        return float(np.mean([np.abs(np.diff(layer, axis=0)).mean() for layer in layers]))

    assert roughness(0.3) > roughness(1.0) > roughness(2.0)


def test_grains_and_cells_fill_the_whole_layer() -> None:
    """Unlike a shape, which stands somewhere: every quarter shows some."""
    for layer in (grains, cells):
        for seed in range(6):
            drawn = layer(np.random.default_rng(seed), 64)
            quarters = drawn.reshape(2, 32, 2, 32).std(axis=(1, 3))
            assert quarters.min() > 0.3 * quarters.max()


def test_any_two_places_of_a_texture_are_more_alike_than_of_an_object() -> None:
    """Contrast of the sixteenths of a drawing: how much it varies, as a share of its mean."""

    def variety(draw: Drawer) -> float:
        drawn = [draw(np.random.default_rng(seed), 64).reshape(4, 16, 4, 16).std(axis=(1, 3)) for seed in range(40)]
        return float(np.mean([contrast.std() / contrast.mean() for contrast in drawn]))

    assert variety(draw_texture) < 0.8 * variety(draw_object)
