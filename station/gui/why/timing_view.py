# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one part's time went, stage by stage, against its deadline."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen

from station.core.domain import Ledger
from station.gui.language import translate
from station.gui.pane import Pane, fitted_font
from station.gui.style import BLUE, GHOST, INK, MUTED
from station.gui.why.timing import STAGES, Timing, timing
from station.gui.wording import stage_word


class TimingView(Pane):
    """One row a stage: name, bar at its place in time, milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.timing: Timing | None = None

    def sizeHint(self) -> QSize:
        """A heading and all stages."""
        line = self.fontMetrics().height()
        return QSize(line * 14, round(line * (len(STAGES) + 1.2) * 0.86))

    def minimumSizeHint(self) -> QSize:
        """Rows may move together a little."""
        return QSize(self.sizeHint().width(), round(self.sizeHint().height() * 0.9))

    def show_ledger(self, ledger: Ledger | None) -> None:
        """None = nothing is known."""
        self.timing = timing(ledger) if ledger else None
        self.update()

    def heading(self) -> str:
        """Total and deadline in words."""
        if self.timing is None:
            return translate("Why", "No times known")
        total = f"{self.timing.total_ms:.0f}"
        if math.isnan(self.timing.deadline_ms):
            return translate("Why", "Time: %1 ms").replace("%1", total)
        words = translate("Why", "Time: %1 ms of %2 ms")
        return words.replace("%1", total).replace("%2", f"{self.timing.deadline_ms:.0f}")

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The heading, then the rows; the deadline is a line through all of them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = self.height() / (len(STAGES) + 1.2)
        font = self.font()
        font.setBold(True)
        painter.setFont(fitted_font(font, self.heading(), self.width(), self.fontInfo().pixelSize()))
        painter.setPen(QColor(INK))
        painter.drawText(QRectF(0, 0, self.width(), row * 1.1), Qt.AlignmentFlag.AlignVCenter, self.heading())
        if self.timing is None:
            return
        font = fitted_font(self.font(), "", 1, min(self.fontInfo().pixelSize(), row * 0.9))
        painter.setFont(font)
        words = max(painter.fontMetrics().horizontalAdvance(stage_word(name)) for name, _ in STAGES)
        number = painter.fontMetrics().horizontalAdvance("000.0 ms")
        chart = QRectF(words + 10, row * 1.2, max(10, self.width() - words - number - 24), row * len(STAGES))
        end = max(self.timing.total_ms, 0.0 if math.isnan(self.timing.deadline_ms) else self.timing.deadline_ms, 1e-6)
        self._draw_rows(painter, chart, row, chart.width() / end)

    def _draw_rows(self, painter: QPainter, chart: QRectF, row: float, px_per_ms: float) -> None:
        assert self.timing is not None
        for place, stage in enumerate(self.timing.stages):
            top = chart.top() + place * row
            painter.setPen(QColor(MUTED))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, chart.left() - 10, row), right, stage_word(stage.name))
            painter.fillRect(QRectF(chart.left(), top + row * 0.2, chart.width(), row * 0.6), QColor(GHOST))
            bar = QRectF(chart.left() + stage.begin_ms * px_per_ms, top + row * 0.2, 0, row * 0.6)
            bar.setWidth(max(2.0, stage.length_ms * px_per_ms))
            painter.fillRect(bar, QColor(BLUE))
            painter.setPen(QColor(INK))
            painter.drawText(
                QRectF(chart.right(), top, self.width() - chart.right(), row), right, f"{stage.length_ms:.1f} ms"
            )
        if not math.isnan(self.timing.deadline_ms):
            at = chart.left() + self.timing.deadline_ms * px_per_ms
            painter.setPen(QPen(QColor(INK), 2))
            painter.drawLine(QPointF(at, chart.top()), QPointF(at, chart.top() + row * len(self.timing.stages)))
