"""Choosing and fitting a fixture from training frames."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from station.core.errors import ConfigError
from station.engine.vision.fixture_fit import choose_fixture, fit_none, fit_shift, fit_silhouette, part_is_dark

Draw = Callable[..., np.ndarray]


@pytest.fixture
def bolts(bolt: Draw) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [bolt(rng.uniform(-3, 3), *rng.uniform(76, 84, 2), seed=number) for number in range(12)]


@pytest.fixture
def plates(plate: Draw) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [plate(*rng.uniform(-3, 3, 2), seed=number) for number in range(8)]


def test_loose_parts_choose_the_silhouette(bolts: list[np.ndarray]) -> None:
    fitted = choose_fixture(bolts)
    assert fitted.spec.kind == "silhouette"
    assert "loose part" in fitted.why


def test_nearly_still_parts_choose_the_shift(plates: list[np.ndarray]) -> None:
    fitted = choose_fixture(plates)
    assert fitted.spec.kind == "shift"
    assert "8 of 8 frames" in fitted.why


def test_textures_choose_nothing() -> None:
    rng = np.random.default_rng(0)
    fitted = choose_fixture([rng.integers(0, 255, (128, 128)).astype(np.uint8) for _ in range(6)])
    assert fitted.spec.kind == "none" and fitted.reference is None
    assert "no common picture" in fitted.why


def test_the_silhouette_region_holds_the_part_and_little_else(bolts: list[np.ndarray]) -> None:
    fitted = fit_silhouette(bolts)
    assert fitted.spec.dark
    assert 80 <= fitted.picture.width <= 128 and 32 <= fitted.picture.height <= 80  # the bolt is 86 x 40
    assert fitted.spec.region[2:] == (fitted.picture.width, fitted.picture.height)
    assert fitted.spec.area[0] < 86 * 20 / 160**2 < fitted.spec.area[1]
    assert fitted.reference is not None and fitted.reference.dtype == np.float32


def test_a_scale_shrinks_the_picture_not_the_region(bolts: list[np.ndarray]) -> None:
    fitted = fit_silhouette(bolts, scale=2.0)
    assert fitted.spec.region[2] == 2 * fitted.picture.width
    assert fit_none(bolts, scale=2.0).picture.height == 80


def test_bright_parts_are_told_from_dark_ones(bolts: list[np.ndarray]) -> None:
    assert part_is_dark(bolts)
    assert not part_is_dark([255 - frame for frame in bolts])
    assert choose_fixture([255 - frame for frame in bolts]).spec.dark is False


def test_an_outlier_does_not_spoil_the_reference(plates: list[np.ndarray]) -> None:
    fitted = fit_shift(plates)
    spoiled = fit_shift([*plates, np.full_like(plates[0], 128)])
    assert fitted.reference is not None and spoiled.reference is not None
    assert np.corrcoef(fitted.reference.ravel(), spoiled.reference.ravel())[0, 1] > 0.99


def test_the_same_frames_give_the_same_fixture(bolts: list[np.ndarray]) -> None:
    first, second = fit_silhouette(bolts), fit_silhouette(bolts)
    assert first.spec == second.spec and np.array_equal(first.reference, second.reference)


def test_frames_of_two_sizes_are_refused(bolts: list[np.ndarray]) -> None:
    with pytest.raises(ConfigError, match=r"must have one size; found \[\(80, 160\), \(160, 160\)\]"):
        choose_fixture([*bolts, bolts[0][:80]])


def test_blank_frames_have_no_fixture_but_do_not_break_the_choice() -> None:
    blank = [np.full((96, 96), 128, np.uint8)] * 4
    assert choose_fixture(blank).spec.kind == "none"
    with pytest.raises(ConfigError, match="no training frame shows a whole part"):
        fit_silhouette(blank)


def test_a_blank_frame_among_loose_parts_is_left_out(bolts: list[np.ndarray]) -> None:
    fitted = choose_fixture([*bolts, np.full((160, 160), 128, np.uint8)])
    assert fitted.spec.kind == "silhouette"
    assert "12 of 13 frames registered" in fit_silhouette([*bolts, np.full((160, 160), 128, np.uint8)]).why
