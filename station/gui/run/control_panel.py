# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, Stop, Halt (held, not touched) and Confirm. The line decides; the answer stands above the buttons."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QPushButton

from station.core.authority import log_in_helps
from station.core.states import State
from station.gui.hold_button import HoldButton
from station.gui.language import translate
from station.gui.news import Answer, StationNews
from station.gui.pane import Pane, button, label
from station.gui.wording import action_word, outcome_words


class ControlPanel(Pane):
    """Emits `wanted` with the action's name; never touches the line itself."""

    wanted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.start, self.stop, self.confirm = button(), button(), button()
        self.halt = HoldButton()
        self.answer = label("muted")
        self._answer: Answer | None = None
        self.start.clicked.connect(lambda: self.wanted.emit("start"))
        self.stop.clicked.connect(lambda: self.wanted.emit("stop"))
        self.confirm.clicked.connect(lambda: self.wanted.emit("confirm"))
        self.halt.held.connect(lambda: self.wanted.emit("halt"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, one in enumerate((self.start, self.stop, self.confirm, self.halt)):
            grid.addWidget(one, 1 + place // 2, place % 2)
        self.answer.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.answer.setWordWrap(True)
        grid.addWidget(self.answer, 0, 0, 1, 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        self.write_words()

    def write_words(self) -> None:
        """The key that does the same stands behind each word."""
        self.start.setText(f"{action_word('start')}  F5")
        self.stop.setText(f"{action_word('stop')}  F6")
        self.confirm.setText(f"{action_word('confirm')}  F9")
        self.halt.setText(translate("Action", "Hold to halt"))
        self._write_answer()

    def show_news(self, news: StationNews) -> None:
        """Only what makes sense now can be pressed; what the person is asked to press stands out."""
        state = news.status.state if news.status else None
        stuck = state in {State.ERROR, State.HALTED}
        _offer(
            self.start, state is not None and not stuck and state != State.CONTINUOUS_EXECUTION, state == State.READY
        )
        _offer(self.stop, state is not None and not stuck, False)
        _offer(self.confirm, stuck, stuck)
        _offer(self.halt, state is not None and state != State.HALTED, False)
        if news.answer is not self._answer:
            self._answer = news.answer
            self._write_answer()

    def _write_answer(self) -> None:
        words = ""
        if self._answer:
            words = outcome_words(self._answer.action, self._answer.outcome)
            if self._answer.text and self._answer.outcome == "refused":
                words = f"{words} ({self._answer.text})"
                if log_in_helps(self._answer.text):
                    words = f"{words} {translate('LogIn', 'Log in: F8')}"
        self.answer.setText(words)


def _offer(one: QPushButton, enabled: bool, wanted: bool) -> None:
    if one.isEnabled() != enabled:
        one.setEnabled(enabled)
    if bool(one.property("wanted")) != wanted:
        one.setProperty("wanted", wanted)
        style = one.style()
        if style:
            style.unpolish(one)
            style.polish(one)
