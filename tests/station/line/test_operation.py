"""What people may want of the line, and the states that follow."""

from __future__ import annotations

import pytest

from station.core.messages import Command
from station.core.states import State
from station.line.operation import Operation


def command(action: str, role: str = "operator") -> Command:
    return Command(action, "ann", role)


def up(operation: Operation) -> State:
    operation.follow(True, True, "")
    return operation.state


def test_it_goes_up_as_far_as_is_possible_and_down_at_once():
    operation = Operation(autostart=True)
    operation.follow(True, False, "the engine is not there")
    assert operation.state is State.INITIALIZED
    assert up(operation) is State.CONTINUOUS_EXECUTION
    operation.follow(False, True, "PLC link: cut")
    assert operation.state is State.PREOPERATIONAL
    assert operation.obstacle == "PLC link: cut"


def test_without_autostart_an_operator_starts_and_stops():
    operation = Operation(autostart=False)
    assert up(operation) is State.READY
    assert operation.execute(command("start")) == (True, "production starts")
    assert up(operation) is State.CONTINUOUS_EXECUTION
    assert operation.execute(command("stop")) == (True, "production stops")
    assert up(operation) is State.READY


def test_a_start_that_must_wait_says_for_what():
    operation = Operation(autostart=False)
    operation.follow(True, False, "the engine is not there")
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
