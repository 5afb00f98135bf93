"""The drawn flange: the seed decides it, a blemish is where it was put."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor, QImage

from station.gui.made_up_part import HEIGHT, WIDTH, Blemish, blur, cut_patch, draw_part, grey_bytes


def test_the_same_seed_draws_the_same_part(qapp):
    assert grey_bytes(draw_part(seed=1)) == grey_bytes(draw_part(seed=1))
    assert grey_bytes(draw_part(seed=1)) != grey_bytes(draw_part(seed=2))
    assert len(grey_bytes(draw_part())) == WIDTH * HEIGHT


def test_a_blemish_is_seen_where_it_is(qapp):
    place = (742, 172, 112, 112)
    assert cut_patch(draw_part([Blemish("scratch", 798, 228)]), place) != cut_patch(draw_part(), place)
    elsewhere = (300, 600, 40, 40)
    assert cut_patch(draw_part([Blemish("scratch", 798, 228)]), elsewhere) == cut_patch(draw_part(), elsewhere)


@pytest.mark.parametrize("kind", ["scratch", "dent", "dust"])
def test_each_kind_of_blemish_is_seen(qapp, kind):
    place = (742, 172, 112, 112)
    assert cut_patch(draw_part([Blemish(kind, 798, 228)]), place) != cut_patch(draw_part(), place)


def test_a_patch_has_the_size_asked_for(qapp):
    patch = cut_patch(draw_part(), (0, 0, 20, 40), size=9)
    assert (patch.height, patch.width, len(patch.pixels)) == (9, 9, 81)


def test_bytes_of_a_width_that_qt_pads_hold_pixels_only(qapp):
    image = QImage(3, 2, QImage.Format.Format_Grayscale8)
    image.fill(QColor(0, 0, 0))
    image.setPixelColor(2, 0, QColor(255, 255, 255))
    assert grey_bytes(image) == bytes([0, 0, 255, 0, 0, 0])


def test_blurring_keeps_the_size_and_loses_a_single_dot(qapp):
    image = QImage(64, 48, QImage.Format.Format_Grayscale8)
    image.fill(QColor(0, 0, 0))
    image.setPixelColor(32, 24, QColor(255, 255, 255))
    blurred = blur(image, 8)
    assert blurred.size() == image.size()
    assert max(grey_bytes(blurred)) < 60
