# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole window: header, banner and the screens. A timer pulls the news; no process ever calls into Qt."""

from __future__ import annotations

import math
import time
from functools import partial

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from station.core.domain import DriftState
from station.gui.health_bar import HealthBar
from station.gui.language import LANGUAGES, Language, translate
from station.gui.link import Link
from station.gui.log_in import LogIn
from station.gui.memory import Looks, WindowMemory
from station.gui.news import StationNews
from station.gui.pane import Pane, Screen, button, label
from station.gui.rail import Rail
from station.gui.rest import LogOutAtRest
from station.gui.run.run_screen import RunScreen
from station.gui.screens import SCREENS
from station.gui.situation import situation
from station.gui.state_banner import StateBanner
from station.gui.style import BASE_HEIGHT, BASE_WIDTH, scale_for, sheet
from station.gui.wording import role_word

PULL_MS = 34  # at most 30 times a second
LAST_S = 60  # so long before the log-out at rest it is announced


class Header(Pane):
    """Which station, which recipe, how healthy, who is logged in; and the other language."""

    def __init__(self, station: str) -> None:
        super().__init__()
        self._station = station
        self._recipe = ""
        self._void = False  # its promise
        self._person = ("", "")  # name and role
        self._leaving_s = 0  # until the log-out at rest, once it is near; 0 = not near
        self.brand, self.recipe = label("brand"), label("muted")
        self.health, self.person, self.language = HealthBar(), button(), button()
        self.person.setProperty("plain", True)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.brand)
        words.addWidget(self.recipe)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self.health)
        row.addWidget(self.person)
        row.addWidget(self.language)
        self.write_words()

    def show_news(self, news: StationNews) -> None:
        """Recipe, whether its promise holds, and health."""
        self.health.show_news(news)
        recipe = news.status.recipe if news.status else ""
        void = news.status is not None and news.status.drift is DriftState.DRIFTED
        person = (news.user, news.role)
        if (recipe, void, person) != (self._recipe, self._void, self._person):
            self._recipe, self._void, self._person = recipe, void, person
            self.write_words()

    def show_rest(self, left_s: float) -> None:
        """How long until whoever is logged in is logged out; said in the last minute only."""
        leaving_s = math.ceil(left_s) if 0 < left_s <= LAST_S else 0
        if leaving_s != self._leaving_s:
            self._leaving_s = leaving_s
            self.write_words()

    def write_words(self) -> None:
        """The station's name and the recipe's are data, not words."""
        self.brand.setText(f"Saiken 再検  {self._station}")
        words = translate("Header", "Recipe: %1 – promise void") if self._void else translate("Header", "Recipe: %1")
        self.recipe.setText(words.replace("%1", self._recipe or "–"))
        name, role = self._person
        below = translate("Header", "out in %n s", "", self._leaving_s) if self._leaving_s else role_word(role)
        self.person.setText(f"{name}\n{below}" if name else translate("Header", "Log in\nF8"))


