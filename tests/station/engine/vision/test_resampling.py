"""Resampling: exact where it can be, and matrices that lead back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from station.engine.vision.resampling import compose, inverse, region_matrix, resample, rigid, scaling, shrink


@pytest.fixture
def frame() -> np.ndarray:
    smooth = cv2.GaussianBlur(np.random.default_rng(0).normal(128, 400, (60, 80)), (0, 0), 3)
    return np.clip(smooth, 0, 255).astype(np.uint8)


def test_the_identity_changes_nothing(frame: np.ndarray) -> None:
    assert np.array_equal(resample(frame, rigid(0, 0, 0), 60, 80), frame)


def test_a_region_in_whole_pixels_is_cut_out_exactly(frame: np.ndarray) -> None:
    assert np.array_equal(resample(frame, region_matrix((10, 5, 32, 16), 16, 32), 16, 32), frame[5:21, 10:42])


def test_a_whole_frame_at_half_size_is_its_area_average(frame: np.ndarray) -> None:
    half = resample(frame, region_matrix((0, 0, 80, 60), 30, 40), 30, 40)
    assert np.array_equal(half, cv2.resize(frame, (40, 30), interpolation=cv2.INTER_AREA))
    assert np.array_equal(half, shrink(frame, 2))


def test_a_fine_grating_does_not_alias() -> None:
    grating = np.tile(np.array([0, 255], np.uint8), (64, 32))
    coarse = resample(grating, region_matrix((0, 0, 64, 64), 16, 16), 16, 16)
    assert coarse.min() >= 126 and coarse.max() <= 129


def test_what_lies_outside_the_frame_is_mirrored(frame: np.ndarray) -> None:
    outside = resample(frame, region_matrix((-4, 0, 16, 16), 16, 16), 16, 16)
    assert np.array_equal(outside[:, :4], frame[:16, 4:0:-1])


def test_a_matrix_and_its_inverse_cancel() -> None:
    matrix = compose(rigid(0.7, 12, -3), scaling(2.5, 1.5))
    assert np.allclose(compose(matrix, inverse(matrix)), rigid(0, 0, 0))
    assert np.allclose(compose(inverse(matrix), matrix), rigid(0, 0, 0))


def test_scaling_maps_pixel_centres() -> None:
    # the centre of coarse pixel 0 lies between fine pixels 0 and 1
    assert np.allclose(scaling(2, 2) @ [0, 0, 1], [0.5, 0.5])
    assert np.allclose(scaling(4, 4) @ [1, 2, 1], [5.5, 9.5])


def test_the_same_frame_gives_the_same_picture(frame: np.ndarray) -> None:
    matrix = rigid(0.3, 10, 4)
    assert np.array_equal(resample(frame, matrix, 32, 32), resample(frame, matrix, 32, 32))
