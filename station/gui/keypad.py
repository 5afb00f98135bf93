# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own keypad for gloved fingers; a real keyboard, with its input method, writes there too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from station.gui.language import translate
from station.gui.overlay import Overlay
from station.gui.pane import button, label

Kind = Literal["digits", "text", "secret"]

_DIGITS = ("123", "456", "789", ".0-")
_LETTERS = ("1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm._/")
LONGEST = 128


class Keypad(Overlay):
    """`accept` gets the text when a person says OK; on Cancel nothing happens.

    digits  numbers and PINs; with `hidden` the digits are dots
    text    letters, digits and - . _ /
    secret  like text, shown as dots
    """

    def __init__(
        self, title: str, kind: Kind, accept: Callable[[str], None], parent: QWidget, hidden: bool = False
    ) -> None:
        super().__init__(parent)
        self._accept = accept
        self._upper = False
        self._letters: list[QPushButton] = []
        self.title, self.line = label("title"), QLineEdit()
        self.title.setText(title)
        self.line.setMaxLength(LONGEST)
        if hidden or kind == "secret":
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.returnPressed.connect(self.say_ok)
        self.cancel, self.clear, self.back, self.ok = button(), button(), button(), button()
        self.shift, self.space = button(), button()
        self.shift.setCheckable(True)
        column = QVBoxLayout(self.sheet)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.line)
        column.addLayout(self._board(_DIGITS if kind == "digits" else _LETTERS))
        column.addLayout(self._last_row(letters=kind != "digits"))
        self._connect()
        self.setFocusProxy(self.line)
        self.write_words()

    @property
    def keys(self) -> list[QPushButton]:
        """The keys that write a character."""
        return self._letters

    def say_ok(self) -> None:
        """Hand the text over."""
        text = self.line.text()
        self.close_sheet()
        self._accept(text)

    def write_words(self) -> None:
        """The keys with words on them."""
        self.cancel.setText(translate("Keypad", "Cancel"))
        self.clear.setText(translate("Keypad", "Clear"))
        self.ok.setText(translate("Keypad", "OK"))
        self.back.setText("⌫")
        self.shift.setText("⇧")
        self.space.setText(translate("Keypad", "Space"))

    def _board(self, rows: tuple[str, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        for row, characters in enumerate(rows):
            for column, character in enumerate(characters):
                key = button()
                key.setText(character)
                key.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the line keeps it, for a real keyboard
                key.clicked.connect(partial(self._write, key))
                self._letters.append(key)
                grid.addWidget(key, row, column)
        return grid

    def _last_row(self, letters: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        if letters:
            row.addWidget(self.shift)
            row.addWidget(self.space, 1)
        row.addWidget(self.back)
        row.addWidget(self.clear)
        row.addWidget(self.cancel)
        row.addWidget(self.ok)
        self.ok.setProperty("wanted", True)
        self.shift.setVisible(letters)
        self.space.setVisible(letters)
        for one in (self.shift, self.space, self.back):
            one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return row

    def _connect(self) -> None:
        self.cancel.clicked.connect(self.close_sheet)
        self.clear.clicked.connect(self.line.clear)
        self.back.clicked.connect(self.line.backspace)
        self.ok.clicked.connect(self.say_ok)
        self.space.clicked.connect(lambda: self.line.insert(" "))
        self.shift.toggled.connect(self._change_case)

    def _write(self, key: QPushButton) -> None:
        self.line.insert(key.text())
        if self._upper:
            self.shift.setChecked(False)

    def _change_case(self, upper: bool) -> None:
        self._upper = upper
        for key in self._letters:
            key.setText(key.text().upper() if upper else key.text().lower())


def ask_secret(role: str, title: str, accept: Callable[[str], None], parent: QWidget) -> None:
    """Operators have PINs, others passwords; nobody sees what is typed."""
    kind: Kind = "digits" if role == "operator" else "secret"
    Keypad(title, kind, accept, parent, hidden=True).open()
