"""Which alarms' conditions are there, as the line's own status tells it."""

from __future__ import annotations

from station.core.alarms import STOPS
from station.core.domain import DriftState, Health
from station.core.messages import LineStatus
from station.core.plc_map import AIR_LOW, BIN_FULL
from station.core.states import State
from station.line.supervision import Cause

_BAD_LIGHT = frozenset({Health.MAINTENANCE, Health.OUT_OF_SPECIFICATION, Health.FAILURE})


def conditions(status: LineStatus, cause: Cause | None, other_recipe: str) -> dict[str, str]:
    """Alarm id -> detail, for each condition that is there now.

    Args:
        status: the newest.
        cause: what production is stopped for.
        other_recipe: what the PLC asks for, if the station has another; "" else.
    """
    stop = f"stop-{cause.name if cause.name in STOPS else 'other'}" if cause else ""
    rows = (
        ("error", status.state == State.ERROR, status.error),
        ("plc", status.plc is Health.FAILURE, status.plc_detail),
        ("engine", status.engine in {Health.FAILURE, Health.CHECK}, status.engine_detail),
        ("camera", status.camera is Health.FAILURE, status.engine_detail),
        ("other-recipe", bool(other_recipe), other_recipe),
        (stop, bool(stop), cause.text if cause else ""),
        ("bin-full", bool(status.inputs & BIN_FULL), ""),
        ("air-low", bool(status.inputs & AIR_LOW), ""),
        ("light", status.light in _BAD_LIGHT, status.light_detail),
        ("drift", status.drift is DriftState.DRIFTED, status.drift_detail),
        ("recorder", status.recorder is Health.FAILURE, status.recorder_detail),
        ("disk", status.recorder is Health.MAINTENANCE, status.recorder_detail),
        ("clock", status.clock is not Health.GOOD, ""),
    )
    return {name: detail for name, there, detail in rows if there}
