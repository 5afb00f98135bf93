"""One fixed colour scale for differences; patches that do not fit are refused."""

from __future__ import annotations

import numpy as np
from PyQt6.QtGui import QColor

from station.core.messages import Patch
from station.gui.why.difference import FULL_SCALE, colour_table, difference_image, patch_image


def patch(*values: int, width: int = 0) -> Patch:
    width = width or len(values)
    return Patch(len(values) // width, width, bytes(values))


def test_the_same_difference_has_the_same_colour_in_every_patch():
    calm = difference_image(patch(10, 10, 10), patch(10, 20, 10))
    wild = difference_image(patch(10, 255, 10), patch(0, 0, 20))
    assert calm.pixelColor(1, 0) == wild.pixelColor(0, 0) == wild.pixelColor(2, 0)


def test_the_sign_does_not_matter_and_bytes_do_not_wrap():
    one = difference_image(patch(0), patch(255))
    other = difference_image(patch(255), patch(0))
    assert one.pixelColor(0, 0) == other.pixelColor(0, 0) == QColor(*map(int, colour_table()[255]))


def test_the_scale_gets_brighter_and_saturates():
    table = colour_table().astype(int)
    lightness = table @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness[: FULL_SCALE + 1]) > 0).all()
    assert (table[FULL_SCALE:] == table[255]).all()


def test_pictures_keep_their_rows():
    image = patch_image(patch(1, 2, 3, 4, 5, 6, width=3))
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(0, 1).red() == 4


def test_sizes_that_do_not_fit_give_no_picture():
    assert patch_image(Patch(2, 2, b"abc")) is None
    assert patch_image(Patch(0, 0, b"")) is None
    assert difference_image(patch(1, 2), patch(1, 2, width=1)) is None
    assert difference_image(patch(1, 2), Patch(1, 2, b"a")) is None
    assert difference_image(Patch(1, 2, b"a"), patch(1, 2)) is None
