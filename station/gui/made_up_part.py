# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up pictures for the screenshots: a machined flange, drawn with Qt. Only for pictures of the window."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from typing import NamedTuple

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QConicalGradient, QFont, QImage, QPainter, QPainterPath, QPen, QRadialGradient

from station.core.messages import Patch

WIDTH, HEIGHT = 1200, 800
CENTRE = QPointF(WIDTH / 2, HEIGHT / 2)
OUTER, INNER, BOLTS = 360.0, 130.0, 8


class Blemish(NamedTuple):
    """Something on the part: "scratch", "dent" or "dust", at (x, y) in frame pixels."""

    kind: str
    x: float
    y: float


def draw_part(blemishes: Iterable[Blemish] = (), seed: int = 0) -> QImage:
    """A grey picture of WIDTH x HEIGHT; `seed` varies the brushing and the light a little."""
    luck = random.Random(seed)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(QColor(30, 30, 30))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_table(painter)
    _draw_body(painter, luck)
    _draw_bores(painter)
    _draw_engraving(painter)
    for blemish in blemishes:
        _draw_blemish(painter, blemish)
    _draw_noise(painter, luck)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Grayscale8)


def grey_bytes(image: QImage) -> bytes:
    """Rows without padding."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = []
    for row in range(grey.height()):
        line = grey.constScanLine(row)
        assert line is not None
        rows.append(line.asstring(grey.width()))
    return b"".join(rows)


def cut_patch(image: QImage, box: tuple[int, int, int, int], size: int = 67) -> Patch:
    """The box, enlarged or reduced to `size` x `size`."""
    smooth = Qt.TransformationMode.SmoothTransformation
    part = image.copy(QRect(*box)).scaled(size, size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return Patch(size, size, grey_bytes(part))


def blur(image: QImage, factor: int) -> QImage:
    """What a small network keeps of a picture."""
    smooth, aspect = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.IgnoreAspectRatio
    small = image.scaled(image.width() // factor, image.height() // factor, aspect, smooth)
    return small.scaled(image.size(), aspect, smooth)


def _draw_table(painter: QPainter) -> None:
    light = QRadialGradient(CENTRE - QPointF(160, 140), WIDTH * 0.7)
    light.setColorAt(0, QColor(74, 74, 74))
    light.setColorAt(1, QColor(24, 24, 24))
    painter.fillRect(QRectF(0, 0, WIDTH, HEIGHT), light)


def _draw_body(painter: QPainter, luck: random.Random) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(8, 8, 8, 150))
    painter.drawEllipse(CENTRE + QPointF(14, 18), OUTER + 6, OUTER + 6)
    metal = QConicalGradient(CENTRE, 35 + luck.uniform(-4, 4))
    for at, grey in ((0, 205), (0.13, 138), (0.27, 190), (0.42, 128), (0.55, 214), (0.7, 140), (0.84, 186), (1, 205)):
        metal.setColorAt(at, QColor(grey, grey, grey))
    painter.setBrush(metal)
    painter.drawEllipse(CENTRE, OUTER, OUTER)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for _ in range(520):  # turned: fine arcs around the centre
        radius = luck.uniform(INNER, OUTER - 6)
        grey = luck.choice((20, 255))
        painter.setPen(QPen(QColor(grey, grey, grey, luck.randint(8, 26)), 1))
        box = QRectF(CENTRE.x() - radius, CENTRE.y() - radius, 2 * radius, 2 * radius)
        painter.drawArc(box, luck.randint(0, 5760), luck.randint(400, 2600))
    for radius, grey, width in ((OUTER - 4, 235, 5), (OUTER - 22, 96, 3), (INNER + 46, 92, 3), (INNER + 42, 226, 2)):
        painter.setPen(QPen(QColor(grey, grey, grey, 190), width))
        painter.drawEllipse(CENTRE, radius, radius)


def _draw_bores(painter: QPainter) -> None:
    holes = [(CENTRE, INNER)]
    for bolt in range(BOLTS):
        angle = 2 * math.pi * (bolt + 0.5) / BOLTS
        holes.append((CENTRE + QPointF(math.cos(angle), math.sin(angle)) * 272, 31))
    for middle, radius in holes:
        painter.setPen(QPen(QColor(232, 232, 232), 4))
        depth = QRadialGradient(middle + QPointF(radius * 0.25, radius * 0.3), radius * 1.3)
        depth.setColorAt(0, QColor(46, 46, 46))
        depth.setColorAt(1, QColor(10, 10, 10))
        painter.setBrush(depth)
        painter.drawEllipse(middle, radius, radius)
        painter.setPen(QPen(QColor(70, 70, 70), 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, radius + 5, radius + 5)


def _draw_engraving(painter: QPainter) -> None:
    font = QFont("DejaVu Sans")
    font.setPixelSize(34)
    font.setBold(True)
    painter.setFont(font)
    for offset, grey in ((QPointF(1.5, 1.5), 232), (QPointF(0, 0), 58)):
        painter.setPen(QColor(grey, grey, grey))
        area = QRectF(CENTRE.x() - 120, CENTRE.y() + 184, 240, 44).translated(offset)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "SK-204 A")


def _draw_blemish(painter: QPainter, blemish: Blemish) -> None:
    at = QPointF(blemish.x, blemish.y)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if blemish.kind == "scratch":
        path = QPainterPath(at + QPointF(-44, 26))
        path.cubicTo(at + QPointF(-14, 6), at + QPointF(8, 2), at + QPointF(46, -30))
        for offset, grey, width in ((QPointF(2, 2), 40, 4.5), (QPointF(0, 0), 250, 2.5)):
            painter.setPen(QPen(QColor(grey, grey, grey), width))
            painter.drawPath(path.translated(offset))
    elif blemish.kind == "dent":
        hollow = QRadialGradient(at + QPointF(5, 5), 24)
        for share, grey, alpha in ((0, 20, 230), (0.6, 60, 190), (0.85, 250, 170), (1, 250, 0)):
            hollow.setColorAt(share, QColor(grey, grey, grey, alpha))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hollow)
        painter.drawEllipse(at, 24, 20)
    else:
        painter.setPen(QPen(QColor(236, 236, 236, 220), 1.6))
        painter.drawArc(QRectF(at.x() - 14, at.y() - 8, 26, 18), 300, 2900)


def _draw_noise(painter: QPainter, luck: random.Random) -> None:
    for _ in range(9000):
        grey = luck.choice((0, 255))
        painter.setPen(QColor(grey, grey, grey, luck.randint(4, 22)))
        painter.drawPoint(luck.randrange(WIDTH), luck.randrange(HEIGHT))
