"""What a window is told about the line."""

from __future__ import annotations

import pytest

from station.core.domain import DriftState, Health
from station.core.errors import PlcError, RuntimeFaultError
from station.core.message import Command
from station.core.messages import Counters, EngineStatus, LineStatus, RecorderStatus
from station.core.states import State
from station.line.operation import Operation
from station.line.series import Series
from station.line.status import line_status, obstacle_of, other_recipe


def engine(ready: bool = True, drift: DriftState = DriftState.STEADY) -> EngineStatus:
    return EngineStatus(ready, "warming up", Health.GOOD, 1, 0, "cpu", "demo 1", 7, "", drift=drift)


def status(operation: Operation, linked: bool, told: EngineStatus | None) -> LineStatus:
    operation.follow(linked, told is not None and told.ready, obstacle_of(linked, "no answer", told, 0))
    operation.inputs = 1
    return line_status(
        operation,
        told,
        RecorderStatus(Health.MAINTENANCE, "disk", Health.CHECK),
        plc_detail="no answer",
        counters=Counters(parts=3),
        series=Series("ring", "A 1"),
        realtime="SCHED_FIFO 50",
    )


def test_while_it_produces_there_is_nothing_to_do():
    told = status(Operation(autostart=True), True, engine())
    assert (told.state, told.error, told.advice) == (State.CONTINUOUS_EXECUTION, "", "")
    assert (told.plc, told.engine, told.camera) == (Health.GOOD, Health.GOOD, Health.GOOD)
    assert (told.recorder, told.recorder_detail, told.clock) == (Health.MAINTENANCE, "disk", Health.CHECK)
    assert (told.counters.parts, told.inputs, told.realtime, told.recipe) == (3, 1, "SCHED_FIFO 50", "demo 1")


@pytest.mark.parametrize(
    ("linked", "told", "error", "advice"),
    [
        (False, engine(), "PLC link: no answer", PlcError.advice),
        (True, None, "the engine is not there", RuntimeFaultError.advice),
        (True, engine(ready=False), "engine: warming up", RuntimeFaultError.advice),
    ],
)
def test_an_obstacle_is_told_with_what_to_do(linked, told, error, advice):
    found = status(Operation(autostart=True), linked, told)
    assert (found.error, found.advice) == (error, advice)
    assert Health.GOOD in {found.plc, found.engine} or not linked


def test_an_error_is_told_before_any_obstacle():
    operation = Operation(autostart=True)
    operation.fail("the PLC reports a gate fault")
    told = status(operation, False, None)
    assert told.error == "the PLC reports a gate fault"
    assert "supervisor" in told.advice


def test_a_halt_is_no_error():
    operation = Operation(autostart=True)
    operation.execute(Command("halt", "ann", "operator"))
    assert status(operation, False, None).error == ""


def test_parts_that_drifted_ask_for_maintenance():
    assert status(Operation(autostart=True), True, engine(drift=DriftState.DRIFTED)).engine is Health.MAINTENANCE


def test_another_recipe_is_told_with_both_ids():
    assert [other_recipe(told, wanted) for told, wanted in ((None, 9), (engine(), 0), (engine(), 7))] == [""] * 3
    operation = Operation(autostart=True)
    operation.follow(True, True, obstacle_of(True, "linked", engine(), 9))
    text, advice = operation.trouble
    assert text == "Part does not match recipe: the PLC asks for 0x00000009, the station has 0x00000007 (demo 1)"
    assert "recipe" in advice
