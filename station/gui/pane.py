# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of every piece of the window: it writes its own words, at the start and after each switch of language."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QFont, QFontMetricsF
from PyQt6.QtWidgets import QLabel, QPushButton, QWidget

from station.gui.news import StationNews


class Pane(QWidget):
    """Subclasses override `write_words`; painted ones need not, they are painted again."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def changeEvent(self, event: QEvent | None) -> None:
        """Qt calls this on a switch of language, among others."""
        if event is not None and event.type() is QEvent.Type.LanguageChange:
            self.write_words()
            self.update()
        super().changeEvent(event)

    def write_words(self) -> None:
        """Set all texts, in the language of now."""


class Panel(Pane):
    """A framed group; the style sheet draws the frame."""


class Screen(Pane):
    """One page of the window; `station.gui.screens` lists all."""

    urgent = False  # what waits here is abnormal, and coloured on the rail

    def entered(self) -> None:
        """A person has come to this screen: the moment to ask for what is not in the news."""

    def notice(self, news: StationNews) -> str:
        """How many things wait here for a person, on the rail; "" for none. Called on every pull."""
        return ""

    def show_news(self, news: StationNews) -> None:
        """Called up to 30 times a second while this screen is in front; must be cheap when nothing changed."""
        raise NotImplementedError  # Qt's metaclass leaves no room for ABC


def label(role: str = "") -> QLabel:
    """A label with a role that the style sheet knows."""
    made = QLabel()
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)  # what other processes say is never markup
    return made


def button() -> QPushButton:
    """A button large enough for a glove; Space and Enter press it."""
    made = QPushButton()
    made.setAutoDefault(True)
    return made


def fitted_font(font: QFont, text: str, width: float, largest_px: float) -> QFont:
    """`font` as large as `text` fits into `width`, at most `largest_px`."""
    fitted = QFont(font)
    fitted.setPixelSize(max(8, round(largest_px)))
    needed = QFontMetricsF(fitted).horizontalAdvance(text)
    if needed > width:
        fitted.setPixelSize(max(8, int(fitted.pixelSize() * width / needed)))
    return fitted
