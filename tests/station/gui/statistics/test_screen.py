"""The Statistics screen: what is asked, what is said of it, in both languages."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from station.core.counting import AskStatistics, Statistics
from station.core.message import CommandResult, Refusal
from station.gui.made_up import StillLink, good
from station.gui.statistics.scenes import made_up_shift
from station.gui.statistics.screen import StatisticsScreen


@pytest.fixture
def link():
    made = StillLink(good())
    made.news.recorder_here = True
    made.replies[AskStatistics] = (made_up_shift(), b"")
    return made


@pytest.fixture
def screen(link, shown, english):
    made = shown(StatisticsScreen(link), 1150, 620)
    made.entered()
    return made


def test_totals_with_their_interval(screen):
    shift = made_up_shift()
    assert screen.totals.text().startswith(f"{shift.parts:,} parts, {shift.passed:,} OK, {shift.rejected:,} NG: ")
    assert "95 % interval" in screen.totals.text()


def test_points_beyond_the_limits_are_said_for_the_chart_in_front(screen, qtbot):
    assert screen.note.text().startswith("2 points beyond the limits.")
    qtbot.mouseClick(screen.tabs.buttons[3], Qt.MouseButton.LeftButton)
    assert screen.note.text().startswith("Dashed")


def test_another_period_is_asked_for_by_touch(screen, link, qtbot):
    qtbot.mouseClick(screen.periods[2], Qt.MouseButton.LeftButton)
    assert [one.period for one in link.asked] == ["shift", "week"]


def test_asked_again_only_while_it_is_seen_and_somebody_is_there(screen, link):
    screen._ask_if_seen()
    assert len(link.asked) == 2
    link.news.recorder_here = False
    screen._ask_if_seen()
    screen.hide()
    link.news.recorder_here = True
    screen._ask_if_seen()
    assert len(link.asked) == 2


def test_nothing_and_nobody_and_the_other_language(screen, link, english):
    link.replies[AskStatistics] = (Statistics(), b"")
    screen.entered()
    assert screen.totals.text() == "No parts in this time."
    english.switch("ja")
    QApplication.processEvents()
    assert screen.totals.text() == "この期間に部品はありません。"
    link.replies[AskStatistics] = (Refusal(0, "the recorder is not there"), b"")
    screen.entered()
    assert screen.totals.text() == "the recorder is not there"


def test_what_is_shown_is_written_by_one_touch(screen, link, qtbot):
    qtbot.mouseClick(screen.periods[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(screen.export, Qt.MouseButton.LeftButton)
    assert link.sent == ["export-statistics day"]
    screen._answered(CommandResult("export-statistics", True, "/support/statistics-day-1.csv"))
    assert screen.said.text() == "/support/statistics-day-1.csv"
    assert screen.said.isVisible()
    screen._answered(CommandResult("export-statistics", False, ""))
    assert screen.said.text() == "The recorder does not answer."


def test_without_parts_there_is_nothing_to_write(screen, link):
    link.replies[AskStatistics] = (Statistics(), b"")
    screen.entered()
    assert not screen.export.isEnabled()


def test_cleared_over_detections_are_said(screen):
    assert screen.totals.text().endswith("48,210 over-detections cleared")


def test_a_closed_screen_lets_its_charts_go(screen, english):
    assert len(screen.charts) == 5
    screen.close()
    english.switch("ja")
    QApplication.processEvents()
    assert screen.charts == []
