"""The Admin screen: each page asks when it comes to the front."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from station.core.asking import AskEvents
from station.core.people import AskPeople
from station.gui.admin.screen import AdminScreen
from station.gui.made_up import StillLink, good


@pytest.fixture
def link():
    return StillLink(good())


def test_pages_ask_when_they_come_to_the_front(link, shown, qtbot, english):
    screen = shown(AdminScreen(link), 1150, 620)
    screen.entered()
    qtbot.mouseClick(screen.tabs.buttons[1], Qt.MouseButton.LeftButton)
    assert [type(one) for one in link.asked] == [AskPeople, AskEvents]
    screen.show_news(link.news)
    assert any("flange" in value.text() for value in screen.about._values)