class StationWindow(QWidget):
    """The rail's screens stand in a stack; the one in front gets the news. Pulls by itself after `start_pulling`."""

    def __init__(
        self,
        link: Link,
        language: Language,
        station: str,
        auto_logout_s: int = 0,
        *,
        memory: WindowMemory | None = None,
    ) -> None:
        """`auto_logout_s`: nobody has touched anything for so long = the person has gone; 0 = never.

        `memory`: how the window before this one looked; this one begins alike.
        """
        super().__init__()
        self._link = link
        self._language = language
        self._scale = 0.0
        self._memory = memory or WindowMemory(None)
        self.header, self.banner = Header(station), StateBanner()
        self.screens: dict[str, Screen] = {entry.key: entry.make(link) for entry in SCREENS}
        self.rail = Rail(len(SCREENS))
        self._stack = QStackedLayout()
        for screen in self.screens.values():
            self._stack.addWidget(screen)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.rail)
        row.addLayout(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(self.header)
        column.addWidget(self.banner)
        column.addLayout(row, 1)
        self.rail.wanted.connect(self._show_place)
        self.header.language.clicked.connect(self.switch_language)
        self.header.person.clicked.connect(self.log_in_or_out)
        self._rest = LogOutAtRest(link, auto_logout_s)
        self._add_keys()
        self._timer = QTimer(self)
        self._timer.setInterval(PULL_MS)
        self._timer.timeout.connect(self.pull)
        self.setWindowTitle(f"Saiken – {station}")
        self._name_language()
        self._resize_everything(BASE_WIDTH, BASE_HEIGHT)
        self.resize(BASE_WIDTH, BASE_HEIGHT)
        self._recall()

    @property
    def run(self) -> RunScreen:
        """The first screen."""
        screen = self.screens["run"]
        assert isinstance(screen, RunScreen)
        return screen

    def show_screen(self, key: str) -> None:
        """Bring a screen to the front, by its key in `SCREENS`."""
        self._show_place(list(self.screens).index(key))

    def _recall(self) -> None:
        """Begin as the window before this one looked."""
        looks = self._memory.looks
        if looks.language in LANGUAGES:
            self._language.switch(looks.language)
            self._name_language()
        if looks.screen in self.screens:
            self.show_screen(looks.screen)

    def _keep(self) -> None:
        key = list(self.screens)[self._stack.currentIndex()]
        self._memory.keep(Looks(key, self._language.code))

    def start_pulling(self) -> None:
        """From now on the timer pulls."""
        self._timer.start()

    def pull(self) -> None:
        """Take the news and show them on the screen that is in front."""
        self._link.poll(time.monotonic_ns())
        self._rest.look()
        self.header.show_rest(self._rest.left_s)
        news = self._link.news
        self.header.show_news(news)
        self.banner.show_situation(situation(news))
        for key, button_of_it in zip(self.screens, self.rail.buttons, strict=True):
            button_of_it.show_notice(self.screens[key].notice(news), self.screens[key].urgent)
        screen = self._stack.currentWidget()
        if isinstance(screen, Screen):
            screen.show_news(news)

    def log_in_or_out(self) -> None:
        """Who is logged in logs out; who is not is asked who they are."""
        if self._link.news.user:
            self._link.log_out()
        else:
            LogIn(self._link, self).open()

    def switch_language(self) -> None:
        """To the other language, at once."""
        self._language.switch(self._language.other)
        self._name_language()
        self._keep()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Everything grows with the window."""
        super().resizeEvent(event)
        self._resize_everything(self.width(), self.height())

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Inspection goes on without a window."""
        self._timer.stop()
        self._rest.end()
        for screen in self.screens.values():
            screen.close()
        self._link.close()
        super().closeEvent(event)

    def _show_place(self, place: int) -> None:
        self.rail.mark(place)
        self._stack.setCurrentIndex(place)
        screen = list(self.screens.values())[place]
        screen.show_news(self._link.news)
        screen.entered()
        self._keep()

    def _resize_everything(self, width: int, height: int) -> None:
        scale = scale_for(width, height)
        if scale != self._scale:
            self._scale = scale
            self.setStyleSheet(sheet(scale))

    def _name_language(self) -> None:
        self.header.language.setText(f"{LANGUAGES[self._language.other]}  F2")
        self.rail.show_names([translate("Rail", entry.name) for entry in SCREENS])

    def _add_keys(self) -> None:
        controls = self.run.controls
        for key, action in (
            ("F2", self.switch_language),
            ("F4", self.run.explain_last_reject),
            ("F5", controls.start.click),
            ("F6", controls.stop.click),
            ("F7", self.run.ask_lot),
            ("F8", self.log_in_or_out),
            ("F9", controls.confirm.click),
        ):
            QShortcut(QKeySequence(key), self, action)
        for place in range(len(SCREENS)):
            QShortcut(QKeySequence(f"Ctrl+{place + 1}"), self, partial(self._show_place, place))
