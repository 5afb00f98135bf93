# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which screens the window has, in the order of the rail. A new screen is one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from PyQt6.QtCore import QT_TRANSLATE_NOOP

from station.core.message import Question, Reply
from station.gui.link import Then
from station.gui.news import StationNews
from station.gui.pane import Screen
from station.gui.run.run_screen import RunScreen


class Link(Protocol):
    """What the window needs of `station.gui.link.StationLink`; the screenshots have a still one."""

    news: StationNews

    def poll(self, now_ns: int) -> None:
        """Take what has come; never blocks."""

    def send(self, action: str, what: str = "", value: str = "", seconds: float = 0.0, then: Then = None) -> None:
        """Send a command; the answer comes with the news, and to `then`."""

    def ask(self, question: Question, then: Callable[[Reply, bytes], None]) -> None:
        """Ask the recorder; `then` gets the reply, perhaps a Refusal, and the picture file that came with it."""

    def log_out(self) -> None:
        """Nobody is logged in any more."""

    def close(self) -> None:
        """The window is closed."""


class Entry(NamedTuple):
    """One screen: its key, its name on the rail (translated), and how it is made."""

    key: str
    name: str
    make: Callable[[Link], Screen]


def _run(link: Link) -> Screen:
    screen = RunScreen()
    screen.wanted.connect(link.send)
    return screen


SCREENS: tuple[Entry, ...] = (Entry("run", QT_TRANSLATE_NOOP("Rail", "Run"), _run),)
