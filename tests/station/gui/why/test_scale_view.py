"""The scale: its end, its limit, its marks, and numbers that are none."""

from __future__ import annotations

import math

import pytest
from PyQt6.QtGui import QColor

from station.gui.style import INK, VERMILLION
from station.gui.why.scale_view import ScaleMark, ScaleView, full_scale


@pytest.mark.parametrize(
    ("values", "limit", "end"),
    [
        ((), 3.0, 6.0),
        ((1.0,), 3.0, 6.0),
        ((10.0,), 3.0, 11.5),
        ((math.inf, math.nan), 3.0, 6.0),
        ((2.0,), math.nan, 2.3),
        ((), math.nan, 1.0),
        ((0.0,), -1.0, 1.0),
    ],
)
def test_full_scale(values, limit, end):
    marks = tuple(ScaleMark(value, True, True) for value in values)
    assert full_scale(marks, limit) == pytest.approx(end)


def colours(view, x_share: float) -> set[str]:
    """Colours in a narrow column of the scale."""
    image = view.grab().toImage()
    line = view.fontMetrics().height()
    at = round(line * 0.5 + (view.width() - line) * x_share)
    return {image.pixelColor(x, y).name() for x in range(at - 2, at + 3) for y in range(line, 3 * line)}


def test_the_limit_stands_in_the_middle_and_the_mark_at_its_value(shown):
    view = shown(ScaleView(), 420, 90)
    view.show_marks((ScaleMark(4.5, confirmed=True, picked=True),), limit=3.0)
    assert QColor(INK).name() in colours(view, 0.5)
    assert QColor(VERMILLION).name() in colours(view, 0.75)
    assert QColor(VERMILLION).name() not in colours(view, 0.25)


def test_what_is_not_finite_is_not_drawn(shown):
    view = shown(ScaleView(), 420, 90)
    view.show_marks((ScaleMark(math.nan, True, True), ScaleMark(math.inf, True, False)), limit=3.0)
    assert all(QColor(VERMILLION).name() not in colours(view, share / 10) for share in range(1, 10))


def test_a_cleared_mark_is_no_diamond(shown):
    view = shown(ScaleView(), 420, 90)
    view.show_marks((ScaleMark(1.5, confirmed=False, picked=True),), limit=3.0)
    assert QColor(VERMILLION).name() not in colours(view, 0.25)
