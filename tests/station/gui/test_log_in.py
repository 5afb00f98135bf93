"""Logging in at the window: touch your name, type the secret; what the recorder says is shown."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from station.core.message import Command, CommandResult
from station.core.people import AskPeople, People, Person
from station.gui import link as link_module
from station.gui.keypad import Keypad
from station.gui.log_in import LogIn
from station.gui.window import StationWindow

CREW = (Person("hana", "operator"), Person("sue", "supervisor"), Person("old", "operator", active=False))


@pytest.fixture
def window(qtbot, link, english, monkeypatch):
    monkeypatch.setattr(link_module, "RETRY_NS", 0)
    made = StationWindow(link, english, "station-1")
    qtbot.addWidget(made)
    made.show()
    made.pull()
    return made


def opened(window, recorder, qtbot, crew=CREW) -> LogIn:
    window.pull()  # connects
    qtbot.keyClick(window, Qt.Key.Key_F8)
    asked = recorder.meet().receive()
    assert isinstance(asked, AskPeople)
    recorder.say(People(asked.number, crew))
    window.pull()
    return window.findChild(LogIn)


def secret(window, qtbot, text: str) -> None:
    keypad = window.findChild(Keypad)
    qtbot.keyClicks(keypad.line, text)
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)


def test_name_then_pin_then_the_badge_is_carried(window, line, recorder, qtbot):
    sheet = opened(window, recorder, qtbot)
    assert [tile.text() for tile in sheet.tiles] == ["hana\nOperator", "sue\nSupervisor"]
    qtbot.mouseClick(sheet.tiles[1], Qt.MouseButton.LeftButton)
    secret(window, qtbot, "longlong")
    command = recorder.meet().receive()
    assert isinstance(command, Command)
    assert (command.action, command.what, command.value) == ("log-in", "sue", "longlong")
    recorder.say(CommandResult("log-in", True, "sue", "BADGE", "supervisor"))
    window.pull()
    window.pull()
    assert not sheet.isVisible()
    assert window.header.person.text() == "sue\nSupervisor"
    window.run.wanted.emit("confirm")
    assert line.meet().receive() == Command("confirm", "sue", "supervisor", badge="BADGE")
    qtbot.mouseClick(window.header.person, Qt.MouseButton.LeftButton)
    window.pull()
    assert window.header.person.text() == "Log in\nF8"


def test_a_wrong_secret_is_said_and_the_sheet_stays(window, line, recorder, qtbot):
    sheet = opened(window, recorder, qtbot)
    qtbot.mouseClick(sheet.tiles[0], Qt.MouseButton.LeftButton)
    secret(window, qtbot, "9999")
    recorder.meet().receive()
    recorder.say(CommandResult("log-in", False, "name or secret is wrong"))
    window.pull()
    assert sheet.isVisible()
    assert sheet.fault.text() == "name or secret is wrong"
    assert window.header.person.text() == "Log in\nF8"
    assert line


def test_a_station_without_people_says_how_to_get_the_first(window, recorder, qtbot):
    sheet = opened(window, recorder, qtbot, ())
    assert "saiken user add NAME --role integrator" in sheet.fault.text()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_without_a_recorder_it_says_so(qtbot, link, english):
    window = StationWindow(link, english, "station-1")
    qtbot.addWidget(window)
    window.show()
    window.log_in_or_out()
    sheet = window.findChild(LogIn)
    assert sheet.fault.text() == "the recorder is not there"


def test_more_people_than_fit_come_on_another_page(window, recorder, qtbot):
    crew = tuple(Person(f"p{number:02}", "operator") for number in range(25))
    sheet = opened(window, recorder, qtbot, crew)
    for names in (("p00", 20), ("p20", 5), ("p00", 20)):
        assert (sheet.tiles[0].text().split()[0], len(sheet.tiles)) == names
        qtbot.mouseClick(sheet.more, Qt.MouseButton.LeftButton)
