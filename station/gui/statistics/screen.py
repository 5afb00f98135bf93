# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Statistics screen: reject rate, drift, defects, yield, latency; of this shift, a day, a week."""

from __future__ import annotations

from functools import partial
from typing import get_args

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QCloseEvent, QResizeEvent
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout

from station.core.counting import AskStatistics, Period, Statistics
from station.core.domain import Reason
from station.core.message import CommandResult, Refusal, Reply
from station.gui.language import filled, translate
from station.gui.link import Link
from station.gui.news import StationNews
from station.gui.pane import Pane, Screen, button, label
from station.gui.statistics.charts import Chart
from station.gui.statistics.maths import ewma, p_chart, wilson
from station.gui.tabs import Tabs
from station.gui.wording import reason_words

AGAIN_MS = 30_000  # between two questions while the screen is in front
_CHARTS = 5
_PERIODS: tuple[Period, ...] = get_args(Period)


class StatisticsScreen(Screen):
    """Asked when a person comes, and now and then while they look."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._period: Period = "shift"
        self._reply: Reply | None = None
        self.charts: list[Chart] = []  # made when a person comes for the first time
        self._pages = [Pane() for _ in range(_CHARTS)]
        self.tabs = Tabs(self._pages)
        self.tabs.turned.connect(lambda _: self.note.setText(self._note()))
        self.periods = [button() for _ in _PERIODS]
        self.export = button()
        self.export.clicked.connect(self._export)
        self.totals, self.note, self.said = label("caption"), label("muted"), label("muted")
        self._exported = ""
        for words in (self.totals, self.note, self.said):
            words.setWordWrap(True)
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(6)
        for place, (one, period) in enumerate(zip(self.periods, _PERIODS, strict=True)):
            one.setCheckable(True)
            one.setProperty("plain", True)
            one.clicked.connect(partial(self.choose, period))
            group.addButton(one, place)
            row.addWidget(one)
        row.addWidget(self.totals, 1)
        row.addWidget(self.export)
        self.periods[0].setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.note)
        column.addWidget(self.said)
        self._timer = QTimer(self)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self._ask_if_seen)
        self._timer.start()
        self.write_words()

    def entered(self) -> None:
        """Ask the recorder."""
        if not self.charts:
            self._make_charts()
        self._link.ask(AskStatistics(period=self._period), self._show)

    def choose(self, period: Period) -> None:
        """Another stretch of time."""
        self._period = period
        self.periods[_PERIODS.index(period)].setChecked(True)
        self._exported = ""
        self.entered()

    def show_news(self, news: StationNews) -> None:
        """Nothing of the news is shown here."""

    def write_words(self) -> None:
        """Names, totals, charts."""
        names = (
            translate("Statistics", "Reject rate"),
            translate("Statistics", "Drift"),
            translate("Statistics", "Defects"),
            translate("Statistics", "Yield"),
            translate("Statistics", "Latency"),
        )
        self.tabs.show_names(names)
        periods = (
            translate("Statistics", "This shift"),
            translate("Statistics", "24 hours"),
            translate("Statistics", "7 days"),
        )
        for one, text in zip(self.periods, periods, strict=True):
            one.setText(text)
        reply = self._reply if isinstance(self._reply, Statistics) else Statistics()
        self.totals.setText(self._totals())
        self.export.setText(translate("Statistics", "Write CSV"))
        self.export.setEnabled(reply.parts > 0)
        self.said.setText(self._exported)
        self.said.setVisible(bool(self._exported))
        self._draw(reply)
        self.note.setText(self._note())

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """The charts must go before the window does: pyqtgraph's items do not outlive it."""
        for chart in self.charts:
            chart.close()
        self.charts.clear()
        super().closeEvent(event)

    def _make_charts(self) -> None:
        for page in self._pages:
            chart = Chart()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(chart)
            chart.show_size(self.fontInfo().pixelSize())
            self.charts.append(chart)
        self.write_words()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The charts' numbers grow with the window."""
        super().resizeEvent(event)
        for chart in self.charts:
            chart.show_size(self.fontInfo().pixelSize())

    def _ask_if_seen(self) -> None:
        if self.isVisible() and self._link.news.recorder_here and self._period != "week":  # a week is dear, and slow
            self.entered()

    def _show(self, reply: Reply, _file: bytes) -> None:
        self._reply = reply
        self.write_words()

    def _export(self) -> None:
        self._link.send("export-statistics", self._period, then=self._answered)

    def _answered(self, result: CommandResult) -> None:
        self._exported = result.text or translate("Statistics", "The recorder does not answer.")
        self.write_words()

    def _totals(self) -> str:
        if isinstance(self._reply, Refusal):
            return self._reply.text
        if not isinstance(self._reply, Statistics):
            return translate("Statistics", "Asking the recorder …")
        reply = self._reply
        if not reply.parts:
            return translate("Statistics", "No parts in this time.")
        inspected = reply.passed + reply.rejected
        low, high = wilson(reply.rejected, inspected)
        words = translate(
            "Statistics", "%1 parts, %2 OK, %3 NG: %4 rejected (95 % interval %5 to %6), %7 not inspected"
        )
        values = (
            f"{reply.parts:,}",
            f"{reply.passed:,}",
            f"{reply.rejected:,}",
            f"{reply.rejected / inspected:.2%}" if inspected else "–",
            f"{low:.2%}",
            f"{high:.2%}",
            f"{reply.parts - inspected:,}",
        )
        cleared = filled(translate("Statistics", "%1 over-detections cleared"), f"{reply.cleared:,}")
        return f"{filled(words, *values)} · {cleared}"

    def _note(self) -> str:
        notes = translate(
            "Statistics",
            "Dashed: limits of 3 standard deviations. × lies beyond them. Smoothed scores: EWMA with weight 0.2. "
            "Latency: of a sample of the parts.",
        )
        beyond = self.charts[self.tabs.place].beyond if self.charts else 0
        marked = translate("Statistics", "%n point(s) beyond the limits.", "", beyond) if beyond else ""
        return f"{marked} {notes}".strip()

    def _draw(self, reply: Statistics) -> None:
        if not self.charts:
            return
        judged = [one for one in reply.buckets if one.inspected]
        times = [one.time for one in judged]
        rejected, inspected = [one.rejected for one in judged], [one.inspected for one in judged]
        shares = [100 * hits / count for hits, count in zip(rejected, inspected, strict=True)]
        limits = [
            limit._replace(**{k: 100 * v for k, v in limit._asdict().items()}) for limit in p_chart(rejected, inspected)
        ]
        self.charts[0].show_points(times, shares, limits, translate("Statistics", "rejected, %"))
        good = [one for one in reply.buckets if one.passed]
        smooth, around = ewma([one.score for one in good], [one.passed for one in good])
        name = translate("Statistics", "smoothed score of good parts")
        self.charts[1].show_points([one.time for one in good], smooth, around, name)
        defects = [_defect(name) for name, _ in reply.pareto]
        self.charts[2].show_bars(defects, [count for _, count in reply.pareto], translate("Statistics", "parts"))
        all_times = [one.time for one in reply.buckets]
        yields = [100 * one.passed / one.parts for one in reply.buckets]
        self.charts[3].show_lines(all_times, [("", yields)], translate("Statistics", "OK of all parts, %"))
        p50, p99 = [one.p50_ms for one in reply.buckets], [one.p99_ms for one in reply.buckets]
        name = translate("Statistics", "capture to PLC, ms")
        self.charts[4].show_lines(all_times, [("p50", p50), ("p99", p99)], name)


def _defect(name: str) -> str:
    """A person's word, or the station's reason in the window's language."""
    kind, _, reason = name.partition("reason:")
    if kind or not reason:
        return name
    try:
        return reason_words(Reason(reason))
    except ValueError:  # of another version
        return reason
