# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen of several pages: a row of large buttons above, one page below."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from station.gui.pane import Pane, button


class Tabs(Pane):
    """Emits `turned` with the place of the page that has come to the front."""

    turned = pyqtSignal(int)

    def __init__(self, pages: Sequence[QWidget]) -> None:
        super().__init__()
        self.buttons = [button() for _ in pages]
        self._group = QButtonGroup(self)
        self._stack = QStackedLayout()
        row = QHBoxLayout()
        row.setSpacing(6)
        for place, (one, page) in enumerate(zip(self.buttons, pages, strict=True)):
            one.setCheckable(True)
            self._group.addButton(one, place)
            row.addWidget(one)
            self._stack.addWidget(page)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addLayout(self._stack, 1)
        self._group.idClicked.connect(self.turn_to)
        self.buttons[0].setChecked(True)

    @property
    def place(self) -> int:
        """Of the page in front, from 0."""
        return self._stack.currentIndex()

    def show_names(self, names: Sequence[str]) -> None:
        """What stands on the buttons, in the language of now."""
        for one, name in zip(self.buttons, names, strict=True):
            one.setText(name)

    def turn_to(self, place: int) -> None:
        """Bring a page to the front."""
        self.buttons[place].setChecked(True)
        self._stack.setCurrentIndex(place)
        self.turned.emit(place)
