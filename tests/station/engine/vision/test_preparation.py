"""Preparation: frames that do not fit are refused, light is taken out, cells are centred."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import NotInspectedError
from station.core.recipe import FrameSpec, NormalisationSpec, Recipe, VerifySpec
from station.engine.vision.preparation import Preparation, check_frame, normalise, pad_picture, screen_picture

Kind = str


@pytest.fixture
def picture() -> np.ndarray:
    smooth = cv2.GaussianBlur(np.random.default_rng(0).normal(128, 300, (48, 64)), (0, 0), 2)
    return np.clip(smooth, 20, 220).astype(np.uint8)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (np.zeros((48, 64), np.uint16), r"16-bit pixels \(uint16\); 8 bit is needed"),
        (np.zeros((48, 64), np.float32), r"32-bit pixels \(float32\)"),
        (np.zeros((48, 64), np.int8), r"8-bit pixels \(int8\)"),
        (np.zeros((48, 64, 3), np.uint8), "the frame is 48 x 64 x 3; the recipe is for 48 x 64 grey"),
        (np.zeros((64, 48), np.uint8), "the frame is 64 x 48; the recipe is for 48 x 64 grey"),
        (np.zeros((0,), np.uint8), "the frame is 0;"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(frame: np.ndarray, sentence: str) -> None:
    with pytest.raises(NotInspectedError, match=sentence) as refused:
        check_frame(frame, FrameSpec(48, 64))
    assert refused.value.reason is Reason.WRONG_FRAME


def test_a_frame_that_fits_is_not_copied(picture: np.ndarray) -> None:
    assert check_frame(picture, FrameSpec(48, 64)) is picture


def test_a_strided_frame_is_made_contiguous(picture: np.ndarray) -> None:
    checked = check_frame(np.repeat(picture, 2, axis=1)[:, ::2], FrameSpec(48, 64))
    assert checked.flags.c_contiguous and np.array_equal(checked, picture)


def test_without_normalisation_grey_values_stay(picture: np.ndarray) -> None:
    plain = normalise(picture, NormalisationSpec("none"))
    assert plain.dtype == np.float32
    assert np.allclose(plain * 255, picture, atol=1e-4)


@pytest.mark.parametrize("kind", ["median_range", "local_contrast"])
def test_other_light_gives_nearly_the_same_picture(picture: np.ndarray, kind: str) -> None:
    spec = NormalisationSpec(kind, sigma_px=8)  # type: ignore[arg-type]
    bright, dim = normalise(picture, spec), normalise((picture * 0.7).astype(np.uint8), spec)
    assert np.abs(bright - dim).mean() < 0.02
    assert np.abs(normalise(picture, NormalisationSpec("none")) - picture * 0.7 / 255).mean() > 0.1
    assert bright.dtype == np.float32 and bright.min() >= 0 and bright.max() <= 1


def slow_normalise(picture: np.ndarray, spec: NormalisationSpec) -> np.ndarray:
    """The definition, pixel by pixel, in float64."""
    values = picture / 255.0
    if spec.kind == "median_range":
        low, middle, high = np.quantile(values[::2, ::2], (0.1, 0.5, 0.9))
        values = 0.25 * (values - middle) / max(high - low, 0.02) + 0.5
    if spec.kind == "local_contrast":
        log, size = np.log(values + 1 / 255), (picture.shape[1], picture.shape[0])
        small = cv2.resize(log, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA)
        log = log - cv2.resize(cv2.GaussianBlur(small, (0, 0), spec.sigma_px / 4), size)
        values = 0.125 * log / max(1.4826 * np.median(np.abs(log[::2, ::2])), 0.02) + 0.5
    return np.clip(values, 0, 1)


@pytest.mark.parametrize("kind", ["none", "median_range", "local_contrast"])
@pytest.mark.parametrize("size", [(48, 64), (49, 65), (50, 67)])  # even and odd numbers of pixels in the statistics
@pytest.mark.parametrize("levels", [256, 3])
def test_normalisation_is_its_definition(kind: str, size: tuple[int, int], levels: int) -> None:
    rng = np.random.default_rng(levels)
    picture = (rng.integers(0, levels, size) * (255 // (levels - 1))).astype(np.uint8)
    spec = NormalisationSpec(kind, sigma_px=8)  # type: ignore[arg-type]
    fast = normalise(picture, spec)
    assert fast.dtype == np.float32 and fast.shape == size
    assert np.abs(fast - slow_normalise(picture, spec)).max() < 1e-5


def test_local_contrast_takes_a_shading_out(picture: np.ndarray) -> None:
    spec = NormalisationSpec("local_contrast", sigma_px=8)
    shade = np.linspace(0.6, 1.1, 64)[None, :]
    shaded = np.clip(picture * shade, 0, 255).astype(np.uint8)
    inner = (slice(8, -8), slice(8, -8))
    assert np.abs(normalise(picture, spec) - normalise(shaded, spec))[inner].mean() < 0.03


@pytest.mark.parametrize("kind", ["none", "median_range", "local_contrast"])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_stays_finite(kind: str, level: int) -> None:
    blank = normalise(np.full((48, 64), level, np.uint8), NormalisationSpec(kind))  # type: ignore[arg-type]
    assert np.isfinite(blank).all()


def test_the_screen_picture_is_the_area_average(picture: np.ndarray) -> None:
    values = picture.astype(np.float32)
    quarter = screen_picture(values, 4)
    assert np.allclose(quarter, values.reshape(12, 4, 16, 4).mean(axis=(1, 3)), atol=1e-3)
    assert screen_picture(values, 1) is values


@pytest.mark.parametrize(("receptive", "cells"), [(8, 2), (19, 2), (43, 1), (44, 3)])
def test_padding_centres_the_receptive_field_on_each_cell(receptive: int, cells: int) -> None:
    verify = VerifySpec(receptive_px=receptive, patch_cells=cells, dims=4)
    picture = np.random.default_rng(0).random((48, 64), dtype=np.float32)
    padded = pad_picture(picture, verify)
    before, after = verify.margin_px
    assert padded.shape == (48 + receptive - 8, 64 + receptive - 8)
    assert np.array_equal(padded, np.pad(picture, ((before, after), (before, after)), mode="reflect"))


def test_padding_reuses_its_buffer() -> None:
    verify = VerifySpec(receptive_px=19, patch_cells=2, dims=4)
    first = pad_picture(np.zeros((48, 64), np.float32), verify)
    second = pad_picture(np.ones((48, 64), np.float32), verify, out=first)
    assert np.shares_memory(first, second) and first.min() == 1


def test_a_recipe_gives_its_preparation(recipe_with: Callable[..., Recipe], picture: np.ndarray) -> None:
    recipe = recipe_with(normalisation=NormalisationSpec("median_range"))
    prepared = Preparation.of(recipe, None).prepare(picture)
    assert np.array_equal(prepared.picture, normalise(picture, recipe.normalisation))
    assert prepared.picture.shape == (48, 64) and prepared.quality == 1.0
