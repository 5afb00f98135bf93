"""The banner's one matter, the most important first."""

from __future__ import annotations

import msgspec
import pytest

from station.core.domain import DriftState, Health
from station.core.plc_map import AIR_LOW, BIN_FULL, GATE_FAULT
from station.core.states import State
from station.gui import made_up
from station.gui.news import StationNews
from station.gui.situation import Matter, situation


def news(**fields) -> StationNews:
    made = made_up.good()
    made.status = msgspec.structs.replace(made.status, **fields)
    return made


@pytest.mark.parametrize(
    ("fields", "matter", "health"),
    [
        ({"state": State.ERROR}, Matter.ERROR, Health.FAILURE),
        ({"state": State.HALTED}, Matter.HALTED, Health.CHECK),
        ({"state": State.PREOPERATIONAL}, Matter.PLC_LOST, Health.FAILURE),
        ({"state": State.INITIALIZED}, Matter.ENGINE_NOT_READY, Health.FAILURE),
        ({"state": State.INITIALIZED, "engine": Health.FAILURE}, Matter.ENGINE_GONE, Health.FAILURE),
        ({"state": State.INITIALIZED, "camera": Health.FAILURE}, Matter.CAMERA_LOST, Health.FAILURE),
        ({"state": State.READY}, Matter.READY, Health.CHECK),
        ({"state": State.READY, "error": "the reject bin is full"}, Matter.STOPPED, Health.FAILURE),
        ({"inputs": BIN_FULL}, Matter.BIN_FULL, Health.MAINTENANCE),
        ({"inputs": AIR_LOW}, Matter.AIR_LOW, Health.MAINTENANCE),
        ({"inputs": AIR_LOW | BIN_FULL | GATE_FAULT}, Matter.GATE_FAULT, Health.MAINTENANCE),
        ({"drift": DriftState.DRIFTED}, Matter.PROMISE_VOID, Health.MAINTENANCE),
        ({"drift": DriftState.DRIFTED, "inputs": BIN_FULL}, Matter.BIN_FULL, Health.MAINTENANCE),
        ({"drift": DriftState.DRIFTED, "state": State.READY}, Matter.READY, Health.CHECK),
        ({"drift": DriftState.UNWATCHED}, Matter.PRODUCING, Health.GOOD),
        ({}, Matter.PRODUCING, Health.GOOD),
    ],
)
def test_matter_of_each_status(fields, matter, health):
    found = situation(news(**fields))
    assert (found.matter, found.health) == (matter, health)


def test_no_line_comes_before_everything():
    gone = news(state=State.ERROR)
    gone.line_here = False
    assert situation(gone).matter is Matter.LINE_GONE
    assert situation(StationNews()).matter is Matter.LINE_GONE


def test_producing_without_connection_to_the_engine_is_said():
    blind = news()
    blind.engine_here = False
    assert situation(blind).matter is Matter.NO_PICTURES


def test_since_when_the_promise_is_void_is_told():
    assert situation(news(drift=DriftState.DRIFTED, drift_detail="since part 7")).detail == "since part 7"


def test_the_lines_own_words_are_kept():
    found = situation(news(state=State.ERROR, error="NaN from vae.onnx", advice="Call the integrator."))
    assert found.detail == "NaN from vae.onnx"
    assert found.advice == "Call the integrator."
