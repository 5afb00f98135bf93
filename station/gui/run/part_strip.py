# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last 20 parts. Each keeps its tile until it is overwritten 20 parts later, so a finger meets what it aims at."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from station.core.domain import Verdict
from station.core.messages import PartRecord
from station.gui.marks import draw_border, draw_verdict
from station.gui.news import RECENT
from station.gui.pane import Pane, fitted_font
from station.gui.style import (
    BACK,
    BLUE,
    EDGE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PANEL,
    TEXT_PX,
    TOUCH_PX,
    VERDICT_COLOUR,
    ink_on,
)
from station.gui.wording import is_border

COLUMNS = 10
ROWS = RECENT // COLUMNS
GAP_PX = 4
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -COLUMNS,
    Qt.Key.Key_Down: COLUMNS,
}


class PartStrip(Pane):
    """Touch a tile, or move with the arrow keys and press Enter."""

    touched = pyqtSignal(object)  # PartRecord

    def __init__(self) -> None:
        super().__init__()
        self._slots: list[PartRecord | None] = [None] * RECENT
        self._newest = -1
        self._cursor = 0  # of the keyboard
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def minimumSizeHint(self) -> QSize:
        """Tiles never smaller than a gloved finger; they grow with the font, as all of the window."""
        side = TOUCH_PX * max(1.0, self.fontInfo().pixelSize() / TEXT_PX) + GAP_PX
        return QSize(COLUMNS * (TOUCH_PX + GAP_PX), round(ROWS * side))

    def sizeHint(self) -> QSize:
        """The smallest size is the right one."""
        return self.minimumSizeHint()

    def show_slots(self, slots: list[PartRecord | None], newest: int) -> None:
        """Slot i is tile i; `newest` is the slot written last, -1 = none."""
        if slots != self._slots or newest != self._newest:
            self._slots = list(slots)
            self._newest = newest
            self.update()

    def tile(self, slot: int) -> QRectF:
        """Where slot `slot` lies."""
        width = (self.width() + GAP_PX) / COLUMNS
        height = (self.height() + GAP_PX) / ROWS
        row, column = divmod(slot, COLUMNS)
        return QRectF(column * width, row * height, width - GAP_PX, height - GAP_PX)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """At the press, not at the release: the tile may have another part by then."""
        for slot in range(RECENT):
            if event and self.tile(slot).contains(event.position()):
                self._cursor = slot
                self._touch(slot)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows move, Enter and Space ask why."""
        key = Qt.Key(event.key()) if event else None
        if key in _STEPS:
            self._cursor = (self._cursor + _STEPS[key]) % RECENT
            self.update()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._touch(self._cursor)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Calm tiles for OK, filled ones for all that rejects."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for slot, record in enumerate(self._slots):
            self._draw_tile(painter, self.tile(slot), record, newest=slot == self._newest)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(BLUE), 3))
            painter.drawRoundedRect(self.tile(self._cursor).adjusted(1, 1, -1, -1), 5, 5)

    def _draw_tile(self, painter: QPainter, tile: QRectF, record: PartRecord | None, newest: bool) -> None:
        calm = record is None or record.verdict is Verdict.PASS
        fill = PANEL if calm or record is None else VERDICT_COLOUR[record.verdict]
        painter.setPen(QPen(QColor(EDGE), 1))
        painter.setBrush(QColor(BACK if record is None else fill))
        body = tile.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.drawRoundedRect(body, 5, 5)
        if newest:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(INK), 3))
            painter.drawRoundedRect(body, 5, 5)
        if record is None:
            return
        mark = QRectF(tile.left(), tile.top() + tile.height() * 0.12, tile.width(), tile.height() * 0.48)
        if is_border(record):
            draw_border(painter, mark, QColor(ORANGE))
        else:
            draw_verdict(painter, mark, record.verdict, QColor(GREEN) if calm else ink_on(fill))
        foot = QRectF(tile.left(), tile.top() + tile.height() * 0.64, tile.width(), tile.height() * 0.3)
        number = str(record.part) if record.part else "?"
        painter.setPen(QColor(MUTED) if calm else ink_on(fill))
        painter.setFont(fitted_font(self.font(), number, tile.width() - 8, tile.height() * 0.22))
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, number)

    def _touch(self, slot: int) -> None:
        record = self._slots[slot]
        if record is not None:
            self.touched.emit(record)
