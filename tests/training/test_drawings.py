"""Drawings: right size and range, different from each other, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from training.drawings import draw_object, draw_texture, fractal, noise, shapes, stripes

Drawer = Callable[[np.random.Generator, int], NDArray[np.float32]]


@pytest.mark.parametrize("draw", [draw_object, draw_texture])
def test_drawings_are_pictures_and_repeat_with_their_seed(draw: Drawer) -> None:
    first = [draw(np.random.default_rng(seed), 64) for seed in range(12)]
    again = [draw(np.random.default_rng(seed), 64) for seed in range(12)]
    for a, b in zip(first, again, strict=True):
        assert a.shape == (64, 64)
        assert a.dtype == np.float32
        assert 0 <= a.min() <= a.max() <= 1
        assert np.array_equal(a, b)
    assert not np.array_equal(first[0], first[1])


@pytest.mark.parametrize("layer", [fractal, shapes, stripes])
def test_layers_show_something(layer: Drawer) -> None:
    for seed in range(8):
        drawn = layer(np.random.default_rng(seed), 48)
        assert drawn.shape == (48, 48)
        assert np.isfinite(drawn).all()
        assert drawn.std() > 0


def test_noise_of_higher_exponent_is_smoother() -> None:
    def roughness(beta: float) -> float:
        layers = [noise(np.random.default_rng(seed), 64, beta) for seed in range(5)]
        return float(np.mean([np.abs(np.diff(layer, axis=0)).mean() for layer in layers]))

    assert roughness(0.3) > roughness(1.0) > roughness(2.0)
