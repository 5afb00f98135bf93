# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this is and what it runs on: for a telephone call with the integrator."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from PyQt6.QtCore import PYQT_VERSION_STR, qVersion
from PyQt6.QtWidgets import QGridLayout

from station.gui.language import translate
from station.gui.news import StationNews
from station.gui.pane import Panel, label

_ROWS = 9
_LIBRARIES = ("onnxruntime", "numpy", "opencv-python", "msgspec")


class AboutPage(Panel):
    """Two columns: name and value."""

    def __init__(self) -> None:
        super().__init__()
        self._news = StationNews()
        self._shown: tuple[str, ...] = ()
        self._names = [label("muted") for _ in range(_ROWS)]
        self._values = [label() for _ in range(_ROWS)]
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 18, 24, 18)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        for row, (name, value) in enumerate(zip(self._names, self._values, strict=True)):
            value.setWordWrap(True)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(self._names), 1)
        self.write_words()

    def show_news(self, news: StationNews) -> None:
        """Recipe, runtime and real-time permission are the line's words."""
        self._news = news
        status = news.status
        shown = (status.recipe, status.runtime, status.realtime) if status else ()
        if shown != self._shown:
            self._shown = shown
            self.write_words()

    def write_words(self) -> None:
        """All of it."""
        status = self._news.status
        rows = (
            (translate("About", "Version"), f"Saiken {_version('saiken')}"),
            (translate("About", "Recipe"), status.recipe if status else "–"),
            (translate("About", "Runs on"), status.runtime if status else "–"),
            (translate("About", "Real time"), status.realtime if status else "–"),
            (translate("About", "Computer"), f"{platform.machine()}, Linux {platform.release()}, {os.cpu_count()} CPU"),
            (
                translate("About", "Python, Qt"),
                f"{platform.python_version()}, Qt {qVersion()}, PyQt {PYQT_VERSION_STR}",
            ),
            (translate("About", "Libraries"), ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)),
            (
                translate("About", "Licence"),
                translate("About", "This window: GPL-3.0-or-later. Everything else: Apache-2.0."),
            ),
            (
                translate("About", "Use"),
                translate("About", "A quality function, not a safety function: it protects products, not people."),
            ),
        )
        for (name, value), left, right in zip(rows, self._names, self._values, strict=True):
            left.setText(name)
            right.setText(value)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a checkout that nobody installed
        return "–"
