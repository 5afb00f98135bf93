# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Review screen: part after part, one touch or key for each.

1 2 3 4  label        Right, Left  next (older), back        U  undo
"""

from __future__ import annotations

import time
from functools import partial

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QImage, QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.message import CommandResult, Refusal, Reply
from station.core.reviewing import MANY, AskDefectModes, AskPart, AskParts, DefectModes, Parts, StoredPart, label_value
from station.gui.choice import Choice
from station.gui.keypad import Keypad
from station.gui.language import translate
from station.gui.link import Link
from station.gui.news import StationNews
from station.gui.pane import Screen, button, label
from station.gui.review.label_panel import LabelPanel
from station.gui.review.picture import StoredPicture
from station.gui.review.queue import DAY_S, Queue, View
from station.gui.review.words import LABEL_KEYS

WAITING_MS = 5_000  # between two questions how many parts wait
_KEPT = 6  # parts whose picture is kept here
_VIEWS = (
    View(),
    View("ng"),
    View("border"),
    View("ng", unlabelled=False),
    View("all", unlabelled=False),
    View("queue", unlabelled=False, this_lot=True),
)


class ReviewScreen(Screen):
    """The next part's picture is fetched while a person looks at this one."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._lot = ""
        self._waiting = 0
        self._stored: dict[str, tuple[StoredPart, QImage]] = {}
        self._refusal = ""
        self._asking = False  # a page is on its way; a second question for it would only go round in circles
        self.queue = Queue()
        self.picture, self.panel = StoredPicture(), LabelPanel()
        self.shown, self.number, self.back, self.forward, self.undo = (button() for _ in range(5))
        self.count, self.said = label("muted"), label("advice")
        self.said.setWordWrap(True)
        self.said.hide()
        self.shown.setProperty("plain", True)
        self._connect()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(WAITING_MS)
        self._timer.timeout.connect(self.ask_waiting)
        self._timer.start()
        self.write_words()

    def notice(self, news: StationNews) -> str:
        """How many parts wait for a label."""
        return "" if not self._waiting else f"{MANY - 1}+" if self._waiting >= MANY else str(self._waiting)

    def entered(self) -> None:
        """Ask for the newest parts, and for names of defects."""
        self._ask(more=False)
        self._link.ask(AskDefectModes(), self._take_modes)

    def show_news(self, news: StationNews) -> None:
        """Only the lot matters here."""
        self._lot = news.status.lot if news.status else ""

    def ask_waiting(self) -> None:
        """How many wait? Asked now and then, wherever the person is."""
        if self._link.news.recorder_here:
            self._link.ask(AskParts(since=time.time() - DAY_S, limit=0), self._take_waiting)

    def say(self, said: str, defect_mode: str = "") -> None:
        """A person's word about the part in front."""
        part = self.queue.part
        if part is None:
            return
        done = partial(self._spoken, part.key, said, defect_mode)
        self._link.send("label", part.key, label_value(said, defect_mode), then=done)

    def take_back(self) -> None:
        """What was said last was wrong."""
        key = self.queue.last_spoken
        if key:
            self._link.send("unlabel", key, then=partial(self._taken_back, key))

    def step(self, parts: int) -> None:
        """Forward (older) or back."""
        self.queue.step(parts)
        self._show()

    def write_words(self) -> None:
        """Buttons, and what is shown."""
        self.shown.setText(self._view_words(self.queue.view))
        self.number.setText(translate("Review", "Part no. …"))
        self.back.setText("◀")
        self.forward.setText("▶")
        self.undo.setText(translate("Review", "Undo  U"))
        self._show()

    def _connect(self) -> None:
        self.panel.said.connect(self.say)
        self.panel.new_mode.connect(self._name_mode)
        self.shown.clicked.connect(self._choose_view)
        self.number.clicked.connect(self._ask_number)
        self.back.clicked.connect(lambda: self.step(-1))
        self.forward.clicked.connect(lambda: self.step(1))
        self.undo.clicked.connect(self.take_back)
        for key, name in enumerate(LABEL_KEYS, start=1):
            QShortcut(QKeySequence(str(key)), self, self.panel.labels[name].click)
        for keys, action in (("Right", partial(self.step, 1)), ("Left", partial(self.step, -1)), ("U", self.take_back)):
            QShortcut(QKeySequence(keys), self, action)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.shown, 1)
        for one in (self.number, self.back, self.forward, self.undo):
            top.addWidget(one)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(top)
        left.addWidget(self.picture, 1)
        left.addWidget(self.said)
        left.addWidget(self.count)
        self.panel.setObjectName("beside")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self.panel)

    def _ask(self, more: bool) -> None:
        self._asking = True
        question = self.queue.question(time.time(), self._lot, more)
        self._link.ask(question, partial(self._take_parts, more))

    def _take_parts(self, more: bool, reply: Reply, _file: bytes) -> None:
        self._refusal = reply.text if isinstance(reply, Refusal) else ""
        if isinstance(reply, Parts):
            self.queue.take(reply, more)
            self._waiting = reply.waiting
        self._show()  # while `_asking`: a refused page is asked for again at the next step, not at once
        self._asking = False
        if isinstance(reply, Parts):
            self._ask_more()

    def _take_waiting(self, reply: Reply, _file: bytes) -> None:
        if not isinstance(reply, Parts):
            return
        self._waiting = reply.waiting
        if self.queue.part is None and self._waiting and not self._asking and self.isVisible():
            self._ask(more=False)
        elif self.isVisible():
            self._show()  # a picture whose question was refused is asked for again

    def _take_modes(self, reply: Reply, _file: bytes) -> None:
        if isinstance(reply, DefectModes):
            self.panel.show_modes(reply.names)

    def _take_part(self, key: str, reply: Reply, file: bytes) -> None:
        if isinstance(reply, StoredPart):
            self._stored[key] = (reply, QImage.fromData(file))
            while len(self._stored) > _KEPT:
                del self._stored[next(iter(self._stored))]
            if self.queue.part and self.queue.part.key == key:
                self._show_picture()

    def _spoken(self, key: str, said: str, defect_mode: str, result: CommandResult) -> None:
        self._answered(result)
        if result.done:
            self.queue.spoken(key, said, defect_mode)
            self._waiting = max(0, self._waiting - 1)
            self._show()

    def _taken_back(self, key: str, result: CommandResult) -> None:
        self._answered(result)
        if result.done:
            self.queue.taken_back(key)
            self._show()

    def _answered(self, result: CommandResult) -> None:
        silent = translate("Review", "The recorder does not answer.")
        self.said.setText("" if result.done else result.text or silent)
        self.said.setVisible(not result.done)

    def _show(self) -> None:
        part = self.queue.part
        self.panel.show_part(part)
        for one in (part, self.queue.next_part):
            if one and one.key not in self._stored:
                self._link.ask(AskPart(key=one.key), partial(self._take_part, one.key))
        self._ask_more()
        self.back.setEnabled(self.queue.at > 0)
        self.forward.setEnabled(self.queue.next_part is not None)
        more = "" if self.queue.complete else "+"
        place = f"{self.queue.at + 1} / {len(self.queue.parts)}{more}" if part else ""
        self.count.setText(place)
        self._show_picture()

    def _ask_more(self) -> None:
        if self.queue.wants_more() and not self._asking:
            self._ask(more=True)

    def _show_picture(self) -> None:
        part = self.queue.part
        if part is None:
            words = self._refusal or translate("Review", "No part here waits for a label.")
            self.picture.show_picture(QImage(), (), words)
            return
        stored = self._stored.get(part.key)
        if stored is None:
            self.picture.show_picture(QImage(), (), translate("Review", "Fetching the picture …"))
        else:
            gone = translate("Review", "No picture of this part is kept.")
            self.picture.show_picture(stored[1], stored[0].findings, gone)

    def _choose_view(self) -> None:
        words = [self._view_words(view) for view in _VIEWS]
        Choice(translate("Review", "Which parts?"), words, lambda place: self._change_view(_VIEWS[place]), self).open()

    def _ask_number(self) -> None:
        def look(text: str) -> None:
            if text.isdigit() and int(text):
                self._change_view(View("all", unlabelled=False, part=int(text)))

        Keypad(translate("Review", "Part number"), "digits", look, self).open()

    def _name_mode(self) -> None:
        said = self.panel.fault_label
        Keypad(
            translate("Review", "Name of the defect"), "text", lambda name: self.say(said, name.strip()), self
        ).open()

    def _change_view(self, view: View) -> None:
        self.queue.view = view
        self.shown.setText(self._view_words(view))
        self._ask(more=False)

    def _view_words(self, view: View) -> str:
        if view.part:
            return translate("Review", "Part %1").replace("%1", str(view.part))
        if view.this_lot:
            return translate("Review", "This lot: NG and border")
        if view.which == "all":
            return translate("Review", "All parts of 24 h")
        if view.which == "ng":
            shown = translate("Review", "NG, to label"), translate("Review", "NG of 24 h")
            return shown[not view.unlabelled]
        if view.which == "border":
            return translate("Review", "Border, to label")
        return translate("Review", "NG and border, to label")
