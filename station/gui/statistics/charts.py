# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One chart over time, or of bars: grey; what lies beyond its limits is a vermillion cross."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPen, QResizeEvent

from station.gui.statistics.maths import Limits
from station.gui.style import BLUE, EDGE, INK, MUTED, PANEL, VERMILLION
from station.gui.wording import moment

_LABELS = 8  # times on the axis, at most


class Chart(pyqtgraph.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Painted anew by each `show_...`; nothing can be dragged or zoomed."""

    _bars: tuple[str, ...] = ()  # their names; of the class, because pyqtgraph resizes before __init__ ends

    def __init__(self) -> None:
        super().__init__(background=PANEL)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMenuEnabled(False)
        self.getPlotItem().getViewBox().setMouseEnabled(x=False, y=False)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(QPen(QColor(MUTED), 1))
            axis.setTextPen(QColor(INK))
            axis.enableAutoSIPrefix(False)  # "x0.001" says nothing to an operator
        self.beyond = 0  # points outside their limits
        self._font = QFont()
        self._texts: list[Any] = []

    def show_points(self, times: Sequence[float], values: Sequence[float], limits: Sequence[Limits], name: str) -> None:
        """A control chart: points, centre line, limits; times are seconds since 1970."""
        self._begin(name, times)
        places = list(range(len(times)))
        grey = pyqtgraph.mkPen(EDGE, width=2, style=Qt.PenStyle.DashLine)
        if limits:
            self.plot(places, [one.high for one in limits], pen=grey)
            self.plot(places, [one.low for one in limits], pen=grey)
            self.plot(places, [one.centre for one in limits], pen=pyqtgraph.mkPen(MUTED, width=1))
        self.plot(places, list(values), pen=pyqtgraph.mkPen(MUTED, width=2))
        pairs = list(zip(places, values, limits, strict=True)) if limits else []
        outside = [(place, value) for place, value, limit in pairs if not limit.holds(value)]
        inside = [(place, value) for place, value in zip(places, values, strict=True) if (place, value) not in outside]
        self._marks(inside, "o", MUTED, 9)
        self._marks(outside, "x", VERMILLION, 18)
        self.beyond = len(outside)

    def show_lines(self, times: Sequence[float], lines: Sequence[tuple[str, Sequence[float]]], name: str) -> None:
        """Several lines over time; each with its name at its end, the first thin, the last thick and blue."""
        self._begin(name, times)
        places = list(range(len(times)))
        for number, (word, values) in enumerate(lines):
            colour = BLUE if number == len(lines) - 1 else MUTED
            self.plot(places, list(values), pen=pyqtgraph.mkPen(colour, width=2 + number), symbol=None)
            if places:
                self._write(word, colour, (1, 1), (places[-1], values[-1]))

    def show_bars(self, names: Sequence[str], counts: Sequence[int], name: str) -> None:
        """Bars, the highest first, and how much of all they make together."""
        self._begin(name, ())
        places = list(range(len(names)))
        self.addItem(pyqtgraph.BarGraphItem(x=places, height=list(counts), width=0.7, brush=MUTED, pen=MUTED))
        total, running = sum(counts), 0
        for place, count in zip(places, counts, strict=True):
            running += count
            self._write(f"{count}  ({running / total:.0%})", INK, (0.5, 1), (place, count))
        self._bars = tuple(names)
        self._name_bars()
        self.setYRange(0, max(counts, default=1) * 1.15)

    def show_size(self, pixels: int) -> None:
        """Numbers grow with the window."""
        font = QFont(self.font())
        font.setPixelSize(pixels)
        self._font = font
        for side in ("left", "bottom"):
            self.getAxis(side).setStyle(tickFont=font)
        self.getAxis("bottom").setHeight(round(pixels * 2.2))
        for text in self._texts:
            text.setFont(font)
        self._name_bars()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Names of bars are as long as there is room."""
        super().resizeEvent(event)
        self._name_bars()

    def _name_bars(self) -> None:
        if self._bars and self.getPlotItem() is not None:  # None once closed, and closing resizes
            room, metrics = 0.82 * self.width() / len(self._bars), QFontMetricsF(self._font)
            short = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in self._bars]
            self.getAxis("bottom").setTicks([list(enumerate(short))])

    def _begin(self, name: str, times: Sequence[float]) -> None:
        self.clear()
        self._texts.clear()
        self._bars = ()
        self.beyond = 0
        self.setLabel("left", name, color=INK, **{"font-size": "13px"})
        every = max(1, -(-len(times) // _LABELS))
        ticks: list[tuple[int, str]] = [
            (place, moment(times[place], "%m-%d %H:%M")) for place in range(0, len(times), every)
        ]
        self.getAxis("bottom").setTicks([ticks] if times else None)
        self.enableAutoRange()

    def _write(self, words: str, colour: str, anchor: tuple[float, float], at: tuple[float, float]) -> None:
        text = pyqtgraph.TextItem(words, color=colour, anchor=anchor)
        text.setFont(self._font)
        text.setPos(*at)
        self._texts.append(text)
        self.addItem(text)

    def _marks(self, points: Sequence[tuple[int, float]], symbol: str, colour: str, size: int) -> None:
        if points:
            brush: Any = pyqtgraph.mkBrush(colour)
            self.addItem(
                pyqtgraph.ScatterPlotItem(pos=list(points), symbol=symbol, size=size, brush=brush, pen=brush.color())
            )
