# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rail at the window's left edge: one touch to each screen, Ctrl+1 .. Ctrl+9 from a keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QVBoxLayout

from station.gui.pane import Pane
from station.gui.style import MUTED, VERMILLION, WHITE


class RailButton(QPushButton):
    """A screen's name, and how many things wait there for a person."""

    def __init__(self) -> None:
        super().__init__()
        self.notice = ""
        self._urgent = False
        self.setCheckable(True)
        self.setProperty("rail", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_notice(self, notice: str, urgent: bool = False) -> None:
        """Painted again only when it changed; what is not urgent stays grey."""
        if (notice, urgent) != (self.notice, self._urgent):
            self.notice, self._urgent = notice, urgent
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The button, and a round number in its upper right corner."""
        super().paintEvent(event)
        if not self.notice:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        height = self.fontMetrics().height() * 1.1
        width = max(height, self.fontMetrics().horizontalAdvance(self.notice) + height * 0.6)
        box = QRectF(self.width() - width - 4, 4, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(VERMILLION if self._urgent else MUTED))
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setPen(QColor(WHITE))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.notice)


class Rail(Pane):
    """Emits `wanted` with the place of the screen that a person touched."""

    wanted = pyqtSignal(int)

    def __init__(self, count: int) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.buttons = [RailButton() for _ in range(count)]
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for place, one in enumerate(self.buttons):
            self._group.addButton(one, place)
            column.addWidget(one)
        self._group.idClicked.connect(self.wanted)
        if self.buttons:
            self.buttons[0].setChecked(True)

    def show_names(self, names: Sequence[str]) -> None:
        """What stands on the buttons, in the language of now."""
        for one, name in zip(self.buttons, names, strict=True):
            one.setText(name)

    def mark(self, place: int) -> None:
        """This screen is in front now."""
        self.buttons[place].setChecked(True)
