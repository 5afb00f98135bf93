# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict of the newest part, to be understood from three metres: by shape, word, colour and position."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen

from station.core.domain import Verdict
from station.core.messages import PartRecord
from station.gui.language import translate
from station.gui.marks import draw_border, draw_verdict, square_in
from station.gui.pane import Pane, fitted_font
from station.gui.style import EDGE, GHOST, INK, MUTED, ORANGE, PANEL, VERDICT_COLOUR, ink_on
from station.gui.wording import is_border, reason_words, verdict_word

LANES = (Verdict.PASS, Verdict.REJECT, Verdict.NOT_INSPECTED)  # left, middle, right: always the same places


class VerdictPanel(Pane):
    """OK stays grey with a green ring, LOOK with an orange eye in its place; NG and NOT INSPECTED fill the panel."""

    touched = pyqtSignal(object)  # PartRecord

    def __init__(self) -> None:
        super().__init__()
        self._record: PartRecord | None = None
        self._producing = False

    @property
    def verdict(self) -> Verdict | None:
        """What is shown now."""
        return self._record.verdict if self._record else None

    @property
    def _border(self) -> bool:
        return self._record is not None and is_border(self._record)

    def sizeHint(self) -> QSize:
        """High enough for mark, word and part number."""
        unit = self.fontMetrics().height()
        return QSize(unit * 15, unit * 9)

    def show_record(self, record: PartRecord | None, producing: bool) -> None:
        """None = the line is gone, or there was no part yet. While nothing is produced an old OK fades to grey."""
        if record is not self._record or producing != self._producing:
            self._record, self._producing = record, producing
            self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A touch asks why."""
        if self._record:
            self.touched.emit(self._record)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Three lanes above, the word below them, the part's number and reason at the bottom."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        alarming = self.verdict is not None and self.verdict.rejects
        fill = VERDICT_COLOUR[self.verdict] if self.verdict and alarming else PANEL
        faded = self.verdict is Verdict.PASS and not self._producing
        ink = QColor(MUTED) if faded else ink_on(fill)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(EDGE if fill == PANEL else fill), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(body, 6, 6)
        height = body.height()
        self._draw_lanes(painter, QRectF(body.left(), body.top() + height * 0.05, body.width(), height * 0.43), ink)
        painter.setPen(ink)
        word = verdict_word(self.verdict, self._border)
        font = self.font()
        font.setBold(True)
        painter.setFont(fitted_font(font, word, body.width() * 0.9, height * 0.27))
        word_area = QRectF(body.left(), body.top() + height * 0.48, body.width(), height * 0.32)
        painter.drawText(word_area, Qt.AlignmentFlag.AlignCenter, word)
        self._draw_foot(painter, QRectF(body.left(), body.top() + height * 0.8, body.width(), height * 0.17), ink)

    def _draw_lanes(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        lane_width = area.width() / len(LANES)
        for place, verdict in enumerate(LANES):
            lane = QRectF(area.left() + place * lane_width, area.top(), lane_width, area.height())
            if verdict is self.verdict and self._border:
                draw_border(painter, square_in(lane, 0.92), QColor(ORANGE) if self._producing else ink)
            elif verdict is self.verdict:
                lit = verdict is Verdict.PASS and self._producing
                draw_verdict(painter, square_in(lane, 0.92), verdict, QColor(VERDICT_COLOUR[verdict]) if lit else ink)
            else:
                ghost = QColor(ink)
                ghost.setAlpha(60)
                quiet = ghost if self.verdict and self.verdict.rejects else QColor(GHOST)
                draw_verdict(painter, square_in(lane, 0.36), verdict, quiet)

    def _draw_foot(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        record = self._record
        words = translate("Verdict", "No verdict")
        if record:
            words = f"{part_name(record)} · {reason_words(record.reason)}"
        calm = record is None or not record.verdict.rejects
        painter.setPen(QColor(INK) if self._border else QColor(MUTED) if calm else ink)
        painter.setFont(fitted_font(self.font(), words, area.width() * 0.94, self.fontMetrics().height() * 0.8))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)


def part_name(record: PartRecord) -> str:
    """ "Part 1,234", or "Uncounted part" when the PLC did not count it."""
    if record.part:
        return translate("Verdict", "Part %1").replace("%1", f"{record.part:,}")
    return translate("Verdict", "Uncounted part")
