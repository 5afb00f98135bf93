# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Run screen: live picture (or the Why pane in its place), verdict, last parts, counters, controls."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from station.core.counting import Statistics
from station.core.message import Reply
from station.core.messages import PartRecord
from station.core.states import State
from station.gui.keypad import Keypad
from station.gui.language import filled, translate
from station.gui.news import StationNews
from station.gui.pane import Screen, button, label
from station.gui.promise import most_rejects
from station.gui.run.control_panel import ControlPanel
from station.gui.run.counter_panel import CounterPanel
from station.gui.run.live_picture import LivePicture
from station.gui.run.part_strip import PartStrip
from station.gui.run.verdict_panel import VerdictPanel
from station.gui.why.why_pane import WhyPane

SHIFT_MS = 5_000  # between two questions how this shift goes
_LOT_SHOWN = 12  # characters on its button


class RunScreen(Screen):
    """Verdict, counters and controls stay in sight whatever the left side shows."""

    wanted = pyqtSignal(str)  # a command for the line
    lot_wanted = pyqtSignal(str)  # name of the lot whose parts come now
    shift_wanted = pyqtSignal()  # how this shift went so far; the answer comes by `take_shift`

    def __init__(self) -> None:
        super().__init__()
        self._news = StationNews()
        self._lot = ""
        self._shift: Statistics | None = None
        self._bound = 1.0  # of the promise; 1 = none
        self.promise = label("muted")
        self._timer = QTimer(self)
        self._timer.setInterval(SHIFT_MS)
        self._timer.timeout.connect(self._ask_shift)
        self._timer.start()
        self.picture, self.why = LivePicture(), WhyPane()
        self.strip, self.last_reject, self.lot = PartStrip(), button(), button()
        self.verdict, self.counters, self.controls = VerdictPanel(), CounterPanel(), ControlPanel()
        self.strip.touched.connect(self.explain)
        self.verdict.touched.connect(self.explain)
        self.last_reject.clicked.connect(self.explain_last_reject)
        self.lot.clicked.connect(self.ask_lot)
        self.why.closed.connect(self.show_live)
        self.controls.wanted.connect(self.wanted)
        self._lay_out()
        self.write_words()

    @property
    def explains(self) -> bool:
        """True while the Why pane is open."""
        return self._left.currentWidget() is self.why

    def explain(self, record: PartRecord) -> None:
        """Open the Why pane on this part."""
        self.why.show_part(self._news.part(record))
        self._left.setCurrentWidget(self.why)

    def explain_newest(self) -> None:
        """Open the Why pane on the part that was closed last."""
        if self._news.newest:
            self.explain(self._news.newest)

    def explain_last_reject(self) -> None:
        """Open the Why pane on the newest NG part, which the strip may have forgotten."""
        if self._news.last_reject:
            self.explain(self._news.last_reject)

    def ask_lot(self) -> None:
        """A person names the lot whose parts come now."""
        Keypad(translate("Run", "Name of the lot"), "text", self.lot_wanted.emit, self).open()

    def entered(self) -> None:
        """A person has come back."""
        self._ask_shift()

    def take_shift(self, reply: Reply, _file: bytes) -> None:
        """How this shift went so far, or why nobody knows."""
        self._shift = reply if isinstance(reply, Statistics) else None
        self.promise.setText(self._promise_words())

    def _ask_shift(self) -> None:
        if self.isVisible() and self._news.recorder_here:
            self.shift_wanted.emit()

    def _promise_words(self) -> str:
        """Rejects against what the promise allows; nothing where there is no promise, or it is void."""
        shift = self._shift
        if shift is None or self._bound >= 1.0 or not shift.parts:
            return ""
        most = most_rejects(shift.passed + shift.rejected, self._bound)
        over = "▲ " if shift.rejected > most else ""
        words = translate("Run", "NG this shift: %1; of good parts alone at most %2")
        return over + filled(words, f"{shift.rejected:,}", f"{most:,}")

    def show_live(self) -> None:
        """Close the Why pane."""
        self._left.setCurrentWidget(self.picture)

    def show_news(self, news: StationNews) -> None:
        """Hand the news to each piece; each paints itself again only when its own part of them changed."""
        self._news = news
        self.picture.show_evidence(news.live, news.engine_here)
        producing = news.status is not None and news.status.state == State.CONTINUOUS_EXECUTION
        self.verdict.show_record(news.newest if news.line_here else None, producing)
        self.strip.show_slots(news.slots, news.newest_slot)
        self.counters.show_news(news)
        self.controls.show_news(news)
        lot = news.status.lot if news.status else ""
        bound = news.status.reject_bound if news.status else 1.0
        if (lot, bound) != (self._lot, self._bound):
            self._lot, self._bound = lot, bound
            self.write_words()
        if self.last_reject.isEnabled() != (news.last_reject is not None):
            self.last_reject.setEnabled(news.last_reject is not None)

    def write_words(self) -> None:
        """The texts of its own."""
        self.last_reject.setText(translate("Run", "Last NG  F4"))
        lot = self._lot if len(self._lot) <= _LOT_SHOWN else f"{self._lot[:_LOT_SHOWN]}…"
        self.lot.setText(translate("Run", "Lot  F7\n%1").replace("%1", lot or "–"))
        self.promise.setText(self._promise_words())

    def _lay_out(self) -> None:
        self._left = QStackedLayout()
        self._left.addWidget(self.picture)
        self._left.addWidget(self.why)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(self._left, 1)
        self.promise.setAlignment(Qt.AlignmentFlag.AlignRight)
        left.addWidget(self.promise)
        left.addWidget(self.strip)
        side = QWidget()
        side.setObjectName("side")
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(10)
        right.addWidget(self.verdict, 1)
        right.addWidget(self.counters)
        reach = QHBoxLayout()
        reach.setSpacing(8)
        for one in (self.last_reject, self.lot):
            one.setProperty("plain", True)
            reach.addWidget(one, 1)
        right.addLayout(reach)
        right.addWidget(self.controls)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(side)
