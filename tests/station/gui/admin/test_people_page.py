"""People at the window: what is sent for each touch, what is offered to whom, what the recorder said is shown."""

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

CREW = (
    Person("hana", "operator", locked_s=70.0),
    Person("sue", "supervisor"),
    Person("chief", "integrator"),
    Person("old", "operator", active=False),
)
HANA, SUE, CHIEF, OLD = range(4)


@pytest.fixture
def page(shown, english):
    link = StillLink()
    link.news.user, link.news.role = "chief", "integrator"
    link.replies[AskPeople] = (People(0, CREW), b"")
    made = shown(PeoplePage(link), 1100, 500)
    made.link = link
    made.ask()
    made.show_news()
    return made


def is_now(page, name: str, role: str) -> None:
    page.link.news.user, page.link.news.role = name, role
    page.show_news()


def offered(page) -> set[str]:
    names = ("add", "role", "secret", "allow", "forbid")
    return {name for name in names if getattr(page, name).isVisible() and getattr(page, name).isEnabled()}


def cells(page, row: int) -> list[str]:
    return [page.table.cells.item(row, column).text() for column in range(3)]


def type_in(page, qtbot, text: str) -> None:
    keypad = next(one for one in page.window().findChildren(Keypad) if one.isVisible())
    qtbot.keyClicks(keypad.line, text)
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)


def touch(page, qtbot, place: int) -> None:
    choice = next(one for one in page.window().findChildren(Choice) if one.isVisible())
    qtbot.mouseClick(choice.buttons[place], Qt.MouseButton.LeftButton)


def test_people_and_their_state_in_both_languages(page, english):
    assert cells(page, HANA) == ["hana", "Operator", "△ locked for 1 minute"]
    assert cells(page, OLD) == ["old", "Operator", "× forbidden"]
    english.switch("ja")
    QApplication.processEvents()
    assert cells(page, OLD) == ["old", "作業者", "× 禁止"]


@pytest.mark.parametrize(
    ("me", "person", "may"),
    [
        (("chief", "integrator"), None, {"add"}),
        (("chief", "integrator"), HANA, {"add", "secret", "forbid"}),
        (("chief", "integrator"), SUE, {"add", "role", "secret", "forbid"}),
        (("chief", "integrator"), OLD, {"add", "secret", "allow"}),
        (("sue", "supervisor"), HANA, {"add", "secret", "forbid"}),
        (("sue", "supervisor"), CHIEF, {"add"}),
        (("sue", "supervisor"), SUE, {"add", "secret"}),
        (("hana", "operator"), HANA, {"secret"}),
        (("hana", "operator"), SUE, set()),
        (("", "operator"), HANA, set()),
    ],
)
def test_what_is_offered_to_whom(page, me, person, may):
    is_now(page, *me)
    if person is not None:
        page.table.pick(person)
    assert offered(page) == may


def test_nobody_is_told_to_log_in(page):
    assert page.said.text() == ""
    is_now(page, "", "operator")
    assert page.said.text() == "To change people, log in: F8."


def test_a_new_person_is_role_name_and_twice_the_secret(page, qtbot):
    qtbot.mouseClick(page.add, Qt.MouseButton.LeftButton)
    touch(page, qtbot, 1)
    for text in ("eve", "longlong", "longlong"):
        type_in(page, qtbot, text)
    assert page.link.sent == ["add-person eve supervisor longlong"]


def test_a_supervisor_adds_operators_only(page, qtbot):
    is_now(page, "sue", "supervisor")
    qtbot.mouseClick(page.add, Qt.MouseButton.LeftButton)
    assert [one.text() for one in page.window().findChild(Choice).buttons] == ["Operator"]


def test_a_role_with_a_password_changes_to_another(page, qtbot):
    page.table.pick(SUE)
    qtbot.mouseClick(page.role, Qt.MouseButton.LeftButton)
    touch(page, qtbot, 2)
    assert page.link.sent == ["change-role sue engineer"]


def test_a_new_secret_and_a_permission(page, qtbot):
    page.table.pick(OLD)
    qtbot.mouseClick(page.secret, Qt.MouseButton.LeftButton)
    type_in(page, qtbot, "4711")
    type_in(page, qtbot, "4711")
    qtbot.mouseClick(page.allow, Qt.MouseButton.LeftButton)
    assert page.link.sent == ["set-secret old 4711", "set-active old yes"]


def test_to_forbid_the_button_must_be_held(page, qtbot):
    page.table.pick(HANA)
    qtbot.mouseClick(page.forbid, Qt.MouseButton.LeftButton)
    assert page.link.sent == []
    page.forbid.held.emit()
    assert page.link.sent == ["set-active hana no"]


def test_what_the_recorder_says_is_shown_and_people_are_asked_for_anew(page):
    asked = len(page.link.asked)
    page._answered(CommandResult("set-active", False, "the last integrator must stay; add another one first"))
    assert page.said.text().startswith("the last integrator must stay")
    assert len(page.link.asked) == asked + 1
    page.link.replies[AskPeople] = (Refusal(0, "the recorder is not there"), b"")
    page.ask()
    assert page.said.text() == "the recorder is not there"
