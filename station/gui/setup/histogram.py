# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often each grey level occurs in the picture."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent

from station.gui.language import translate
from station.gui.pane import Panel
from station.gui.setup.picture_quality import PictureQuality
from station.gui.style import EDGE, MUTED, VERMILLION

_BINS = 64
_MUCH = 0.001  # share of saturated pixels from which on the last bar is marked


class Histogram(Panel):
    """64 bars from black to white; the last one is coloured and said when pixels are saturated."""

    def __init__(self) -> None:
        super().__init__()
        self.quality: PictureQuality | None = None

    def minimumSizeHint(self) -> QSize:
        """High enough to see a shape."""
        line = self.fontMetrics().height()
        return QSize(line * 12, line * 7)

    @property
    def saturated(self) -> bool:
        """Are there so many pixels at 255 that it must be said?"""
        return self.quality is not None and self.quality.saturated >= _MUCH

    def show_quality(self, quality: PictureQuality | None) -> None:
        """None = no picture."""
        self.quality = quality
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Bars on a ground line, the ends of the scale below."""
        super().paintEvent(event)
        painter = QPainter(self)
        line = self.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(14, 14, -14, -line * 1.6)
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 2), QColor(EDGE))
        words = QRectF(area.left(), area.bottom() + 4, area.width(), line * 1.3)
        painter.setPen(QColor(MUTED))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0")
        end = translate("Camera", "saturated") + " ▲ 255" if self.saturated else "255"
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, end)
        if self.quality is None:
            return
        bars = self.quality.counts.reshape(_BINS, -1).sum(axis=1)
        tallest, width = max(1, int(bars.max())), area.width() / _BINS
        for place, count in enumerate(bars):
            height = area.height() * float(count) / tallest
            last = place == _BINS - 1 and self.saturated
            bar = QRectF(area.left() + place * width, area.bottom() - height, max(1.0, width - 1), height)
            painter.fillRect(bar, QColor(VERMILLION if last else MUTED))
