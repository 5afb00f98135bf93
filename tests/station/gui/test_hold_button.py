"""A touch does nothing; holding does."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from station.gui.hold_button import HoldButton


def test_it_needs_to_be_held(shown, qtbot):
    button = shown(HoldButton(hold_ms=80))
    with qtbot.assertNotEmitted(button.held):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(button.held):
        qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    assert not button.grab().isNull()
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)


def test_by_the_keyboard(shown, qtbot):
    button = shown(HoldButton(hold_ms=80))
    with qtbot.waitSignal(button.held):
        qtbot.keyPress(button, Qt.Key.Key_Space)
    qtbot.keyRelease(button, Qt.Key.Key_Space)
