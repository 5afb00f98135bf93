"""Forced outputs: only by the integrator, only while nothing is produced, only for a limited time."""

from __future__ import annotations

import math

import pytest

from station.core import plc_map
from station.core.message import Command
from station.core.states import State
from station.line.forcing import ForcedOutputs

S = 1_000_000_000


def order(output: str = "gate", seconds: float = 5.0, role: str = "integrator") -> Command:
    return Command("force", "anna", role, output, seconds=seconds)


def test_nothing_is_forced_at_first() -> None:
    outputs = ForcedOutputs()
    assert (outputs.gate, outputs.request, outputs.held) == (0, 0, ())
    assert outputs.next_ns() > 10**18


def test_an_output_is_held_until_its_time_is_over() -> None:
    outputs = ForcedOutputs()
    assert outputs.force(order(), State.READY, 0) == (True, "gate held for 5 s")
    assert outputs.force(order("stop-belt", 2.0), State.READY, 0)[0]
    assert (outputs.gate, outputs.request, outputs.held) == (
        plc_map.Word.PASS,
        plc_map.STOP_BELT,
        ("gate", "stop-belt"),
    )
    assert outputs.next_ns() == 2 * S
    assert outputs.tick(State.READY, 2 * S - 1) == []
    assert outputs.tick(State.READY, 2 * S) == ["stop-belt let go"]
    assert (outputs.gate, outputs.request) == (plc_map.Word.PASS, 0)
    assert outputs.tick(State.INITIALIZED, 5 * S) == ["gate let go"]
    assert outputs.gate == 0


def test_letting_go_before_the_time() -> None:
    outputs = ForcedOutputs()
    outputs.force(order(), State.READY, 0)
    assert outputs.force(order(seconds=0), State.CONTINUOUS_EXECUTION, 1) == (True, "gate let go")
    assert outputs.force(order(seconds=0), State.READY, 2) == (False, "gate is not held")
    assert outputs.gate == 0


@pytest.mark.parametrize("state", sorted(set(State) - {State.INITIALIZED, State.READY}))
def test_whatever_begins_ends_the_force(state: State) -> None:
    outputs = ForcedOutputs()
    outputs.force(order(), State.READY, 0)
    assert outputs.tick(state, 1) == ["gate let go"]
    assert outputs.gate == 0
    done, text = outputs.force(order(), state, 2)
    assert not done
    assert state.name in text


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (order(role="supervisor"), "by an integrator, not by role 'supervisor'"),
        (order("lamp"), "output 'lamp' is unknown; known: gate, stop-belt"),
        (order(seconds=31), "seconds = 31: 0 (let go) to 30"),
        (order(seconds=-1), "seconds = -1"),
        (order(seconds=math.nan), "seconds = nan"),
    ],
)
def test_refusals_say_why(command: Command, sentence: str) -> None:
    outputs = ForcedOutputs()
    done, text = outputs.force(command, State.READY, 0)
    assert (done, outputs.held) == (False, ())
    assert sentence in text
