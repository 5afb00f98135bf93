# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many parts since the line process started, by verdict; and the over-detections that were cleared."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy

from station.core.domain import Verdict
from station.gui.language import translate
from station.gui.marks import draw_verdict
from station.gui.news import StationNews
from station.gui.pane import Pane, Panel, label
from station.gui.style import MUTED


class Shape(Pane):
    """The verdict's shape in grey: it names the counter beside it in every language."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self._verdict = verdict
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as the words."""
        unit = self.fontMetrics().height()
        return QSize(unit, unit)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Only the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_verdict(painter, QRectF(self.rect()), self._verdict, QColor(MUTED))


class CounterPanel(Panel):
    """Four numbers in a square; the last one counts since the window was opened, the others since the line was."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: list[QLabel] = []
        self._names: list[QLabel] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 6, 14, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        for place, verdict in enumerate((Verdict.PASS, Verdict.REJECT, Verdict.NOT_INSPECTED, None)):
            row, column = divmod(place, 2)
            number, name = label("count"), label("muted")
            grid.addWidget(number, row * 2, column * 2, 1, 2)
            if verdict:
                grid.addWidget(Shape(verdict), row * 2 + 1, column * 2)
            grid.addWidget(name, row * 2 + 1, column * 2 + bool(verdict), 1, 1 if verdict else 2)
            self._numbers.append(number)
            self._names.append(name)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.write_words()

    def write_words(self) -> None:
        """The names below the numbers."""
        words = (
            translate("Counters", "OK"),
            translate("Counters", "NG"),
            translate("Counters", "not inspected"),
            translate("Counters", "over-detections cleared"),
        )
        for name, text in zip(self._names, words, strict=True):
            name.setText(text)

    def show_news(self, news: StationNews) -> None:
        """Dashes while the line is gone: an old number is no number."""
        counters = news.status.counters if news.status else None
        texts = ["–"] * 3
        if counters:
            texts = [f"{count:,}" for count in (counters.passed, counters.rejected, counters.not_inspected)]
        for number, text in zip(self._numbers, [*texts, f"{news.cleared:,}"], strict=True):
            if number.text() != text:
                number.setText(text)
