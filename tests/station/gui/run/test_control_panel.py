"""What is offered, what a touch wishes, what came of it."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt

from station.core.states import State
from station.gui import made_up
from station.gui.news import Answer, StationNews
from station.gui.run.control_panel import ControlPanel


def news(**fields) -> StationNews:
    made = made_up.good()
    made.status = msgspec.structs.replace(made.status, **fields)
    return made


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.PREOPERATIONAL, {"start", "stop", "halt"}),
        (State.READY, {"start", "stop", "halt"}),
        (State.CONTINUOUS_EXECUTION, {"stop", "halt"}),
        (State.ERROR, {"confirm", "halt"}),
        (State.HALTED, {"confirm"}),
    ],
)
def test_only_what_makes_sense_is_offered(shown, state, offered):
    panel = shown(ControlPanel())
    panel.show_news(news(state=state))
    assert {name for name in ("start", "stop", "confirm", "halt") if getattr(panel, name).isEnabled()} == offered


def test_without_line_nothing_is_offered(shown):
    panel = shown(ControlPanel())
    panel.show_news(StationNews())
    assert not any(getattr(panel, name).isEnabled() for name in ("start", "stop", "confirm", "halt"))


@pytest.mark.parametrize(("name", "state"), [("start", State.READY), ("stop", State.READY), ("confirm", State.ERROR)])
def test_a_touch_is_a_wish(shown, qtbot, name, state):
    panel = shown(ControlPanel())
    panel.show_news(news(state=state))
    with qtbot.waitSignal(panel.wanted) as wanted:
        qtbot.mouseClick(getattr(panel, name), Qt.MouseButton.LeftButton)
    assert wanted.args == [name]


def test_what_the_person_is_asked_to_press_stands_out(shown):
    panel = shown(ControlPanel())
    panel.show_news(news(state=State.READY))
    assert panel.start.property("wanted") is True
    panel.show_news(news(state=State.CONTINUOUS_EXECUTION))
    assert panel.start.property("wanted") is False


def test_the_answer_is_shown_with_its_reason(shown, english):
    panel = shown(ControlPanel())
    answered = news()
    answered.answer = Answer("start", "refused", "challenge test is due")
    panel.show_news(answered)
    assert panel.answer.text() == "Start: refused (challenge test is due)"
    answered.answer = Answer("start", "done", "")
    panel.show_news(answered)
    assert panel.answer.text() == "Start: done"


def test_a_held_halt_is_wished_once(shown, qtbot):
    panel = shown(ControlPanel())
    wishes = []
    panel.wanted.connect(wishes.append)
    panel.halt.held.emit()
    assert wishes == ["halt"]


def test_who_is_refused_for_the_role_is_told_to_log_in(shown, english):
    panel = shown(ControlPanel())
    answered = news(state=State.ERROR)
    answered.answer = Answer("confirm", "refused", "an error is confirmed by a supervisor")
    panel.show_news(answered)
    assert panel.answer.text() == "Confirm: refused (an error is confirmed by a supervisor) Log in: F8"
