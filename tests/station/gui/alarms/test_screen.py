"""The Alarms screen: two touches from the Run screen acknowledge; lists, history, what the line refused."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from station.core.alarms import Alarms
from station.core.asking import AskEvents, Events
from station.core.message import CommandResult, Event, Refusal
from station.gui.alarms.scenes import SOME, with_alarms
from station.gui.alarms.screen import AlarmsScreen
from station.gui.made_up import StillLink
from station.gui.window import StationWindow


@pytest.fixture
def link():
    return StillLink(with_alarms(SOME, 2))


@pytest.fixture
def screen(link, shown, english):
    made = shown(AlarmsScreen(link), 1150, 620)
    made.show_news(link.news)
    made.entered()
    return made


def names(screen, page: int) -> list[str]:
    table = screen.lists[page].cells
    return [table.item(row, 1).text().strip() for row in range(table.rowCount())]


def test_two_touches_from_run_acknowledge_the_most_urgent(link, qtbot, english):
    window = StationWindow(link, english, "station-1")
    qtbot.addWidget(window)
    window.show()
    window.pull()
    rail = window.rail.buttons[list(window.screens).index("alarms")]
    assert rail.notice == "3"
    qtbot.mouseClick(rail, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.screens["alarms"].detail.acknowledge, Qt.MouseButton.LeftButton)
    assert link.sent == ["acknowledge engine"]


def test_each_state_stands_on_its_page(screen):
    assert names(screen, 0) == ["Engine not working", "↳ Camera lost", "Light or focus has changed", "Reject bin full"]
    assert names(screen, 1) == ["Disk nearly full"]
    assert names(screen, 2) == ["Clock was set"]
    assert screen.lists[1].cells.item(0, 3).text().startswith("until ")


def test_an_alarm_is_explained_and_can_be_shelved(screen, link, qtbot):
    screen.lists[0].pick(2)
    assert screen.detail.name.text() == "Light or focus has changed"
    assert not screen.detail.acknowledge.isEnabled()  # seen already
    qtbot.mouseClick(screen.detail.shelves[1], Qt.MouseButton.LeftButton)
    assert link.sent == ["shelve light 1800"]


def test_the_choice_follows_the_alarm_when_the_list_changes(screen, link):
    screen.lists[0].pick(0)
    link.news.alarms = Alarms(SOME[2:], 2)
    screen.show_news(link.news)
    assert screen.detail.alarm.id == "light"
    link.news.alarms = Alarms((), 2)
    screen.show_news(link.news)
    assert screen.detail.alarm is None
    assert screen.notice(link.news) == ""


def test_key_a_acknowledges(screen, link, qtbot):
    qtbot.keyClick(screen, Qt.Key.Key_A)
    assert link.sent == ["acknowledge engine"]


def test_what_the_line_refuses_is_said(screen):
    screen._answered(CommandResult("shelve", False, "for longer than 30 min an alarm is shelved by a supervisor"))
    assert "by a supervisor" in screen.said.text()
    screen._answered(CommandResult("shelve", False, ""))
    assert screen.said.text() == "The line does not answer."
    screen._answered(CommandResult("shelve", True, "shelved"))
    assert screen.said.text() == ""


def test_history_has_words_and_keeps_what_it_does_not_know(screen, link, qtbot):
    texts = ("plc: unacknowledged (no answer)", "plc: normal", "fire: unacknowledged", "plc: burning")
    link.replies[AskEvents] = (Events(0, tuple(Event("line", "alarm", text, 0.0) for text in texts)), b"")
    qtbot.mouseClick(screen.tabs.buttons[3], Qt.MouseButton.LeftButton)
    assert link.asked[-1].kind == "alarm"
    shown = [screen.history.cells.item(row, 1).text() for row in range(4)]
    assert shown == ["PLC link lost: new (no answer)", "PLC link lost: normal", *texts[2:]]
    link.replies[AskEvents] = (Refusal(0, "the recorder is not there"), b"")
    screen.entered()
    assert screen.said.text() == "the recorder is not there"


def test_a_flood_is_marked_and_a_line_that_is_gone_said(screen, link):
    link.news.alarms = Alarms(SOME, 11)
    screen.show_news(link.news)
    assert screen.rate.text().startswith("▲ 11 alarms")
    link.news.alarms, link.news.line_here = None, False
    screen.show_news(link.news)
    assert screen.rate.text() == "The line process is gone."
