"""The keypad by finger and by keyboard: what is written, what is accepted, what is hidden, how large the keys are."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QInputMethodEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from station.gui.keypad import Keypad
from station.gui.style import TOUCH_PX


@pytest.fixture
def opened(shown):
    window = shown(QWidget(), 1280, 800)
    taken: list[str] = []

    def opens(kind: str, **options) -> tuple[Keypad, list[str]]:
        keypad = Keypad("Lot", kind, taken.append, window, **options)
        keypad.open()
        return keypad, taken

    return opens


def press(qtbot, keypad: Keypad, characters: str) -> None:
    for character in characters:
        key = next(one for one in keypad.keys if one.text() == character)
        qtbot.mouseClick(key, Qt.MouseButton.LeftButton)


def test_digits_by_finger(opened, qtbot):
    keypad, taken = opened("digits")
    press(qtbot, keypad, "4711")
    qtbot.mouseClick(keypad.back, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(keypad.ok, Qt.MouseButton.LeftButton)
    assert taken == ["471"]
    assert not keypad.isVisible()


def test_letters_by_finger_with_one_capital(opened, qtbot):
    keypad, taken = opened("text")
    qtbot.mouseClick(keypad.shift, Qt.MouseButton.LeftButton)
    press(qtbot, keypad, "L")
    press(qtbot, keypad, "ot-7")
    qtbot.mouseClick(keypad.space, Qt.MouseButton.LeftButton)
    press(qtbot, keypad, "a")
    qtbot.mouseClick(keypad.ok, Qt.MouseButton.LeftButton)
    assert taken == ["Lot-7 a"]


def test_a_real_keyboard_writes_at_once_and_enter_accepts(opened, qtbot):
    keypad, taken = opened("text")
    composed = QInputMethodEvent()
    composed.setCommitString("ロット")
    QApplication.sendEvent(keypad.line, composed)
    qtbot.keyClicks(keypad.line, "9")
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)
    assert taken == ["ロット9"]


def test_cancel_and_escape_accept_nothing(opened, qtbot):
    keypad, taken = opened("digits")
    press(qtbot, keypad, "1")
    qtbot.mouseClick(keypad.cancel, Qt.MouseButton.LeftButton)
    keypad, _ = opened("digits")
    qtbot.keyClick(keypad, Qt.Key.Key_Escape)
    assert taken == []


@pytest.mark.parametrize(("kind", "options"), [("secret", {}), ("digits", {"hidden": True})])
def test_secrets_are_dots(opened, kind, options):
    keypad, _ = opened(kind, **options)
    assert keypad.line.echoMode() == QLineEdit.EchoMode.Password


@pytest.mark.parametrize("kind", ["digits", "text"])
def test_keys_are_large_enough_for_a_glove_and_fit_the_screen(opened, kind):
    keypad, _ = opened(kind)
    assert all(key.width() >= TOUCH_PX and key.height() >= TOUCH_PX for key in keypad.keys)
    assert keypad.rect().contains(keypad.sheet.geometry())
