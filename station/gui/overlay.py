# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sheet over the whole window that must be answered or cancelled: Escape cancels, the focus goes back."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QApplication, QVBoxLayout, QWidget

from station.gui.pane import Pane, Panel

_SHADE = QColor(27, 35, 41, 150)


class Overlay(Pane):
    """Covers the window of `over`; subclasses fill `sheet`. Gone after `close_sheet`."""

    def __init__(self, over: QWidget) -> None:
        super().__init__()
        window = over.window()
        assert window is not None
        self.setParent(window)
        self.setObjectName("overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, False)
        self._before = QApplication.focusWidget()
        self.sheet = Panel()
        column = QVBoxLayout(self)
        column.addWidget(self.sheet, 0, Qt.AlignmentFlag.AlignCenter)
        window.installEventFilter(self)

    def open(self) -> None:
        """Cover the window, take the focus."""
        self._cover()
        self.show()
        self.raise_()
        self.setFocus()

    def close_sheet(self) -> None:
        """Uncover the window; what had the focus has it again."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape cancels; no key reaches what lies below."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.close_sheet()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Grow with the window."""
        if event is not None and event.type() is QEvent.Type.Resize:
            self._cover()
        return False

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """What lies below is dimmed."""
        QPainter(self).fillRect(self.rect(), _SHADE)

    def _cover(self) -> None:
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect())
