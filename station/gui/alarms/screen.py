# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Alarms screen: what is there now, what was put aside, what was; one alarm explained beside the list."""

from __future__ import annotations

from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.alarms import FLOOD_RATE, TARGET_RATE, UNSEEN, Alarm, AlarmState
from station.core.asking import AskEvents, Events
from station.core.message import CommandResult, Event, Refusal, Reply
from station.gui.alarms.detail import AlarmDetail
from station.gui.alarms.words import MARKS, state_word, words_of
from station.gui.language import filled, translate
from station.gui.link import Link
from station.gui.news import StationNews
from station.gui.pane import Pane, Screen, label
from station.gui.table import Table
from station.gui.tabs import Tabs
from station.gui.wording import moment

_HISTORY = 300
_PAGES = (  # which states stand on which page; the last page is the history
    UNSEEN | {AlarmState.ACKNOWLEDGED},
    frozenset({AlarmState.SHELVED}),
    frozenset({AlarmState.OUT_OF_SERVICE}),
)


class AlarmsScreen(Screen):
    """The most urgent alarm that nobody has seen is chosen when a person comes: one touch acknowledges it."""

    urgent = True

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._alarms: tuple[Alarm, ...] = ()
        self._rate = -1
        self._line_here = True
        self.lists = [Table(4, 1, choose=True) for _ in _PAGES]
        self.history = Table(2, 1)
        self.detail, self.rate, self.said = AlarmDetail(), label("muted"), label("advice")
        self.said.setWordWrap(True)
        self.tabs = Tabs([*self.lists, self.history])
        for one in self.lists:
            one.chosen.connect(lambda _: self._explain())
        self.tabs.turned.connect(lambda _: self._turned())
        self.detail.wanted.connect(self._send)
        self.detail.setObjectName("beside")
        self._lay_out()
        QShortcut(QKeySequence("A"), self, self.detail.acknowledge.click)
        self.write_words()

    def notice(self, news: StationNews) -> str:
        """How many alarms nobody has seen."""
        count = news.alarms.unacknowledged if news.alarms else 0
        return str(count) if count else ""

    def entered(self) -> None:
        """Choose what nobody has seen; on the history page ask anew."""
        shown = self._on_page(0)
        unseen = next((place for place, one in enumerate(shown) if one.state in UNSEEN), 0)
        self.said.setText("")
        if self.tabs.place == len(_PAGES):
            self._link.ask(AskEvents(kind="alarm", limit=_HISTORY), self._show_history)
        elif shown:
            self.tabs.turn_to(0)
            self.lists[0].pick(unseen)

    def show_news(self, news: StationNews) -> None:
        """The lists are written again only when something changed."""
        alarms = news.alarms.alarms if news.alarms else ()
        rate = news.alarms.in_ten_minutes if news.alarms else 0
        if (alarms, rate, news.line_here) != (self._alarms, self._rate, self._line_here):
            self._alarms, self._rate, self._line_here = alarms, rate, news.line_here
            self._fill()

    def write_words(self) -> None:
        """Names, headers, rows."""
        names = (
            translate("Alarms", "Active"),
            translate("Alarms", "Shelved"),
            translate("Alarms", "Out of service"),
            translate("Alarms", "History"),
        )
        self.tabs.show_names(names)
        heads = (
            translate("Alarms", "State"),
            translate("Alarms", "Alarm"),
            translate("Alarms", "Priority"),
            translate("Alarms", "Since"),
        )
        for one in self.lists:
            one.show_headers(heads)
        self.history.show_headers((heads[3], heads[1]))
        self._fill()

    def _lay_out(self) -> None:
        left = Pane()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.said)
        column.addWidget(self.rate)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(left, 1)
        row.addWidget(self.detail)

    def _on_page(self, page: int) -> list[Alarm]:
        return [one for one in self._alarms if one.state in _PAGES[page]]

    def _fill(self) -> None:
        for page, one in enumerate(self.lists):
            one.show_rows([_row(alarm) for alarm in self._on_page(page)])
        rate = translate("Alarms", "%1 alarms in the last 10 minutes; more than %2 on average are too many.")
        words = filled(rate, max(0, self._rate), TARGET_RATE)
        if self._rate > FLOOD_RATE:
            words = f"▲ {words}"
        self.rate.setText(words if self._line_here else translate("Alarms", "The line process is gone."))
        self._explain()

    def _turned(self) -> None:
        if self.tabs.place == len(_PAGES):
            self._link.ask(AskEvents(kind="alarm", limit=_HISTORY), self._show_history)
        self._explain()

    def _explain(self) -> None:
        page = self.tabs.place
        if page >= len(_PAGES):
            self.detail.show_alarm(None)
            return
        shown, picked = self._on_page(page), self.lists[page].picked
        self.detail.show_alarm(shown[picked] if 0 <= picked < len(shown) else None)

    def _send(self, action: str, alarm: str, seconds: float) -> None:
        self._link.send(action, alarm, seconds=seconds, then=self._answered)

    def _answered(self, result: CommandResult) -> None:
        silent = translate("Alarms", "The line does not answer.")
        self.said.setText("" if result.done else result.text or silent)

    def _show_history(self, reply: Reply, _file: bytes) -> None:
        if isinstance(reply, Events):
            self.history.show_rows([(_moment(one.time), _sentence(one)) for one in reply.events])
        elif isinstance(reply, Refusal):
            self.said.setText(reply.text)


def _row(alarm: Alarm) -> tuple[str, ...]:
    indent = "      ↳ " if alarm.first else ""
    state = f"{MARKS[alarm.state]} {state_word(alarm.state)}"
    since = _moment(alarm.until if alarm.state is AlarmState.SHELVED else alarm.since)
    until = translate("Alarms", "until %1").replace("%1", since) if alarm.state is AlarmState.SHELVED else since
    return state, indent + words_of(alarm.id).name, "!" * (4 - alarm.priority), until


def _sentence(event: Event) -> str:
    """`plc: unacknowledged (no answer)` with words for what we know."""
    alarm, _, rest = event.text.partition(": ")
    state, _, cause = rest.partition(" (")
    try:
        name = words_of(alarm).name
        word = state_word(AlarmState(state.replace(" ", "_"))) if state != "normal" else translate("Alarms", "normal")
    except (KeyError, ValueError):  # of another version
        return event.text
    return f"{name}: {word}" + (f" ({cause}" if cause else "")


def _moment(seconds: float) -> str:
    return moment(seconds, "%m-%d %H:%M:%S")
