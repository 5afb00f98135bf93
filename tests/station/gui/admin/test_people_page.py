"""People at the window: what is sent for each touch, what can be touched for whom, what the recorder said is shown."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from station.core.message import CommandResult, Refusal
from station.core.people import AskPeople, People, Person
from station.gui.admin.people_page import PeoplePage
from station.gui.choice import Choice
from station.gui.keypad import Keypad
from station.gui.made_up import StillLink

CREW = (Person("hana", "operator", locked_s=70.0), Person("old", "operator", active=False))


@pytest.fixture
def page(shown, english):
    link = StillLink()
    link.replies[AskPeople] = (People(0, CREW), b"")
    made = shown(PeoplePage(link), 1100, 500)
    made.ask()
    made.link = link
    return made


def cells(page, row: int) -> list[str]:
    return [page.table.cells.item(row, column).text() for column in range(3)]


def type_in(page, qtbot, text: str) -> None:
    keypad = page.window().findChildren(Keypad)[-1]
    qtbot.keyClicks(keypad.line, text)
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)


def test_people_and_their_state_in_both_languages(page, english):
    assert cells(page, 0) == ["hana", "Operator", "△ locked for 1 minute"]
    assert cells(page, 1) == ["old", "Operator", "× forbidden"]
    english.switch("ja")
    QApplication.processEvents()
    assert cells(page, 1) == ["old", "作業者", "× 禁止"]


def test_only_what_makes_sense_can_be_touched(page):
    assert not page.secret.isEnabled()
    page.table.pick(0)
    assert (page.secret.isEnabled(), page.allow.isEnabled(), page.forbid.isEnabled()) == (True, False, True)
    page.table.pick(1)
    assert (page.secret.isEnabled(), page.allow.isEnabled(), page.forbid.isEnabled()) == (True, True, False)


def test_a_new_person_is_role_name_secret(page, qtbot):
    qtbot.mouseClick(page.add, Qt.MouseButton.LeftButton)
    roles = page.window().findChild(Choice)
    qtbot.mouseClick(roles.buttons[1], Qt.MouseButton.LeftButton)
    type_in(page, qtbot, "sue")
    type_in(page, qtbot, "longlong")
    assert page.link.sent == ["add-person sue supervisor longlong"]


def test_a_new_secret_and_a_permission(page, qtbot):
    page.table.pick(1)
    qtbot.mouseClick(page.secret, Qt.MouseButton.LeftButton)
    type_in(page, qtbot, "4711")
    qtbot.mouseClick(page.allow, Qt.MouseButton.LeftButton)
    assert page.link.sent == ["set-secret old 4711", "set-active old yes"]


def test_what_the_recorder_says_is_shown_and_people_are_asked_for_anew(page):
    asked = len(page.link.asked)
    page._answered(CommandResult("set-active", False, "the last integrator must stay; add another one first"))
    assert page.said.text().startswith("the last integrator must stay")
    assert len(page.link.asked) == asked + 1
    page.link.replies[AskPeople] = (Refusal(0, "the recorder is not there"), b"")
    page.ask()
    assert page.said.text() == "the recorder is not there"
