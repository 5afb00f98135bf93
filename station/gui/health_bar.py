# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Camera, light, engine, line, PLC, journal and clock, each with its NE 107 class."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout

from station.core.domain import Health
from station.gui.language import translate
from station.gui.marks import draw_health
from station.gui.news import StationNews
from station.gui.pane import Pane
from station.gui.style import INK, MUTED
from station.gui.wording import health_word

_MARK, _NAME, _CLASS = 1.35, 0.85, 0.75  # heights, in lines of text


class HealthChip(Pane):
    """Mark and name; below them the class, when there is something to say."""

    def __init__(self) -> None:
        super().__init__()
        self.health = Health.GOOD
        self.name = ""

    def sizeHint(self) -> QSize:
        """Wide enough for the name, and for every class in the language of now."""
        words = max(self._width(self.name, _NAME), *(self._width(health_word(one), _CLASS) for one in Health))
        line = self.fontMetrics().height()
        return QSize(round(words + 6), round(line * (_MARK + _NAME + _CLASS)))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than the words."""
        return self.sizeHint()

    def show_health(self, health: Health) -> None:
        """Painted again only when it changed."""
        if health is not self.health:
            self.health = health
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The mark above its name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        mark = line * _MARK * 0.92
        draw_health(painter, QRectF((self.width() - mark) / 2, 0, mark, mark), self.health)
        abnormal = self.health is not Health.GOOD
        painter.setPen(QColor(INK if abnormal else MUTED))
        self._write(painter, line * _MARK, self.name, _NAME)
        if abnormal:
            self._write(painter, line * (_MARK + _NAME), health_word(self.health), _CLASS)

    def _write(self, painter: QPainter, top: float, words: str, share: float) -> None:
        painter.setFont(self._sized(share))
        height = self.fontMetrics().height() * share
        painter.drawText(QRectF(0, top, self.width(), height), Qt.AlignmentFlag.AlignCenter, words)

    def _width(self, words: str, share: float) -> float:
        return QFontMetricsF(self._sized(share)).horizontalAdvance(words)

    def _sized(self, share: float) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(max(8, round(self.fontInfo().pixelSize() * share)))
        return font


class HealthBar(Pane):
    """Says "failure" of a process by itself when the connection to it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.camera, self.light, self.engine, self.line, self.plc, self.disk, self.clock = (
            HealthChip() for _ in range(7)
        )
        self.chips = (self.camera, self.light, self.engine, self.line, self.plc, self.disk, self.clock)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for chip in self.chips:
            row.addWidget(chip)
        self.write_words()

    def write_words(self) -> None:
        """The chips' names."""
        names = (
            translate("Health", "Camera"),
            translate("Health", "Light"),
            translate("Health", "Engine"),
            translate("Health", "Line"),
            translate("Health", "PLC"),
            translate("Health", "Journal"),
            translate("Health", "Clock"),
        )
        for chip, name in zip(self.chips, names, strict=True):
            chip.name = name
            chip.updateGeometry()
            chip.update()

    def show_news(self, news: StationNews) -> None:
        """Without the line nothing is known of what it tells: check them. Light and journal may be not known yet."""
        status = news.status
        self.line.show_health(Health.GOOD if news.line_here and status else Health.FAILURE)
        self.plc.show_health(status.plc if status else Health.CHECK)
        self.camera.show_health(status.camera if status else Health.CHECK)
        self.light.show_health(status.light if status else Health.CHECK)
        self.disk.show_health(status.recorder if status else Health.CHECK)
        self.clock.show_health(status.clock if status else Health.CHECK)
        engine = status.engine if status else Health.CHECK
        self.engine.show_health(engine if news.engine_here else Health.FAILURE)
