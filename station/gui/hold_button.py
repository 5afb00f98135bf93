# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A button for what a touch by mistake must not do."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QPushButton

from station.gui.style import VERMILLION

HOLD_MS = 1000
_STEP_MS = 40


class HoldButton(QPushButton):
    """Acts only when it is held down for a second, by finger or by the space bar; shows how far it is."""

    held = pyqtSignal()

    def __init__(self, hold_ms: int = HOLD_MS) -> None:
        super().__init__()
        self._steps = max(1, hold_ms // _STEP_MS)
        self._done = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._step)
        self.pressed.connect(self._begin)
        self.released.connect(self._end)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The button, with a bar along its lower edge while it is held."""
        super().paintEvent(event)
        if self._done:
            share = min(1.0, self._done / self._steps)
            bar = QRectF(4, self.height() - 12, (self.width() - 8) * share, 8)
            QPainter(self).fillRect(bar, QColor(VERMILLION))

    def _begin(self) -> None:
        self._done = 0
        self._timer.start()

    def _step(self) -> None:
        self._done += 1
        self.update()
        if self._done == self._steps:
            self._timer.stop()
            self.held.emit()

    def _end(self) -> None:
        self._timer.stop()
        self._done = 0
        self.update()
