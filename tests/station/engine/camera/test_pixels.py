"""Pixel formats: what has 8 bits becomes grey with the right weights, what has not is refused by name."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from station.core.errors import CameraError
from station.engine.camera.pixels import as_picture, choose_grey, grey_conversion


class FakeFeatures:
    def __init__(self, pixel_format: str, has_mono: bool) -> None:
        self.pixel_format, self.has_mono = pixel_format, has_mono

    def has(self, name: str) -> bool:
        return name == "PixelFormat"

    def get(self, name: str) -> str:
        return self.pixel_format

    def set(self, name: str, value: str) -> None:
        if not self.has_mono:
            raise RuntimeError("no such entry")
        self.pixel_format = value


@pytest.mark.parametrize(("has_mono", "expected"), [(True, (1, None)), (False, (3, cv2.COLOR_RGB2GRAY))])
def test_mono8_is_chosen_where_the_camera_has_it(has_mono, expected):
    assert choose_grey(FakeFeatures("RGB8", has_mono)) == expected


def test_other_depths_are_refused_by_name():
    with pytest.raises(CameraError, match="PixelFormat = Mono12: set the camera to Mono8"):
        choose_grey(FakeFeatures("Mono12", has_mono=False))


@pytest.mark.parametrize(
    ("pixel_format", "red_at"), [("BayerRG8", (0, 0)), ("BayerGR8", (0, 1)), ("BayerGB8", (1, 0)), ("BayerBG8", (1, 1))]
)
def test_bayer_names_say_where_red_stands(pixel_format, red_at):
    raw = np.zeros((8, 8), np.uint8)
    raw[red_at[0] :: 2, red_at[1] :: 2] = 100
    grey = cv2.cvtColor(raw, grey_conversion(pixel_format)[1])
    assert abs(int(grey[4, 4]) - 30) <= 1  # the weight of red


@pytest.mark.parametrize(
    ("pixel_format", "pixel", "grey"),
    [
        ("RGB8", (100, 0, 0), 30),
        ("BGR8", (0, 0, 100), 30),
        ("RGBa8", (100, 0, 0, 9), 30),
        ("BGRa8", (0, 0, 100, 9), 30),
    ],
)
def test_colours_keep_their_weights(pixel_format, pixel, grey):
    pixel_bytes, code = grey_conversion(pixel_format)
    flat = np.array(pixel * 12, np.uint8)
    assert set(cv2.cvtColor(as_picture(flat, 3, 4, pixel_bytes), code).ravel()) == {grey}


def test_padded_rows_are_cut_without_a_copy():
    flat = np.arange(24, dtype=np.uint8)
    picture = as_picture(flat, 3, 6, 1)
    np.testing.assert_array_equal(picture, flat.reshape(3, 8)[:, :6])
    assert np.shares_memory(picture, flat)


@pytest.mark.parametrize(("height", "width"), [(3, 9), (0, 4), (3, 0)])
def test_memory_that_is_too_short_is_no_picture(height, width):
    with pytest.raises(ValueError, match="no picture"):
        as_picture(np.zeros(24, np.uint8), height, width, 1)
