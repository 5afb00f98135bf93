# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Set-up screen: camera, PLC, timing. Everybody may look; the line decides who may hold an output."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout

from station.gui.language import translate
from station.gui.link import Link
from station.gui.news import StationNews
from station.gui.pane import Screen
from station.gui.setup.camera_page import CameraPage
from station.gui.setup.plc_page import PlcPage
from station.gui.setup.timing_page import TimingPage
from station.gui.tabs import Tabs


class SetupScreen(Screen):
    """Three pages; only the one in front is kept up to date."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.link = link
        self.camera, self.plc, self.timing = CameraPage(link), PlcPage(link), TimingPage(link)
        self.tabs = Tabs((self.camera, self.plc, self.timing))
        self.tabs.turned.connect(lambda _: self.entered())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self.write_words()

    def entered(self) -> None:
        """The page in front takes the newest news at once."""
        if self.tabs.place == 0:
            self.camera.entered()
        self.show_news(self.link.news)

    def show_news(self, news: StationNews) -> None:
        """The page in front only; the times are counted whichever it is."""
        self.timing.show_news()
        if self.tabs.place < 2:
            (self.camera, self.plc)[self.tabs.place].show_news()

    def write_words(self) -> None:
        """The pages' names."""
        self.tabs.show_names((translate("Setup", "Camera"), translate("Setup", "PLC"), translate("Setup", "Timing")))
