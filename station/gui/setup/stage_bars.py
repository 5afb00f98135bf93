# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the newest parts' time went: one bar a part, its stages in a row, the deadline a line."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen

from station.gui.language import translate
from station.gui.pane import Pane, fitted_font
from station.gui.style import GHOST, INK, MUTED
from station.gui.why.timing import STAGES, Timing
from station.gui.wording import stage_word

ROWS = 10
_SHADES = dict(  # the engine's stages grey, from the hand-over on blue; the legend and the order tell them apart too
    zip(
        (name for name, _ in STAGES),
        ("#B4BCC3", "#8795A1", "#5D6D7A", "#33424E", "#A5D3F0", "#4C9FD3", "#005A8E"),
        strict=True,
    )
)


class StageBars(Pane):
    """The newest part is at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, Timing]] = []

    def minimumSizeHint(self) -> QSize:
        """Thin rows are still rows."""
        line = self.fontMetrics().height()
        return QSize(line * 20, line * 14)

    def show_parts(self, parts: list[tuple[str, Timing]]) -> None:
        """Names and times, the newest first; at most ROWS are drawn."""
        self.parts = parts[:ROWS]
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Legend above, then the rows."""
        painter = QPainter(self)
        line = self.fontMetrics().height()
        legend = line * 1.8
        self._draw_legend(painter, legend)
        if not self.parts:
            painter.setPen(QColor(MUTED))
            painter.drawText(
                QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, translate("Timing", "No part was seen yet")
            )
            return
        ends = [one for _, times in self.parts for one in (times.total_ms, times.deadline_ms) if not math.isnan(one)]
        words = max(self.fontMetrics().horizontalAdvance(name) for name, _ in self.parts) + 12
        number = self.fontMetrics().horizontalAdvance("0000.0 ms") + 8
        chart = QRectF(words, legend, max(10.0, self.width() - words - number), self.height() - legend)
        row = min(chart.height() / ROWS, line * 3.0)
        for place, (name, times) in enumerate(self.parts):
            band = QRectF(chart.left(), chart.top() + place * row, chart.width(), row)
            self._draw_row(painter, band, name, times, chart.width() / max(*ends, 1e-6))

    def _draw_legend(self, painter: QPainter, height: float) -> None:
        side = self.fontMetrics().height() * 0.8
        cell = self.width() / len(_SHADES)
        longest = max((stage_word(name) for name in _SHADES), key=len)
        font = fitted_font(self.font(), longest, cell - side - 14, self.fontInfo().pixelSize())
        painter.setFont(font)
        for place, (name, shade) in enumerate(_SHADES.items()):
            painter.fillRect(QRectF(place * cell, (height - side) / 2, side, side), QColor(shade))
            painter.setPen(QColor(INK))
            words = QRectF(place * cell + side + 6, 0, cell - side - 6, height)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, stage_word(name))
        painter.setFont(self.font())

    def _draw_row(self, painter: QPainter, band: QRectF, name: str, times: Timing, px_per_ms: float) -> None:
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(MUTED))
        painter.drawText(QRectF(0, band.top(), band.left() - 12, band.height()), vertical, name)
        bar = band.adjusted(0, band.height() * 0.18, 0, -band.height() * 0.18)
        painter.fillRect(bar, QColor(GHOST))
        for stage in times.stages:
            piece = QRectF(
                bar.left() + stage.begin_ms * px_per_ms, bar.top(), stage.length_ms * px_per_ms, bar.height()
            )
            painter.fillRect(piece, QColor(_SHADES[stage.name]))
        painter.setPen(QColor(INK))
        right = QRectF(band.right(), band.top(), self.width() - band.right(), band.height())
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | vertical, f"{times.total_ms:.1f} ms")
        if not math.isnan(times.deadline_ms):
            at = band.left() + times.deadline_ms * px_per_ms
            painter.setPen(QPen(QColor(INK), 2))
            painter.drawLine(QPointF(at, band.top()), QPointF(at, band.bottom()))
