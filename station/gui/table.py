# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list in columns for fingers: whole pages instead of scrolling, rows that can be chosen if they are high enough."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from station.gui.pane import Pane, button, label
from station.gui.style import TEXT_PX, TOUCH_PX

_READ_LINES = 2.0  # height of a row that is only read, in lines of text


class Table(Pane):
    """Shows the rows that fit; two large buttons turn the pages. `chosen` names the row, from 0 in all rows."""

    chosen = pyqtSignal(int)

    def __init__(self, columns: int, stretch: int, choose: bool = False) -> None:
        """`stretch`: the column that takes the room that is left. `choose`: rows are targets for a finger."""
        super().__init__()
        self._rows: list[tuple[str, ...]] = []
        self._first = 0
        self._choose = choose
        self._picked = -1
        self.cells = QTableWidget(0, columns)
        self._set_up(stretch)
        self.up, self.down, self.place = button(), button(), label("muted")
        self.up.setText("▲")
        self.down.setText("▼")
        self.up.clicked.connect(lambda: self.turn(-1))
        self.down.clicked.connect(lambda: self.turn(1))
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        pages = QVBoxLayout()
        pages.addWidget(self.up)
        pages.addStretch(1)
        pages.addWidget(self.place)
        pages.addStretch(1)
        pages.addWidget(self.down)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.cells, 1)
        row.addLayout(pages)

    @property
    def picked(self) -> int:
        """The chosen row, -1 = none."""
        return self._picked

    @property
    def page_rows(self) -> int:
        """How many rows fit."""
        header = self.cells.horizontalHeader()
        room = self.cells.height() - (0 if header is None else header.height()) - 4
        return max(1, room // self._row_px())

    def show_headers(self, names: Sequence[str]) -> None:
        """The columns' names, in the language of now."""
        self.cells.setHorizontalHeaderLabels(list(names))

    def show_rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        """All rows; the page and the chosen row stay as far as they can."""
        if list(rows) == self._rows:
            return
        self._rows = list(rows)
        if self._picked >= len(self._rows):
            self._picked = -1
        self._first = min(self._first, max(0, len(self._rows) - 1))
        self._fill()

    def pick(self, row: int) -> None:
        """Choose a row; its page comes to the front."""
        if not 0 <= row < len(self._rows):
            return
        self._picked = row
        self._first = row // self.page_rows * self.page_rows
        self._fill()
        self.chosen.emit(row)

    def turn(self, pages: int) -> None:
        """So many pages down (or up)."""
        first = self._first + pages * self.page_rows
        if 0 <= first < len(self._rows) or (pages < 0 and self._first):
            self._first = max(0, first)
            self._fill()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """As many rows as fit now."""
        super().resizeEvent(event)
        self._fill()

    def _set_up(self, stretch: int) -> None:
        cells = self.cells
        cells.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        cells.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        single, none = QAbstractItemView.SelectionMode.SingleSelection, QAbstractItemView.SelectionMode.NoSelection
        cells.setSelectionMode(single if self._choose else none)
        cells.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._choose else Qt.FocusPolicy.NoFocus)
        cells.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        cells.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        cells.setShowGrid(False)
        cells.setAlternatingRowColors(True)
        if (side := cells.verticalHeader()) is not None:  # an empty one is False
            side.hide()
        if (header := cells.horizontalHeader()) is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
            header.setSectionsClickable(False)
        cells.itemSelectionChanged.connect(self._take_choice)

    def _row_px(self) -> int:
        grown = max(1.0, self.fontInfo().pixelSize() / TEXT_PX)
        return round(TOUCH_PX * grown) if self._choose else round(self.fontMetrics().height() * _READ_LINES)

    def _fill(self) -> None:
        shown = self._rows[self._first : self._first + self.page_rows]
        self.cells.blockSignals(True)
        self.cells.setRowCount(len(shown))
        for place, texts in enumerate(shown):
            self.cells.setRowHeight(place, self._row_px())
            for column, text in enumerate(texts):
                self.cells.setItem(place, column, QTableWidgetItem(text))
        self.cells.clearSelection()
        if 0 <= self._picked - self._first < len(shown):
            self.cells.selectRow(self._picked - self._first)
        self.cells.blockSignals(False)
        last = self._first + len(shown)
        self.up.setEnabled(self._first > 0)
        self.down.setEnabled(last < len(self._rows))
        self.place.setText(f"{self._first + 1}–{last}\n/ {len(self._rows)}" if shown else "")

    def _take_choice(self) -> None:
        row = self.cells.currentRow()
        if self._choose and row >= 0 and self._first + row != self._picked:
            self._picked = self._first + row
            self.chosen.emit(self._picked)
