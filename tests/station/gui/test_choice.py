"""One of a few words by one touch."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from station.gui.choice import Choice
from station.gui.style import TOUCH_PX


def test_a_touch_chooses_and_cancel_does_not(shown, qtbot, english):
    window, taken = shown(QWidget(), 900, 600), []
    choice = Choice("Which?", ["a", "b"], taken.append, window)
    choice.open()
    assert all(one.height() >= TOUCH_PX for one in choice.buttons)
    qtbot.mouseClick(choice.cancel, Qt.MouseButton.LeftButton)
    assert (taken, choice.isVisible()) == ([], False)
    choice = Choice("Which?", ["a", "b"], taken.append, window)
    choice.open()
    qtbot.mouseClick(choice.buttons[1], Qt.MouseButton.LeftButton)
    assert (taken, choice.isVisible()) == ([1], False)
