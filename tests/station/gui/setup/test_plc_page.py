"""Every signal is shown; holding an output is a wish that the line answers."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt

from station.core.message import CommandResult
from station.core.plc_map import AIR_LOW, BIN_FULL, STOP_BELT, Word
from station.core.states import State
from station.gui.hold_button import HoldButton
from station.gui.made_up import StillLink, good
from station.gui.setup.plc_page import PlcPage
from station.gui.setup.scenes import SIGNALS


@pytest.fixture
def page(shown, english):
    link = StillLink(good())
    link.news.signals = SIGNALS
    clock = [5_000_000_000]
    made = shown(PlcPage(link, lambda: clock[0]), 1150, 540)
    made.link, made.clock = link, clock
    made.show_news()
    return made


def values(signals) -> dict[str, str]:
    return {name.text(): value.text() for name, value in zip(signals.names, signals.values, strict=True)}


def test_what_comes_from_the_plc(page):
    found = values(page.inputs)
    assert found["Newest answer"] == "12 ms ago"
    assert found["Parts at photo-eye"] == "12,845"
    assert found["Recipe asked for"] == "5EED204A"
    assert found["Input: belt at speed"] == "● on"
    assert found["Input: bin full"] == "○ off"
    assert page.slots.slots == SIGNALS.slots


def test_what_goes_to_the_plc(page):
    assert values(page.outputs)["State"] == "CONTINUOUS_EXECUTION"
    assert values(page.outputs)["Held by hand"] == "nothing"
    page.link.news.signals = msgspec.structs.replace(
        SIGNALS,
        state=State.READY,
        inputs=BIN_FULL | AIR_LOW,
        gate=Word.PASS,
        request=STOP_BELT,
        forced=("gate", "stop-belt"),
        wanted=0,
        answer_age_ms=-1,
    )
    page.show_news()
    found = values(page.outputs)
    assert (found["State"], found["Gate"], found["Stop the belt"]) == ("READY", "● on", "● on")
    assert found["Held by hand"] == "Gate, Stop the belt"
    assert values(page.inputs)["Recipe asked for"] == "any"
    assert values(page.inputs)["Newest answer"] == "none yet"


def test_a_heartbeat_that_stands_still_gets_older(page):
    assert values(page.inputs)["Heartbeat"] == "40211, moved 0.0 s ago"
    page.clock[0] += 1_400_000_000
    page.link.news.signals = msgspec.structs.replace(SIGNALS, heartbeat=1734)
    page.show_news()
    assert values(page.inputs)["Heartbeat"] == "40211, moved 1.4 s ago"
    assert values(page.outputs)["Heartbeat"] == "1734, moved 0.0 s ago"


def test_a_word_that_is_no_state_is_shown_as_it_is(page):
    page.link.news.signals = msgspec.structs.replace(SIGNALS, state=77)
    page.show_news()
    assert values(page.outputs)["State"] == "77"


def test_without_the_line_nothing_is_claimed(page):
    page.link.news.signals = None
    page.show_news()
    assert set(values(page.inputs).values()) == {"–"}
    assert page.slots.slots == ()


def test_an_output_is_held_only_after_a_long_press(page, qtbot):
    gate = page.force["gate"]
    qtbot.mouseClick(gate, Qt.MouseButton.LeftButton)
    assert page.link.sent == []
    qtbot.mousePress(gate, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(gate.held, timeout=3000):
        pass
    qtbot.mouseRelease(gate, Qt.MouseButton.LeftButton)
    assert page.link.sent == ["force gate 5"]
    assert all(isinstance(one, HoldButton) for one in page.force.values())


def test_the_answer_is_shown(page):
    page.show_result(CommandResult("force", False, "'force' is for role integrator, not for 'operator'"))
    assert page.said.text() == "'force' is for role integrator, not for 'operator'"
    page.show_result(CommandResult("force", False, ""))
    assert page.said.text() == "The line does not answer."
