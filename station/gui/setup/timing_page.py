# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much time every part takes from trigger to the PLC's confirmation, and how much is left before the deadline."""

from __future__ import annotations

import math

from PyQt6.QtWidgets import QVBoxLayout

from station.core.messages import PartRecord
from station.gui.language import filled, translate
from station.gui.link import Link
from station.gui.pane import Pane, label
from station.gui.setup.stage_bars import ROWS, StageBars
from station.gui.setup.stopwatch import Stopwatch


class TimingPage(Pane):
    """A line of figures above, one bar a part below."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._seen: list[PartRecord | None] = []
        self.stopwatch, self.bars, self.figures = Stopwatch(), StageBars(), label("caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.figures)
        column.addWidget(self.bars, 1)
        self.write_words()

    def show_news(self) -> None:
        """Counted again only when a part was closed or confirmed since."""
        news = self._link.news
        if news.slots == self._seen:
            return
        self._seen = list(news.slots)
        oldest = news.newest_slot + 1
        self.stopwatch.take(record for record in news.slots[oldest:] + news.slots[:oldest] if record)
        self.bars.show_parts(self.stopwatch.newest(ROWS))
        self.write_words()

    def write_words(self) -> None:
        """The figures."""
        pace = self.stopwatch.pace()
        if pace is None:
            self.figures.setText(translate("Timing", "Times of the last 100 parts"))
            return
        unknown = math.isnan(pace.margin_ms)
        margin = translate("Timing", "unknown") if unknown else f"{pace.margin_ms:.1f} ms"
        words = translate("Timing", "Last %1 parts: median %2 ms, 99 % within %3 ms, least time left %4")
        self.figures.setText(filled(words, pace.parts, f"{pace.median_ms:.1f}", f"{pace.p99_ms:.1f}", margin))
