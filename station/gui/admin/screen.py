# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Admin screen: people, audit trail, diagnosis, about. Everybody may look; the recorder decides who may change."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout

from station.gui.admin.about_page import AboutPage
from station.gui.admin.audit_page import AuditPage
from station.gui.admin.diagnosis_page import DiagnosisPage
from station.gui.admin.people_page import PeoplePage
from station.gui.language import translate
from station.gui.link import Link
from station.gui.news import StationNews
from station.gui.pane import Screen
from station.gui.tabs import Tabs


class AdminScreen(Screen):
    """Four pages."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.link = link
        self.people, self.audit = PeoplePage(link), AuditPage(link)
        self.diagnosis, self.about = DiagnosisPage(link), AboutPage()
        self.tabs = Tabs((self.people, self.audit, self.diagnosis, self.about))
        self.tabs.turned.connect(lambda _: self.entered())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self.write_words()

    def entered(self) -> None:
        """Ask for what the page in front shows."""
        if self.tabs.place == 0:
            self.people.ask()
        elif self.tabs.place == 1:
            self.audit.ask()

    def show_news(self, news: StationNews) -> None:
        """Who is logged in, and how everything fares."""
        self.people.show_news()
        self.diagnosis.show_news()
        self.about.show_news(news)

    def write_words(self) -> None:
        """The pages' names."""
        names = (
            translate("Admin", "People"),
            translate("Admin", "Audit trail"),
            translate("Admin", "Diagnosis"),
            translate("Admin", "About"),
        )
        self.tabs.show_names(names)
