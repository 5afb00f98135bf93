"""What an integrator does with the running line: look at all signals, and hold outputs by hand."""

from __future__ import annotations

from station.core import plc_map
from station.core.message import Command, Event
from station.core.messages import Signals
from station.core.states import State


def force(hall, seconds: float = 5.0, role: str = "integrator", output: str = "stop-belt"):
    return hall.line.command(Command("force", "anna", role, output, seconds=seconds), hall.now_ns)


def ready(hall) -> None:
    """Linked, engine there, nothing produced."""
    hall.produce(0.5)
    hall.line.command(Command("stop", "ann", "operator"), hall.now_ns)
    hall.settle()
    assert hall.line.state is State.READY


def board(hall) -> Signals:
    hall.line.tick(hall.now_ns + 200_000_000)
    return [message for message in hall.line.take_messages() if isinstance(message, Signals)][-1]


def test_a_held_output_reaches_the_plc_and_ends_by_itself(hall):
    ready(hall)
    assert force(hall, 1.0).done
    hall.run(0.3)
    assert hall.plc.memory[plc_map.CONTROL_REQUEST] == plc_map.STOP_BELT
    assert board(hall).forced == ("stop-belt",)
    hall.run(1.0)
    assert hall.plc.memory[plc_map.CONTROL_REQUEST] == 0


def test_nothing_is_held_while_parts_are_judged(hall):
    hall.produce(0.5)
    result = force(hall, output="gate")
    assert not result.done
    assert "CONTINUOUS_EXECUTION" in result.text
    hall.run(0.2)
    assert hall.plc.memory[plc_map.CONTROL_GATE] == 0


def test_the_start_of_production_ends_what_is_held(hall):
    ready(hall)
    assert force(hall, 20.0, output="gate").done
    hall.run(0.2)
    assert hall.plc.memory[plc_map.CONTROL_GATE] == plc_map.Word.PASS
    hall.line.command(Command("start", "ann", "operator"), hall.now_ns)
    hall.run(0.2)
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    assert hall.plc.memory[plc_map.CONTROL_GATE] == 0


def test_who_held_what_is_written_down(hall):
    ready(hall)
    force(hall, 0.5)
    force(hall, role="operator")
    hall.run(1.0)
    told = [(event.text, event.user) for event in hall.events if isinstance(event, Event) and event.kind == "command"]
    assert ("force by integrator: stop-belt held for 0.5 s", "anna") in told
    assert any("outputs are forced by an integrator" in text for text, _ in told)
    assert told[-1] == ("stop-belt let go", "")


def test_the_board_shows_what_the_plc_counts_and_holds(hall):
    hall.produce(2.0)
    shown = board(hall)
    assert shown.count == hall.plc.count > 0
    assert shown.state == State.CONTINUOUS_EXECUTION
    assert any(part for part, _ in shown.slots)
    hall.faults.mute = True
    hall.run(2.0)
    shown = board(hall)
    assert (shown.answer_age_ms, shown.count) == (-1.0, 0)
