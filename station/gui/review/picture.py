# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stored part's picture, untouched, with the outlines of its findings over it."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent

from station.core.domain import Finding
from station.gui.pane import Pane
from station.gui.run.live_picture import FrameFit, draw_findings, scaled
from station.gui.style import DARK, GHOST


class StoredPicture(Pane):
    """Shows what it was given last; words where there is no picture."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._scaled: QPixmap | None = None
        self._findings: tuple[Finding, ...] = ()
        self.words = ""

    def minimumSizeHint(self) -> QSize:
        """Small enough for the smallest window."""
        return QSize(160, 120)

    def show_picture(self, image: QImage, findings: tuple[Finding, ...], words: str) -> None:
        """`image` as it was decoded; a null one is replaced by `words`."""
        self._image, self._findings, self.words, self._scaled = image, findings, words, None
        self.update()

    @property
    def shows(self) -> bool:
        """True when there is a picture."""
        return not self._image.isNull()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The scaled copy is of the old size."""
        self._scaled = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Picture and outlines, or the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.fillRect(area, QColor(DARK))
        if self._image.isNull():
            painter.setPen(QColor(GHOST))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
            return
        fit = FrameFit.of(self._image.width(), self._image.height(), area)
        if self._scaled is None:
            self._scaled = scaled(self._image, fit, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(fit.left, fit.top), self._scaled)
        stroke = max(1.5, min(self.fontMetrics().height() / 10, area.height() / 150))
        draw_findings(painter, fit, self._findings, stroke)
