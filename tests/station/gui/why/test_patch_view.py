"""A patch with its name."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QImage

from station.gui.style import DARK
from station.gui.why.patch_view import PatchView


def test_the_patch_fills_the_square_and_an_empty_one_is_dark(shown):
    view = shown(PatchView(), 160, 240)
    view.set_words("Flagged", "confirmed")
    assert view.grab().toImage().pixelColor(80, 120) == QColor(DARK)
    white = QImage(4, 4, QImage.Format.Format_Grayscale8)
    white.fill(255)
    view.show_image(white)
    assert view.image is white
    assert view.grab().toImage().pixelColor(80, 120) == QColor(255, 255, 255)


def test_it_survives_a_tiny_size(shown):
    view = shown(PatchView(), 20, 10)
    view.set_words("A very long name that does not fit")
    assert not view.grab().isNull()
