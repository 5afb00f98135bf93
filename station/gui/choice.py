# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sheet with a few large buttons of which a person touches one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from station.gui.language import translate
from station.gui.overlay import Overlay
from station.gui.pane import button, label

_COLUMNS = 3
MOST = 18


class Choice(Overlay):
    """`accept` gets the place of the touched word, from 0; at most MOST words are shown."""

    def __init__(self, title: str, words: Sequence[str], accept: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._accept = accept
        self.buttons: list[QPushButton] = []
        self.cancel = button()
        heading = label("title")
        heading.setText(title)
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, word in enumerate(words[:MOST]):
            one = button()
            one.setText(word)
            one.clicked.connect(partial(self._take, place))
            self.buttons.append(one)
            grid.addWidget(one, place // _COLUMNS, place % _COLUMNS)
        self.cancel.clicked.connect(self.close_sheet)
        column = QVBoxLayout(self.sheet)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addLayout(grid)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignRight)
        self.setFocusProxy(self.buttons[0] if self.buttons else self.cancel)
        self.write_words()

    def write_words(self) -> None:
        """The one word of its own."""
        self.cancel.setText(translate("Keypad", "Cancel"))

    def _take(self, place: int) -> None:
        self.close_sheet()
        self._accept(place)
