# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Camera, engine, line and PLC, each with its NE 107 class."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout

from station.core.domain import Health
from station.gui.language import translate
from station.gui.marks import draw_health
from station.gui.news import StationNews
from station.gui.pane import Pane
from station.gui.style import INK, MUTED
from station.gui.wording import health_word


class HealthChip(Pane):
    """Mark, name, class."""

    def __init__(self) -> None:
        super().__init__()
        self.health = Health.GOOD
        self.name = ""

    def sizeHint(self) -> QSize:
        """Wide enough for the longest class in the language of now."""
        font = self.font()
        font.setBold(True)
        metrics = QFontMetricsF(font)
        words = max(metrics.horizontalAdvance(text) for text in (self.name, *map(health_word, Health)))
        return QSize(round(words + self._mark_px() + 10), round(metrics.height() * 2.3))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than the words."""
        return self.sizeHint()

    def show_health(self, health: Health) -> None:
        """Painted again only when it changed."""
        if health is not self.health:
            self.health = health
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The mark left, two lines right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mark = self._mark_px()
        middle = self.height() / 2
        draw_health(painter, QRectF(0, middle - mark / 2, mark, mark), self.health)
        left = mark + 8
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(INK))
        line = self.fontMetrics().height()
        painter.drawText(QRectF(left, middle - line, self.width(), line), Qt.AlignmentFlag.AlignLeft, self.name)
        font.setBold(self.health is not Health.GOOD)
        painter.setFont(font)
        painter.setPen(QColor(MUTED if self.health is Health.GOOD else INK))
        words = health_word(self.health)
        painter.drawText(QRectF(left, middle, self.width(), line), Qt.AlignmentFlag.AlignLeft, words)

    def _mark_px(self) -> float:
        return self.fontMetrics().height() * 1.5


class HealthBar(Pane):
    """Says "failure" of a process by itself when the connection to it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.camera, self.engine, self.line, self.plc = (HealthChip() for _ in range(4))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        for chip in (self.camera, self.engine, self.line, self.plc):
            row.addWidget(chip)
        self.write_words()

    def write_words(self) -> None:
        """The chips' names."""
        self.camera.name = translate("Health", "Camera")
        self.engine.name = translate("Health", "Engine")
        self.line.name = translate("Health", "Line")
        self.plc.name = translate("Health", "PLC")
        for chip in (self.camera, self.engine, self.line, self.plc):
            chip.updateGeometry()
            chip.update()

    def show_news(self, news: StationNews) -> None:
        """Without the line nothing is known of camera and PLC: check them."""
        status = news.status
        self.line.show_health(Health.GOOD if news.line_here and status else Health.FAILURE)
        self.plc.show_health(status.plc if status else Health.CHECK)
        self.camera.show_health(status.camera if status else Health.CHECK)
        engine = status.engine if status else Health.CHECK
        self.engine.show_health(engine if news.engine_here else Health.FAILURE)
