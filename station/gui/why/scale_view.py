# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An analogue scale with its limit: where the findings of a part stand, and how far from the limit."""

from __future__ import annotations

import math
from typing import NamedTuple

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy

from station.gui.language import translate
from station.gui.pane import Pane, fitted_font
from station.gui.style import EDGE, GHOST, INK, MUTED, SKY, VERMILLION, WHITE


class ScaleMark(NamedTuple):
    """One finding on the scale; `picked` is the one the pane is about."""

    value: float
    confirmed: bool
    picked: bool


def full_scale(marks: tuple[ScaleMark, ...], limit: float) -> float:
    """Right end of the scale: the limit in the middle unless a value needs more room; always finite and positive."""
    values = [2 * limit, *(1.15 * mark.value for mark in marks)]
    return max((value for value in values if math.isfinite(value) and value > 0), default=1.0)


class ScaleView(Pane):
    """Confirmed: filled diamond. Cleared: hollow circle. The limit, if there is one: a thick line with its value."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.marks: tuple[ScaleMark, ...] = ()
        self.limit = math.nan
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Three lines: name and value, the scale, its numbers."""
        line = self.fontMetrics().height()
        return QSize(line * 10, round(line * 3.4))

    def show_marks(self, marks: tuple[ScaleMark, ...], limit: float = math.nan) -> None:
        """NaN = no limit."""
        self.marks, self.limit = marks, limit
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """White up to the limit, grey beyond it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        end = full_scale(self.marks, self.limit)
        track = QRectF(line * 0.5, line * 1.4, self.width() - line, line * 0.9)
        self._draw_heading(painter, line)
        painter.setPen(QPen(QColor(EDGE), 1))
        painter.setBrush(QColor(WHITE))
        painter.drawRect(track)
        if math.isfinite(self.limit):
            self._draw_limit(painter, track, track.left() + track.width() * self.limit / end, line)
        for mark in sorted(self.marks, key=lambda one: (one.picked, one.confirmed)):
            if math.isfinite(mark.value):
                share = min(1.0, max(0.0, mark.value / end))
                _draw_mark(painter, QPointF(track.left() + track.width() * share, track.center().y()), mark, line)
        numbers = QRectF(track.left() - line / 2, track.bottom(), track.width() + line, line)
        painter.setPen(QColor(MUTED))
        painter.drawText(numbers, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(numbers, Qt.AlignmentFlag.AlignRight, f"{end:.1f}")

    def _draw_heading(self, painter: QPainter, line: int) -> None:
        picked = next((mark for mark in self.marks if mark.picked), None)
        font = self.font()
        font.setBold(True)
        painter.setPen(QColor(INK))
        value = f"{self.name}  {picked.value:.2f}" if picked else self.name
        painter.setFont(fitted_font(font, value, self.width(), self.fontInfo().pixelSize()))
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, value)
        painter.setFont(self.font())

    def _draw_limit(self, painter: QPainter, track: QRectF, at: float, line: int) -> None:
        beyond = QRectF(at, track.top(), track.right() - at, track.height())
        painter.fillRect(beyond, QColor(GHOST))
        painter.setPen(QPen(QColor(INK), max(2.0, line / 6)))
        painter.drawLine(QPointF(at, track.top() - line * 0.15), QPointF(at, track.bottom() + line * 0.15))
        words = translate("Why", "limit %1").replace("%1", f"{self.limit:.2f}")
        width = self.fontMetrics().horizontalAdvance(words) + 4
        painter.drawText(QRectF(at - width / 2, track.bottom(), width, line), Qt.AlignmentFlag.AlignCenter, words)


def _draw_mark(painter: QPainter, at: QPointF, mark: ScaleMark, line: int) -> None:
    radius = line * (0.5 if mark.picked else 0.32)
    if mark.confirmed:
        painter.setPen(QPen(QColor(WHITE), 1.5))
        painter.setBrush(QColor(VERMILLION))
        x, y = at.x(), at.y()
        corners = [QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)]
        painter.drawPolygon(QPolygonF(corners))
    else:
        painter.setPen(QPen(QColor(SKY).darker(140), max(2.0, radius / 2.5)))
        painter.setBrush(QColor(WHITE))
        painter.drawEllipse(at, radius * 0.75, radius * 0.75)
