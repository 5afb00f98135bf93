# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One alarm: why it came, what follows, what to do, and the buttons for it."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout

from station.core.alarms import ASIDE, UNSEEN, Alarm, AlarmState
from station.gui.alarms.words import words_of
from station.gui.hold_button import HoldButton
from station.gui.language import translate
from station.gui.pane import Panel, button, label

_SHELVES = (600.0, 1_800.0, 28_800.0)  # seconds: 10 min, 30 min, a shift


class AlarmDetail(Panel):
    """Emits `wanted` with action, alarm id and seconds."""

    wanted = pyqtSignal(str, str, float)

    def __init__(self) -> None:
        super().__init__()
        self.alarm: Alarm | None = None
        self.name, self.detail = label("title"), label("muted")
        self._heads = [label("muted") for _ in range(3)]
        self._texts = [label() for _ in range(3)]
        self.acknowledge, self.back, self.out = button(), button(), HoldButton()
        self.shelves = [button() for _ in _SHELVES]
        for text in (self.name, self.detail, *self._texts):
            text.setWordWrap(True)
        self.acknowledge.clicked.connect(lambda: self._want("acknowledge"))
        self.back.clicked.connect(self._bring_back)
        self.out.held.connect(lambda: self._want("out-of-service"))
        for one, seconds in zip(self.shelves, _SHELVES, strict=True):
            one.clicked.connect(partial(self._shelve, seconds))
        self._lay_out()
        self.write_words()

    def show_alarm(self, alarm: Alarm | None) -> None:
        """The chosen one, None = none."""
        if alarm != self.alarm:
            self.alarm = alarm
            self.write_words()

    def write_words(self) -> None:
        """All of it."""
        alarm = self.alarm
        heads = (translate("Alarms", "Cause"), translate("Alarms", "Consequence"), translate("Alarms", "What to do"))
        words = words_of(alarm.id) if alarm else None
        texts = words[1:] if words else ("", "", "")
        for head, text, title, body in zip(self._heads, self._texts, heads, texts, strict=True):
            head.setText(title if alarm else "")
            text.setText(body)
        self.name.setText(words.name if words else translate("Alarms", "No alarm is chosen"))
        self.detail.setText(alarm.detail if alarm else "")
        self.acknowledge.setText(translate("Alarms", "Acknowledge  A"))
        aside = alarm is not None and alarm.state in ASIDE
        self.back.setText(translate("Alarms", "Watch again"))
        self.back.setVisible(aside)
        self.out.setText(translate("Alarms", "Hold: out of service"))
        names = (
            translate("Alarms", "Shelve\n10 min"),
            translate("Alarms", "Shelve\n30 min"),
            translate("Alarms", "Shelve\n8 h"),
        )
        for one, name in zip(self.shelves, names, strict=True):
            one.setText(name)
            one.setEnabled(alarm is not None and not aside)
        self.out.setEnabled(alarm is not None and not aside)
        self.acknowledge.setEnabled(alarm is not None and alarm.state in UNSEEN)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        column.addWidget(self.name)
        column.addWidget(self.detail)
        for head, text in zip(self._heads, self._texts, strict=True):
            column.addWidget(head)
            column.addWidget(text)
        column.addStretch(1)
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self.acknowledge, 0, 0, 1, 3)
        for place, one in enumerate(self.shelves):
            grid.addWidget(one, 1, place)
        grid.addWidget(self.out, 2, 0, 1, 3)
        grid.addWidget(self.back, 3, 0, 1, 3)
        column.addLayout(grid)

    def _want(self, action: str) -> None:
        if self.alarm:
            self.wanted.emit(action, self.alarm.id, 0.0)

    def _shelve(self, seconds: float) -> None:
        if self.alarm:
            self.wanted.emit("shelve", self.alarm.id, seconds)

    def _bring_back(self) -> None:
        if self.alarm:
            self._want("unshelve" if self.alarm.state is AlarmState.SHELVED else "in-service")
