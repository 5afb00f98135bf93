# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in: touch your name, then your PIN or password. The recorder decides; what it says is shown."""

from __future__ import annotations

from functools import partial

from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from station.core.message import CommandResult, Reply
from station.core.people import AskPeople, People, Person
from station.gui.keypad import ask_secret
from station.gui.language import filled, translate
from station.gui.link import Link
from station.gui.overlay import Overlay
from station.gui.pane import button, label
from station.gui.wording import role_word

_COLUMNS, _ROWS = 4, 5
_MOST = _COLUMNS * _ROWS


class LogIn(Overlay):
    """Asks for the people when it opens; gone when somebody is logged in."""

    def __init__(self, link: Link, parent: QWidget) -> None:
        super().__init__(parent)
        self._link = link
        self._people: tuple[Person, ...] | None = None  # None: not known yet
        self._first = 0  # of the people that are shown
        self._fault = ""  # why nobody can be shown, or the recorder's refusal
        self.tiles: list[QPushButton] = []
        self.title, self.fault = label("title"), label("advice")
        self.more, self.cancel = button(), button()
        self.fault.setWordWrap(True)
        self.more.clicked.connect(self._show_more)
        self.more.hide()
        self.cancel.clicked.connect(self.close_sheet)
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        column = QVBoxLayout(self.sheet)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addWidget(self.fault)
        column.addLayout(self._grid)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addStretch(1)
        row.addWidget(self.cancel)
        column.addLayout(row)
        self.setFocusProxy(self.cancel)
        self.write_words()

    def open(self) -> None:
        """Cover the window and ask who there is."""
        super().open()
        self._link.ask(AskPeople(), self._show_people)

    def write_words(self) -> None:
        """Title and button; the rest is data."""
        self.title.setText(translate("LogIn", "Who are you?"))
        self.more.setText(translate("LogIn", "Others"))
        self.cancel.setText(translate("LogIn", "Cancel"))
        self.fault.setText(self._fault or self._hint())
        self.fault.setVisible(bool(self.fault.text()))

    def _hint(self) -> str:
        if self._people is None:
            return translate("LogIn", "Asking the recorder …")
        if not self._people:
            return translate("LogIn", "There are no people yet. On this machine, run: %1").replace(
                "%1", "saiken user add NAME --role integrator"
            )
        return ""

    def _show_people(self, reply: Reply, _file: bytes) -> None:
        if isinstance(reply, People):
            self._people = tuple(person for person in reply.people if person.active)
        else:
            self._people, self._fault = (), getattr(reply, "text", "")
        self.more.setVisible(len(self._people) > _MOST)
        self._make_tiles(self._people[:_MOST])
        self.write_words()

    def _show_more(self) -> None:
        """The next page; after the last the first."""
        people = self._people or ()
        self._first = self._first + _MOST if self._first + _MOST < len(people) else 0
        self._make_tiles(people[self._first : self._first + _MOST])

    def _make_tiles(self, people: tuple[Person, ...]) -> None:
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.deleteLater()
        self.tiles = []
        for place, person in enumerate(people):
            tile = button()
            tile.setText(f"{person.name}\n{role_word(person.role)}")
            tile.setProperty("tile", True)
            tile.clicked.connect(partial(self._ask_secret, person))
            self._grid.addWidget(tile, place // _COLUMNS, place % _COLUMNS)
            self.tiles.append(tile)
        if self.tiles:
            self.tiles[0].setFocus()

    def _ask_secret(self, person: Person) -> None:
        pin = person.role == "operator"
        title = translate("LogIn", "PIN of %1") if pin else translate("LogIn", "Password of %1")
        ask_secret(person.role, filled(title, person.name), partial(self._log_in, person), self)

    def _log_in(self, person: Person, secret: str) -> None:
        self._link.send("log-in", person.name, secret, then=self._answered)

    def _answered(self, result: CommandResult) -> None:
        if result.done:
            self.close_sheet()
            return
        self._fault = result.text or translate("LogIn", "The recorder does not answer.")
        self.write_words()
