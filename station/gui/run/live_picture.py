# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest part's picture, untouched, with the outlines of its findings drawn over it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent

from station.core.domain import Finding
from station.core.ring import RingFrame
from station.gui.language import translate
from station.gui.news import Evidence
from station.gui.pane import Pane
from station.gui.style import DARK, GHOST, INK, MUTED, SKY, VERMILLION, WHITE

_SHOWN_CLEARED = 3  # a recipe looks at many places of every part; a picture full of boxes says nothing


class FrameFit(NamedTuple):
    """How frame pixels lie in the widget: scaled evenly, centred."""

    scale: float
    left: float
    top: float

    @classmethod
    def of(cls, width: int, height: int, area: QRectF) -> FrameFit:
        """The largest even scale at which a `width` x `height` frame fits into `area`."""
        scale = min(area.width() / width, area.height() / height)
        return cls(scale, area.center().x() - width * scale / 2, area.center().y() - height * scale / 2)

    def place(self, outline: Iterable[tuple[float, float]]) -> QPolygonF:
        """Corners in frame pixels -> polygon in widget pixels."""
        return QPolygonF([QPointF(self.left + x * self.scale, self.top + y * self.scale) for x, y in outline])


def grey_image(frame: RingFrame) -> QImage:
    """A copy of the frame as Qt sees it."""
    view = QImage(frame.pixels, frame.width, frame.height, frame.width, QImage.Format.Format_Grayscale8)
    return view.copy()


def scaled(image: QImage, fit: FrameFit, ratio: float) -> QPixmap:
    """The picture as large as it is shown; `ratio` is the screen's pixels for one of the widget's."""
    size = QSize(round(image.width() * fit.scale * ratio), round(image.height() * fit.scale * ratio))
    smooth = Qt.TransformationMode.SmoothTransformation
    made = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
    made.setDevicePixelRatio(ratio)
    return made


def draw_findings(painter: QPainter, fit: FrameFit, findings: Iterable[Finding], stroke: float) -> None:
    """Cleared, the highest few: thin, dashed, sky blue. Confirmed: thick, vermillion on white. Numbered by score."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ranked = sorted(findings, key=lambda one: -one.score)
    shown = sum(finding.confirmed for finding in ranked) + _SHOWN_CLEARED
    for number, finding in enumerate(ranked[:shown], start=1):
        polygon = fit.place(finding.outline)
        if finding.confirmed:
            painter.setPen(QPen(QColor(WHITE), stroke * 2.0))
            painter.drawPolygon(polygon)
            painter.setPen(QPen(QColor(VERMILLION), stroke * 1.2))
        else:
            painter.setPen(QPen(QColor(SKY), stroke * 0.7, Qt.PenStyle.DashLine))
        painter.drawPolygon(polygon)
        _draw_number(painter, polygon.boundingRect(), number, stroke, VERMILLION if finding.confirmed else MUTED)


def _draw_number(painter: QPainter, box: QRectF, number: int, stroke: float, fill: str) -> None:
    side = stroke * (10 if fill == VERMILLION else 8)
    tag = QRectF(box.right() + stroke, box.top() - side, side, side)
    painter.fillRect(tag, QColor(fill))
    font = painter.font()
    font.setPixelSize(max(8, round(side * 0.75)))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(WHITE))
    painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, str(number))


class LivePicture(Pane):
    """Shows one evidence until it is given another; keeps the scaled picture, so painting is cheap."""

    def __init__(self, legend: bool = True) -> None:
        super().__init__()
        self._legend = legend
        self._evidence: Evidence | None = None
        self._frame: RingFrame | None = None
        self._scaled: QPixmap | None = None
        self._connected = True

    def minimumSizeHint(self) -> QSize:
        """Small enough for the smallest window."""
        return QSize(160, 120)

    def show_evidence(self, evidence: Evidence | None, connected: bool = True) -> None:
        """Show this part's picture; without a connection to the engine the last one is dimmed and says so."""
        if evidence is self._evidence and connected == self._connected:
            return
        if evidence is not self._evidence:
            self._evidence = evidence
            lost = evidence is None or not evidence.showing.slot_sequence
            overwritten = evidence is not None and evidence.frame is None and not lost
            if not overwritten:  # otherwise the picture before stays for one more pull
                self._frame = evidence.frame if evidence else None
                self._scaled = None
        self._connected = connected
        self.update()

    def picture_area(self) -> QRectF:
        """Where the picture may lie; the legend has its own strip below."""
        strip = self.fontMetrics().height() * 1.5 if self._legend else 0
        return QRectF(self.rect()).adjusted(0, 0, 0, -strip)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The scaled copy is of the old size."""
        self._scaled = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Picture, outlines, legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.picture_area()
        painter.fillRect(area, QColor(DARK))
        if self._frame is None:
            self._say(painter, area, self._absence())
        else:
            self._draw_frame(painter, area, self._frame)
            if not self._connected:
                painter.fillRect(area, QColor(34, 41, 47, 190))
                self._say(painter, area, self._absence())
        if self._legend:
            self._draw_legend(painter, area.bottom())

    def _draw_frame(self, painter: QPainter, area: QRectF, frame: RingFrame) -> None:
        fit = FrameFit.of(frame.width, frame.height, area)
        if self._scaled is None:
            self._scaled = scaled(grey_image(frame), fit, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(fit.left, fit.top), self._scaled)
        evidence = self._evidence
        if evidence and evidence.frame is frame:
            stroke = max(1.5, min(self.fontMetrics().height() / 10, area.height() / 150))
            painter.setClipRect(area)
            draw_findings(painter, fit, evidence.showing.findings, stroke)
            painter.setClipping(False)

    def _absence(self) -> str:
        if not self._connected:
            return translate("Picture", "No connection to the engine")
        if self._evidence is not None:
            return translate("Picture", "No picture of this part")
        return translate("Picture", "No picture yet")

    def _say(self, painter: QPainter, area: QRectF, words: str) -> None:
        font = painter.font()
        font.setPixelSize(round(self.fontMetrics().height() * 1.1))
        painter.setFont(font)
        painter.setPen(QColor(GHOST))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
        painter.setFont(self.font())

    def _draw_legend(self, painter: QPainter, top: float) -> None:
        unit = self.fontMetrics().height()
        painter.setFont(self.font())
        left = 0.0
        for pen, words in (
            (QPen(QColor(VERMILLION), unit / 6), translate("Picture", "confirmed finding")),
            (QPen(QColor(SKY).darker(130), unit / 12, Qt.PenStyle.DashLine), translate("Picture", "cleared candidate")),
        ):
            middle = top + unit * 0.8
            painter.setPen(pen)
            painter.drawLine(QPointF(left, middle), QPointF(left + unit * 1.6, middle))
            painter.setPen(QColor(INK))
            at = QRectF(left + unit * 2, top + unit * 0.2, self.width(), unit * 1.3)
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, words)
            left += unit * 4 + self.fontMetrics().horizontalAdvance(words)
