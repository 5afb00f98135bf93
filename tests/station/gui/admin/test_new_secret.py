"""A new secret is typed twice, and the rules are said before it is typed again."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit, QWidget

from station.gui.admin.new_secret import ask_new_secret
from station.gui.keypad import Keypad


@pytest.fixture
def window(shown, english):
    return shown(QWidget(), 1280, 800)


def ask(window, qtbot, role: str, *texts: str) -> tuple[list[str], list[str]]:
    accepted, complaints = [], []
    ask_new_secret(role, "hana", accepted.append, complaints.append, window)
    for text in texts:
        keypad = next(one for one in window.findChildren(Keypad) if one.isVisible())
        assert "hana" in keypad.title.text()
        assert keypad.line.echoMode() is QLineEdit.EchoMode.Password
        qtbot.keyClicks(keypad.line, text)
        qtbot.keyClick(keypad.line, Qt.Key.Key_Return)
    assert not any(one.isVisible() for one in window.findChildren(Keypad))
    return accepted, complaints


def test_twice_the_same(window, qtbot):
    assert ask(window, qtbot, "operator", "4711", "4711") == (["4711"], [])


def test_two_that_differ(window, qtbot):
    assert ask(window, qtbot, "operator", "4711", "4712") == ([], ["The two were not the same; nothing was changed."])


def test_a_secret_that_breaks_the_rules_is_not_asked_for_again(window, qtbot):
    accepted, complaints = ask(window, qtbot, "engineer", "short")
    assert accepted == []
    assert "at least 8 characters" in complaints[0]
