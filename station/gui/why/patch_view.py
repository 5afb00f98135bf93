# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One square picture with its name above it."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy

from station.gui.marks import square_in
from station.gui.pane import Pane, fitted_font
from station.gui.style import DARK, EDGE, INK, MUTED


class PatchView(Pane):
    """Name and a second, muted line above the picture; a patch is enlarged as it is, pixel by pixel."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.name = ""
        self.note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A square and two lines."""
        line = self.fontMetrics().height()
        return QSize(line * 6, line * 8)

    @property
    def image(self) -> QImage | None:
        """What is shown now."""
        return self._image

    def show_image(self, image: QImage | None) -> None:
        """None leaves the square empty."""
        self._image = image
        self.update()

    def set_words(self, name: str, note: str = "") -> None:
        """The two lines."""
        self.name, self.note = name, note
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Words, then the square."""
        painter = QPainter(self)
        line = self.fontMetrics().height()
        font = self.font()
        font.setBold(True)
        painter.setFont(fitted_font(font, self.name, self.width() - 2, self.fontInfo().pixelSize()))
        painter.setPen(QColor(INK))
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(0, 0, self.width(), line), centre, self.name)
        painter.setFont(fitted_font(self.font(), self.note, self.width() - 2, self.fontInfo().pixelSize()))
        painter.setPen(QColor(MUTED))
        painter.drawText(QRectF(0, line, self.width(), line), centre, self.note)
        room = QRectF(0, line * 2.2, self.width(), max(0.0, self.height() - line * 2.2))
        box = square_in(room)
        box.moveTop(room.top())
        painter.fillRect(box, QColor(DARK))
        if self._image is not None:
            painter.drawImage(box, self._image)
        painter.setPen(QPen(QColor(EDGE), 1))
        painter.drawRect(box)
