"""Each part of the status raises its alarm; a good status raises none."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from station.core.domain import DriftState, Health
from station.core.messages import Counters, LineStatus
from station.core.plc_map import AIR_LOW, BIN_FULL
from station.core.states import State
from station.line.conditions import conditions
from station.line.supervision import Cause

GOOD = LineStatus(
    State.CONTINUOUS_EXECUTION,
    *("", ""),
    Health.GOOD,
    "plc detail",
    Health.GOOD,
    "engine detail",
    Health.GOOD,
    "cpu",
    "ring",
    Counters(),
    0,
    "",
    DriftState.STEADY,
    "drift detail",
    light=Health.GOOD,
    recorder=Health.GOOD,
    recorder_detail="disk detail",
)


def test_a_good_line_raises_nothing() -> None:
    assert conditions(GOOD, None, "") == {}
    assert conditions(replace(GOOD, recorder=Health.CHECK, light=Health.CHECK), None, "") == {}  # not known is no alarm


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"state": State.ERROR, "error": "oh"}, {"error": "oh"}),
        ({"plc": Health.FAILURE}, {"plc": "plc detail"}),
        ({"engine": Health.FAILURE}, {"engine": "engine detail"}),
        ({"engine": Health.CHECK}, {"engine": "engine detail"}),
        ({"camera": Health.FAILURE}, {"camera": "engine detail"}),
        ({"inputs": BIN_FULL | AIR_LOW}, {"bin-full": "", "air-low": ""}),
        ({"light": Health.OUT_OF_SPECIFICATION, "light_detail": "dim"}, {"light": "dim"}),
        ({"drift": DriftState.DRIFTED}, {"drift": "drift detail"}),
        ({"recorder": Health.FAILURE}, {"recorder": "disk detail"}),
        ({"recorder": Health.MAINTENANCE}, {"disk": "disk detail"}),
        ({"clock": Health.CHECK}, {"clock": ""}),
    ],
)
def test_each_trouble_has_its_alarm(change: dict[str, Any], raised: dict[str, str]) -> None:
    assert conditions(replace(GOOD, **change), None, "") == raised


def test_a_stop_names_its_cause_and_an_old_one_is_other() -> None:
    assert conditions(GOOD, Cause("12 in a row", "look", "stop", name="rejects"), "") == {"stop-rejects": "12 in a row"}
    assert conditions(GOOD, Cause("before", "look", "stop"), "") == {"stop-other": "before"}
    assert conditions(GOOD, None, "the PLC asks for 7") == {"other-recipe": "the PLC asks for 7"}
