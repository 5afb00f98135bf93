"""The state machine: one table, illegal moves raise, an error stays until a person confirms."""

from __future__ import annotations

import itertools

import pytest

from station.core.states import MOVES, IllegalMoveError, State, StateMachine

PRODUCING = State.CONTINUOUS_EXECUTION


def machine_in(state: State) -> StateMachine:
    machine = StateMachine()
    machine.state = state
    return machine


def test_way_to_production_and_back() -> None:
    machine = StateMachine()
    assert machine.state is State.PREOPERATIONAL
    for state in (State.INITIALIZED, State.READY, PRODUCING, State.READY):
        assert machine.move(state)
        assert machine.state is state


@pytest.mark.parametrize(("start", "to"), list(itertools.product(State, State)))
def test_every_move_is_allowed_or_raises(start: State, to: State) -> None:
    machine = machine_in(start)
    if to is start:
        assert not machine.move(to)
    elif to in MOVES[start]:
        assert machine.move(to)
        assert machine.state is to
    else:
        with pytest.raises(IllegalMoveError, match=f"no move from {start.name} to {to.name}"):
            machine.move(to)
        assert machine.state is start


def test_production_is_reached_from_ready_only() -> None:
    assert [state for state in State if PRODUCING in MOVES[state]] == [State.READY]


def test_production_can_be_left_for_every_lower_state() -> None:
    assert MOVES[PRODUCING] == set(State) - {PRODUCING}


@pytest.mark.parametrize("start", [state for state in State if state is not State.ERROR])
def test_every_state_can_fail(start: State) -> None:
    machine = machine_in(start)
    assert machine.fail("tampered bundle")
    assert (machine.state, machine.error) == (State.ERROR, "tampered bundle")


def test_first_reason_stays_until_confirmed() -> None:
    machine = StateMachine()
    machine.fail("first")
    assert not machine.fail("second")
    assert machine.error == "first"
    assert machine.confirm()
    assert (machine.state, machine.error) == (State.PREOPERATIONAL, "")


def test_error_leads_nowhere_near_production() -> None:
    reachable = MOVES[State.ERROR] | MOVES[State.HALTED]
    assert not reachable & {State.INITIALIZED, State.READY, PRODUCING}


def test_halt_is_ended_by_a_person() -> None:
    machine = machine_in(State.HALTED)
    assert machine.confirm()
    assert machine.state is State.PREOPERATIONAL


@pytest.mark.parametrize("state", [State.PREOPERATIONAL, State.INITIALIZED, State.READY, PRODUCING])
def test_nothing_to_confirm(state: State) -> None:
    machine = machine_in(state)
    assert not machine.confirm()
    assert machine.state is state


def test_numbers_are_those_of_the_plc() -> None:
    assert {state.name: state.value for state in State} == {
        "PREOPERATIONAL": 1,
        "HALTED": 2,
        "ERROR": 3,
        "INITIALIZED": 5,
        "READY": 6,
        "CONTINUOUS_EXECUTION": 8,
    }
