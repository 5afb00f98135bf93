"""The Set-up screen: one page in front, the times counted whichever it is."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from station.gui.made_up import StillLink, good
from station.gui.setup.scenes import SIGNALS
from station.gui.setup.screen import SetupScreen


@pytest.fixture
def link():
    made = StillLink(good())
    made.news.signals = SIGNALS
    return made


def test_pages_take_the_news_when_they_come_to_the_front(link, shown, qtbot, english):
    screen = shown(SetupScreen(link), 1150, 620)
    screen.entered()
    assert screen.camera.quality is not None
    assert screen.plc.slots.slots == ()
    qtbot.mouseClick(screen.tabs.buttons[1], Qt.MouseButton.LeftButton)
    assert screen.plc.slots.slots == SIGNALS.slots
    assert screen.timing.stopwatch.pace().parts == 17
    assert [one.text() for one in screen.tabs.buttons] == ["Camera", "PLC", "Timing"]
