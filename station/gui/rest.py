# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody has touched the window for a while: whoever was logged in has gone, and is logged out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QApplication

from station.gui.link import Link

_TOUCHES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.TouchBegin, QEvent.Type.Wheel})


class LogOutAtRest(QObject):
    """Sees every touch and key of the application; `look` is called by the window's timer."""

    def __init__(self, link: Link, after_s: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        """`after_s` = 0: never."""
        super().__init__()
        self._link = link
        self._after_s = after_s
        self._clock_s = clock_s
        self._touched_s = clock_s()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def end(self) -> None:
        """See nothing any more: a filter that outlives its window brings Qt down at the end."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    @property
    def left_s(self) -> float:
        """Until the log-out; infinite when nobody is logged in, or never."""
        if not self._after_s or not self._link.news.user:
            return math.inf
        return self._after_s - (self._clock_s() - self._touched_s)

    def look(self) -> None:
        """Log out when it is time."""
        if self.left_s <= 0:
            self._link.log_out()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """A touch is a sign of life; it goes on its way."""
        if event is not None and event.type() in _TOUCHES:
            self._touched_s = self._clock_s()
        return False
