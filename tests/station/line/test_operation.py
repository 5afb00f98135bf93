"""What people may want of the line, and the states that follow."""

from __future__ import annotations

import pytest

from station.core.message import Command
from station.core.states import State
from station.line.operation import NO_TROUBLE, Operation, Trouble
from station.line.supervision import Cause


def command(action: str, role: str = "operator") -> Command:
    return Command(action, "ann", role)


def up(operation: Operation) -> State:
    operation.follow(True, True, NO_TROUBLE)
    return operation.state


def test_it_goes_up_as_far_as_is_possible_and_down_at_once():
    operation = Operation(autostart=True)
    operation.follow(True, False, Trouble("the engine is not there", "wait"))
    assert operation.state is State.INITIALIZED
    assert up(operation) is State.CONTINUOUS_EXECUTION
    operation.follow(False, True, Trouble("PLC link: cut", "look"))
    assert operation.state is State.PREOPERATIONAL
    assert operation.trouble == ("PLC link: cut", "look")


def test_without_autostart_an_operator_starts_and_stops():
    operation = Operation(autostart=False)
    assert up(operation) is State.READY
    assert operation.execute(command("start")) == (True, "production starts")
    assert up(operation) is State.CONTINUOUS_EXECUTION
    assert operation.execute(command("stop")) == (True, "production stops")
    assert up(operation) is State.READY


def test_a_start_that_must_wait_says_for_what():
    operation = Operation(autostart=False)
    operation.follow(True, False, Trouble("the engine is not there", "wait"))
    assert operation.execute(command("start")) == (True, "production starts when ready: the engine is not there")
    assert up(operation) is State.CONTINUOUS_EXECUTION


def test_an_error_keeps_its_first_reason_until_a_supervisor_confirms():
    operation = Operation(autostart=True)
    up(operation)
    operation.fail("first")
    operation.fail("second")
    assert (up(operation), operation.error) == (State.ERROR, "first")
    for action in ("start", "halt", "confirm"):
        assert operation.execute(command(action))[0] is False
    assert operation.execute(command("confirm", "supervisor")) == (True, "error confirmed")
    assert (up(operation), operation.error) == (State.CONTINUOUS_EXECUTION, "")


def test_a_halt_is_ended_by_an_operator():
    operation = Operation(autostart=False)
    up(operation)
    assert operation.execute(command("halt")) == (True, "halted")
    assert up(operation) is State.HALTED
    assert operation.execute(command("start"))[0] is False
    assert operation.execute(command("confirm")) == (True, "halt ended")
    assert up(operation) is State.READY


def test_there_is_no_production_while_the_process_ends():
    operation = Operation(autostart=True)
    up(operation)
    operation.close()
    assert up(operation) is State.READY
    operation.execute(command("start"))
    assert up(operation) is State.READY


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        (command("start", "visitor"), "role 'visitor' is unknown"),
        (command("dance"), "action 'dance' is unknown"),
        (command("confirm"), "nothing to confirm"),
    ],
)
def test_foolish_commands_are_refused_with_a_reason(wish, word):
    done, text = Operation(autostart=True).execute(wish)
    assert not done
    assert word in text


BIN = Cause("the reject bin is full", "Empty the bin.", "stop", input=1)
ROW = Cause("15 parts in a row were rejected", "Look at the light.", "stop")


def held(cause: Cause) -> Operation:
    operation = Operation(autostart=True)
    up(operation)
    operation.hold(cause)
    assert up(operation) is State.READY
    return operation


def test_a_stop_for_a_cause_lasts_through_everything_but_a_start():
    operation = held(ROW)
    operation.hold(BIN)
    operation.follow(False, False, Trouble("PLC link: cut", "look"))
    assert operation.trouble.text == "PLC link: cut"
    assert up(operation) is State.READY
    assert operation.execute(command("stop"))[0]
    operation.execute(command("halt"))
    operation.execute(command("confirm", "supervisor"))
    assert up(operation) is State.READY
    operation.fail("gate fault")
    operation.execute(command("confirm", "supervisor"))
    assert up(operation) is State.READY
    assert operation.stop_cause is ROW
    assert operation.trouble == (ROW.text, ROW.advice)


def test_only_a_supervisor_starts_after_a_row():
    operation = held(ROW)
    done, text = operation.execute(command("start"))
    assert not done
    assert text == "stopped: 15 parts in a row were rejected; a supervisor must start it again"
    assert up(operation) is State.READY
    assert operation.execute(command("start", "supervisor"))[0]
    assert up(operation) is State.CONTINUOUS_EXECUTION
    assert operation.stop_cause is None


def test_an_operator_starts_after_an_input_but_nobody_before_it_is_clear():
    operation = held(BIN)
    operation.inputs = 1 | 8
    for role in ("operator", "supervisor"):
        done, text = operation.execute(command("start", role))
        assert (done, text) == (False, "stopped: the reject bin is full; Empty the bin.")
    operation.inputs = 8
    assert operation.execute(command("start"))[0]
    assert up(operation) is State.CONTINUOUS_EXECUTION


def test_an_obstacle_of_a_ready_engine_keeps_the_line_ready():
    operation = Operation(autostart=True)
    operation.follow(True, True, Trouble("Part does not match recipe", "Load it."))
    assert operation.state is State.READY
    assert operation.trouble.advice == "Load it."
    assert up(operation) is State.CONTINUOUS_EXECUTION
