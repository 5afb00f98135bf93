# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sixteen slots that the PLC holds: which part, and what it was told about it."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen

from station.core.plc_map import SLOTS, Word
from station.gui.language import translate
from station.gui.pane import Pane, fitted_font
from station.gui.style import EDGE, GHOST, INK, MUTED, PANEL, WHITE
from station.gui.wording import verdict_word

_COLUMNS = 4


def slot_words(slot: tuple[int, int]) -> tuple[str, str]:
    """Part and word of a slot (part, word), for people; dashes for an empty one, hexadecimal for an unknown word."""
    part, word = slot
    if not part and not word:
        return "–", "–"
    if word not in Word.__members__.values():
        return f"{part}", f"0x{word:04X}"
    known = Word(word)
    return f"{part}", verdict_word(known.verdict, border=known is Word.BORDER)


class SlotGrid(Pane):
    """Four rows of four; the newest part's slot has a thick edge."""

    def __init__(self) -> None:
        super().__init__()
        self.slots: tuple[tuple[int, int], ...] = ()

    def minimumSizeHint(self) -> QSize:
        """Numbers and words stay readable."""
        line = self.fontMetrics().height()
        return QSize(line * 14, line * 12)

    def show_slots(self, slots: tuple[tuple[int, int], ...]) -> None:
        """Pairs of (part, word) in the order of the PLC's slots; () = not known."""
        if slots != self.slots:
            self.slots = slots
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Slot number, part, word in each cell."""
        painter = QPainter(self)
        heading = self.fontMetrics().height() * 1.6
        bold = self.font()
        bold.setBold(True)
        painter.setFont(fitted_font(bold, self.heading(), self.width(), self.fontInfo().pixelSize()))
        painter.setPen(QColor(INK))
        painter.drawText(QRectF(0, 0, self.width(), heading), Qt.AlignmentFlag.AlignVCenter, self.heading())
        slots = self.slots or ((0, 0),) * SLOTS
        newest = max((part for part, _ in slots), default=0)
        width, height = self.width() / _COLUMNS, (self.height() - heading) / (SLOTS / _COLUMNS)
        for place, slot in enumerate(slots):
            row, column = divmod(place, _COLUMNS)
            cell = QRectF(column * width, heading + row * height, width, height).adjusted(3, 3, -3, -3)
            self._draw_slot(painter, cell, place, slot, bool(newest) and slot[0] == newest)

    def heading(self) -> str:
        """What the grid is."""
        return translate("Plc", "Verdicts that the PLC holds")

    def _draw_slot(self, painter: QPainter, cell: QRectF, place: int, slot: tuple[int, int], newest: bool) -> None:
        part, word = slot_words(slot)
        size = self.fontInfo().pixelSize()
        painter.setPen(QPen(QColor(INK if newest else EDGE), 3 if newest else 1))
        painter.setBrush(QColor(WHITE if newest else PANEL if slot[1] else GHOST))
        painter.drawRoundedRect(cell, 4, 4)
        inner = cell.adjusted(6, 4, -6, -4)
        painter.setFont(fitted_font(self.font(), "00", inner.width(), size * 0.9))
        painter.setPen(QColor(MUTED))
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, f"{place}")
        painter.setPen(QColor(INK))
        middle = Qt.AlignmentFlag.AlignCenter
        line = inner.height() / 4
        painter.setFont(fitted_font(self.font(), part, inner.width(), size))
        painter.drawText(QRectF(inner.left(), inner.top() + line, inner.width(), line), middle, part)
        bold = self.font()
        bold.setBold(True)
        painter.setFont(fitted_font(bold, max(word.split(), key=len), inner.width(), size))
        below = QRectF(inner.left(), inner.top() + line * 2, inner.width(), line * 2)
        painter.drawText(below, middle | Qt.TextFlag.TextWordWrap, word)
