"""Shapes differ without colour."""

from __future__ import annotations

from itertools import combinations

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from station.core.domain import Health, Verdict
from station.gui.marks import draw_border, draw_health, draw_verdict, square_in

AREA = QRectF(0, 0, 60, 60)


def ink(draw) -> set[tuple[int, int]]:
    """Pixels that differ from the ground, colour taken away."""
    image = QImage(60, 60, QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    draw(painter)
    painter.end()
    return {(x, y) for x in range(60) for y in range(60) if image.pixelColor(x, y).lightness() < 250}


def test_verdicts_differ_by_shape_alone(qapp):
    black = QColor("black")
    shapes = [ink(lambda painter, one=one: draw_verdict(painter, AREA, one, black)) for one in (*Verdict, None)]
    shapes.append(ink(lambda painter: draw_border(painter, AREA, black)))
    for one, other in combinations(shapes, 2):
        assert len(one ^ other) > 0.3 * min(len(one), len(other))


def test_health_classes_differ_by_shape_alone(qapp):
    shapes = [ink(lambda painter, one=one: draw_health(painter, AREA, one)) for one in Health]
    for one, other in combinations(shapes, 2):
        assert len(one ^ other) > 0.15 * min(len(one), len(other))


def test_the_square_lies_in_the_middle():
    assert square_in(QRectF(0, 0, 100, 40), 0.5) == QRectF(40, 10, 20, 20)
