# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which screens the window has, in the order of the rail. A new screen is one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PyQt6.QtCore import QT_TRANSLATE_NOOP

from station.core.counting import AskStatistics
from station.gui.admin.screen import AdminScreen
from station.gui.alarms.screen import AlarmsScreen
from station.gui.link import Link
from station.gui.pane import Screen
from station.gui.review.screen import ReviewScreen
from station.gui.run.run_screen import RunScreen
from station.gui.setup.screen import SetupScreen
from station.gui.statistics.screen import StatisticsScreen


class Entry(NamedTuple):
    """One screen: its key, its name on the rail (translated), and how it is made."""

    key: str
    name: str
    make: Callable[[Link], Screen]


def _run(link: Link) -> Screen:
    screen = RunScreen()
    screen.wanted.connect(link.send)
    screen.lot_wanted.connect(lambda lot: link.send("lot", lot))
    screen.shift_wanted.connect(lambda: link.ask(AskStatistics(period="shift"), screen.take_shift))
    return screen


SCREENS: tuple[Entry, ...] = (
    Entry("run", QT_TRANSLATE_NOOP("Rail", "Run"), _run),
    Entry("review", QT_TRANSLATE_NOOP("Rail", "Review"), ReviewScreen),
    Entry("statistics", QT_TRANSLATE_NOOP("Rail", "Statistics"), StatisticsScreen),
    Entry("alarms", QT_TRANSLATE_NOOP("Rail", "Alarms"), AlarmsScreen),
    Entry("setup", QT_TRANSLATE_NOOP("Rail", "Set-up"), SetupScreen),
    Entry("admin", QT_TRANSLATE_NOOP("Rail", "Admin"), AdminScreen),
)
