# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many parts since the line process started, by verdict; yield, rate, and the time left before the deadline."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout

from station.core.domain import Verdict
from station.gui.language import translate
from station.gui.marks import draw_verdict
from station.gui.news import StationNews
from station.gui.pace import passed_share
from station.gui.pane import Pane, Panel, label
from station.gui.style import MUTED

SCARCE_MS = 20.0  # less than this left before the deadline is marked
_VERDICTS = (Verdict.PASS, Verdict.REJECT, Verdict.NOT_INSPECTED)
_FACTS = 4


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
    """OK, NG, not inspected in a row, each with its shape; below them what stands behind these numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = [label("count") for _ in _VERDICTS]
        self._names = [label("muted") for _ in _VERDICTS]
        self._more = [label("caption") for _ in range(_FACTS)]
        self._more_names = [label("muted") for _ in range(_FACTS)]
        counts, facts = QGridLayout(), QGridLayout()
        for layout in (counts, facts):
            layout.setHorizontalSpacing(6)
            layout.setVerticalSpacing(0)
        for place, verdict in enumerate(_VERDICTS):
            counts.addWidget(self._numbers[place], 0, place * 2, 1, 2)
            counts.addWidget(Shape(verdict), 1, place * 2)
            counts.addWidget(self._names[place], 1, place * 2 + 1)
            counts.setColumnStretch(place * 2 + 1, 1)
        for place in range(_FACTS):
            facts.addWidget(self._more[place], 0, place)
            facts.addWidget(self._more_names[place], 1, place)
            facts.setColumnStretch(place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 6)
        column.setSpacing(4)
        column.addLayout(counts)
        column.addLayout(facts)
        self.write_words()

    def write_words(self) -> None:
        """The names below the numbers."""
        names = (translate("Counters", "OK"), translate("Counters", "NG"), translate("Counters", "not inspected"))
        more = (
            translate("Counters", "cleared"),
            translate("Counters", "yield"),
            translate("Counters", "parts/min"),
            translate("Counters", "time left"),
        )
        for one, text in zip((*self._names, *self._more_names), (*names, *more), strict=True):
            one.setText(text)

    def show_news(self, news: StationNews) -> None:
        """Counts since the line process started, cleared over-detections since the window was opened, the rate of the
        last minute, the least time before a deadline of the last 100 parts. Dashes while the line is gone.
        """
        counters = news.status.counters if news.status else None
        texts = ["–"] * len(_VERDICTS)
        share = rate = left = "–"
        if counters:
            texts = [f"{count:,}" for count in (counters.passed, counters.rejected, counters.not_inspected)]
            passed, margin_ms = passed_share(counters), news.pace.least_margin_ms
            share = "–" if passed is None else f"{passed:.1%}"
            rate = f"{news.pace.parts_per_minute(news.now_ns):.0f}"
            scarce = "▲ " if margin_ms is not None and margin_ms < SCARCE_MS else ""
            left = "–" if margin_ms is None else f"{scarce}{margin_ms:.0f} ms"
        texts += [f"{news.cleared:,}", share, rate, left]
        for number, text in zip((*self._numbers, *self._more), texts, strict=True):
            if number.text() != text:
                number.setText(text)
