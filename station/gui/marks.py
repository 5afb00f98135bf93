# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes that carry meaning without colour: circle, cross, triangle; and marks like those of NAMUR NE 107."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from station.core.domain import Health, Verdict
from station.gui.style import HEALTH_COLOUR, ink_on

_LETTER = {Health.MAINTENANCE: "M", Health.OUT_OF_SPECIFICATION: "?", Health.CHECK: "C", Health.FAILURE: "!"}


def square_in(area: QRectF, share: float = 1.0) -> QRectF:
    """The largest square in the middle of `area`, times `share`."""
    side = min(area.width(), area.height()) * share
    return QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)


def draw_verdict(painter: QPainter, area: QRectF, verdict: Verdict | None, colour: QColor) -> None:
    """Circle = OK, cross = NG, triangle = not inspected, dash = none yet; drawn as strokes of one weight."""
    box = square_in(area, 0.84)
    pen = QPen(colour, box.width() * 0.15)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if verdict is Verdict.PASS:
        painter.drawEllipse(box)
    elif verdict is Verdict.REJECT:
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())
    elif verdict is Verdict.NOT_INSPECTED:
        painter.drawPolygon(_triangle(box, up=True))
    else:
        painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))


def draw_border(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """A pass that a person should look at: the circle of OK, with a dot in it like an eye's."""
    draw_verdict(painter, area, Verdict.PASS, colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(square_in(area, 0.36))


def draw_health(painter: QPainter, area: QRectF, health: Health) -> None:
    """Good is a quiet ring with a tick; each other class has its own filled shape, letter and colour."""
    box = square_in(area, 0.92)
    if health is Health.GOOD:
        _draw_tick(painter, box)
        return
    fill = HEALTH_COLOUR[health]
    painter.setPen(QPen(ink_on(fill), max(1.0, box.width() * 0.05)))
    painter.setBrush(QColor(fill))
    text_box = box
    if health is Health.FAILURE:
        painter.drawEllipse(box)
    elif health is Health.CHECK:
        painter.drawPolygon(_triangle(box, up=False))
        text_box = box.translated(0, -box.height() * 0.14)
    elif health is Health.OUT_OF_SPECIFICATION:
        painter.drawPolygon(_triangle(box, up=True))
        text_box = box.translated(0, box.height() * 0.10)
    else:
        painter.drawRect(box)
    font = QFont(painter.font())
    font.setPixelSize(max(8, round(box.height() * 0.55)))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(ink_on(fill))
    painter.drawText(text_box, Qt.AlignmentFlag.AlignCenter, _LETTER[health])


def _draw_tick(painter: QPainter, box: QRectF) -> None:
    pen = QPen(QColor(HEALTH_COLOUR[Health.GOOD]), box.width() * 0.09)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(square_in(box, 0.9))
    at = [QPointF(box.left() + box.width() * x, box.top() + box.height() * y) for x, y in _TICK]
    painter.drawPolyline(QPolygonF(at))


_TICK = ((0.29, 0.53), (0.44, 0.67), (0.71, 0.36))


def _triangle(box: QRectF, up: bool) -> QPolygonF:
    tip, base = (box.top(), box.bottom()) if up else (box.bottom(), box.top())
    return QPolygonF([QPointF(box.center().x(), tip), QPointF(box.right(), base), QPointF(box.left(), base)])
