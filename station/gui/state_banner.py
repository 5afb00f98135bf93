# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line that says whether the station produces, and if not: why, and what to do."""

from __future__ import annotations

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout

from station.core.domain import Health
from station.gui.marks import draw_health
from station.gui.pane import Pane, label
from station.gui.situation import Matter, Situation
from station.gui.wording import advice, headline


class HealthMark(Pane):
    """One NE 107 mark, as high as the banner."""

    def __init__(self) -> None:
        super().__init__()
        self.health = Health.GOOD

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Only the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_health(painter, QRectF(self.rect()), self.health)


class StateBanner(Pane):
    """Always at the same place and of the same height; grey while all is well."""

    def __init__(self) -> None:
        super().__init__()
        self._situation = Situation(Matter.LINE_GONE, Health.FAILURE)
        self._mark = HealthMark()
        self.headline, self.advice = label("headline"), label("advice")
        self.advice.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 14, 4)
        row.setSpacing(16)
        row.addWidget(self._mark)
        row.addWidget(self.headline)
        row.addWidget(self.advice, 1)
        self._show()

    def show_situation(self, situation: Situation) -> None:
        """Colour, mark and words, when they changed."""
        if situation != self._situation:
            self._situation = situation
            self._show()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The mark is as wide as the banner is high."""
        super().resizeEvent(event)
        self._mark.setFixedWidth(round(self.height() * 0.76))

    def write_words(self) -> None:
        """Headline; then the line's own detail, as it came, and the advice."""
        now = self._situation
        self.headline.setText(headline(now.matter))
        self.advice.setText(" — ".join(filter(None, (now.detail, advice(now.matter, now.advice)))))

    def _show(self) -> None:
        self.write_words()
        self._mark.health = self._situation.health
        self._mark.update()
        self.setProperty("health", self._situation.health.value)
        style = self.style()
        if style:
            for widget in (self, self.headline, self.advice):  # a property is read at polish time only
                style.unpolish(widget)
                style.polish(widget)
