# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A framed list of signals: name left, value right."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout

from station.gui.pane import Panel, label


class SignalList(Panel):
    """A heading and so many rows; values are written again only when they changed."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.heading = label("caption")
        self.names = [label("muted") for _ in range(rows)]
        self.values = [label() for _ in range(rows)]
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 10, 14, 10)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.heading, 0, 0, 1, 2)
        for row, (name, value) in enumerate(zip(self.names, self.values, strict=True), start=1):
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
        grid.setRowStretch(rows + 1, 1)
        grid.setColumnStretch(1, 1)

    def show_names(self, heading: str, names: Sequence[str]) -> None:
        """In the language of now."""
        self.heading.setText(heading)
        for one, name in zip(self.names, names, strict=True):
            one.setText(name)

    def show_values(self, values: Sequence[str]) -> None:
        """As many as there are rows."""
        for one, value in zip(self.values, values, strict=True):
            if one.text() != value:
                one.setText(value)
