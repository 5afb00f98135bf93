"""The list of screens: each made and shown, in order, with a name in both languages."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from station.gui.language import translate
from station.gui.made_up import StillLink, good
from station.gui.screens import SCREENS
from station.gui.window import StationWindow


@pytest.fixture
def window(qtbot, english):
    made = StationWindow(StillLink(good()), english, "station-1")
    qtbot.addWidget(made)
    made.show()
    return made


def test_keys_are_unique_and_run_comes_first():
    keys = [entry.key for entry in SCREENS]
    assert keys[0] == "run"
    assert len(set(keys)) == len(keys)
    assert len(keys) <= 9  # Ctrl+1 .. Ctrl+9


@pytest.mark.parametrize("place", range(len(SCREENS)))
def test_each_screen_comes_to_the_front_by_key_and_takes_the_news(window, qtbot, place):
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1 + place), Qt.KeyboardModifier.ControlModifier)
    window.pull()
    screen = window.screens[SCREENS[place].key]
    assert screen.isVisible()
    assert window.rail.buttons[place].isChecked()
    assert sum(one.isVisible() for one in window.screens.values()) == 1


def test_each_name_is_translated(english):
    for entry in SCREENS:
        english.switch("en")
        assert translate("Rail", entry.name) == entry.name
        english.switch("ja")
        assert translate("Rail", entry.name) != entry.name
